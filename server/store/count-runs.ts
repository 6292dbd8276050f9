/** What runs came to, added up as each of them ends, so that a sum costs the same however many there were. */
import { type Kysely, sql, type Transaction } from 'kysely';
import { RunStatus } from '../../contract/runs.ts';
import { toCount } from './count.ts';
import { nameSpan } from './cut-time.ts';
import { prepareQuery } from './prepare-query.ts';
import { RowReading } from './row-reading.ts';
import type { Tables } from './schema.ts';
import { isUnpriced, type RunStep } from './stored-steps.ts';
import { NO_USAGE, sumCosts, sumUsage, type Usage } from './usage.ts';

/** A run that has ended, as it is counted. */
type CountedRun = Pick<Tables['runs'], 'owner' | 'agent_id' | 'status' | 'started_at'>;

/** A row of such a run, whatever stands in it. */
export type CountedRow = CountedRun & Pick<Tables['runs'], 'duration_ms'>;

type Sums = Tables['run_sums'];
type Counts = Omit<Sums, 'span' | 'start' | 'owner' | 'agent_id' | 'model' | 'status'>;

/** What the steps of a run used and cost. */
interface StepTotals {
  readonly usage: Usage;
  /** null where the cost of no step is known. */
  readonly cost: number | null;
  /** How many answers there are whose cost is known, and those of {@link isUnpriced}. */
  readonly modelSteps: number;
  readonly unpricedSteps: number;
}

/** Adds up the steps that asked a model. */
export function totalOf(steps: readonly Pick<RunStep, 'model' | 'usage' | 'cost' | 'stopReason'>[]): StepTotals {
  const asked = steps.filter(({ model }) => model !== null);
  const costs = asked.flatMap(({ cost }) => cost ?? []);
  const unpricedSteps = asked.filter(isUnpriced).length;
  return {
    usage: asked.reduce((sum, { usage }) => sumUsage(sum, usage ?? NO_USAGE), NO_USAGE),
    cost: costs.length ? sumCosts(costs) : null,
    modelSteps: costs.length + unpricedSteps,
    unpricedSteps,
  };
}

/** How many milliseconds lie between two times; 0 where that cannot be told. */
export const durationOf = (startedAt: string, endedAt: string | null): number =>
  Math.max(0, Date.parse(endedAt ?? startedAt) - Date.parse(startedAt)) || 0;

/** Counts a run that has ended, with its steps by their models. */
export async function countRun(
  transaction: Transaction<Tables>,
  row: CountedRow,
  steps: readonly RunStep[],
): Promise<void> {
  const run = readCounted(row);
  const duration = toCount(row.duration_ms);
  const counted = countByModel(steps).map(({ model, ...counts }) => {
    return { run, model, counts: { ...counts, duration_ms: counts.runs * duration } };
  });
  await addSums(transaction, counted);
}

/** What is to be added for each model that a run has asked, in their order; the run itself counts for the last one, with its duration. */
export function countByModel(steps: readonly RunStep[]): (Omit<Counts, 'duration_ms'> & { readonly model: string })[] {
  const byModel = Map.groupBy(steps, ({ model }) => model ?? '');
  const lastModel = steps.at(-1)?.model ?? '';
  if (!byModel.has(lastModel)) byModel.set(lastModel, []);
  const counted = [...byModel].map(([model, itsSteps]) => {
    return { model, runs: model === lastModel ? 1 : 0, ...toCounts(totalOf(itsSteps)) };
  });
  return counted.toSorted(byPlace);
}

/** What a run is counted by, as far as its row can be read. */
export function readCounted(row: CountedRun): CountedRun {
  const read = new RowReading<keyof CountedRun>(row);
  return {
    owner: read.text('owner', ''),
    agent_id: read.text('agent_id', ''),
    status: read.oneOf('status', RunStatus.options, 'interrupted'),
    started_at: read.time('started_at'),
  };
}

const toCounts = ({ usage, cost, modelSteps, unpricedSteps }: StepTotals) => ({
  input_tokens: usage.inputTokens,
  output_tokens: usage.outputTokens,
  cached_tokens: usage.cachedInputTokens,
  reasoning_tokens: usage.reasoningTokens,
  cost: cost ?? 0,
  model_steps: modelSteps,
  unpriced_steps: unpricedSteps,
});

/** What sums are made of. */
export const COUNTS = [
  'runs',
  'duration_ms',
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'reasoning_tokens',
  'cost',
  'model_steps',
  'unpriced_steps',
] as const satisfies (keyof Counts)[];

/** What is to be added to the sums of runs that are alike. */
export interface Counted {
  readonly run: CountedRun;
  readonly model: string;
  readonly counts: Counts;
}

/** Adds to the sums of the months, of the days and of the minutes in which runs began. */
export async function addSums(db: Kysely<Tables>, counted: readonly Counted[]): Promise<void> {
  // In one order everywhere: of two that hold what the other waits for, one would be given up.
  for (const { run, model, counts } of counted.toSorted(byPlace)) {
    const { owner, agent_id, status, started_at } = run;
    await Promise.all(
      SPANS.map((span) =>
        addToSum(db, { span, start: nameSpan(span, started_at), owner, agent_id, model, status, ...counts }),
      ),
    );
  }
}

const byPlace = (a: Pick<Counted, 'model'>, b: Pick<Counted, 'model'>) =>
  a.model < b.model ? -1 : Number(a.model > b.model);

const addToSum = prepareQuery((db, sum: Sums) =>
  db
    .insertInto('run_sums')
    .values({
      span: sum.span,
      start: sum.start,
      owner: sum.owner,
      agent_id: sum.agent_id,
      model: sum.model,
      status: sum.status,
      runs: sum.runs,
      duration_ms: sum.duration_ms,
      input_tokens: sum.input_tokens,
      output_tokens: sum.output_tokens,
      cached_tokens: sum.cached_tokens,
      reasoning_tokens: sum.reasoning_tokens,
      cost: sum.cost,
      model_steps: sum.model_steps,
      unpriced_steps: sum.unpriced_steps,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['span', 'start', 'owner', 'agent_id', 'model', 'status'])
        .doUpdateSet(() =>
          Object.fromEntries(
            COUNTS.map((column) => [column, sql`${sql.ref(`run_sums.${column}`)} + ${sql.ref(`excluded.${column}`)}`]),
          ),
        ),
    ),
);

const SPANS = ['month', 'day', 'minute'] as const;
