/** Reads what runs came to: whole months, days and minutes as they were added up, and run by run only what lies between. */
import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import { EVERYBODY } from '../call/principal.ts';
import { allOf, areWithin, haveValues } from './conditions.ts';
import { toCount } from './count.ts';
import { cutTime, fromMinute, type Range, toMinute } from './cut-time.ts';
import { findOwners } from './owners.ts';
import type { Span, Tables } from './schema.ts';
import type { RunSums, SumsQuery, UsageGroup, UsageReport } from './stored-sums.ts';
import { sumCosts } from './usage.ts';

/** What runs came to, all together. */
export async function readSums(db: Kysely<Tables>, query: SumsQuery): Promise<RunSums> {
  // What was added up is not told apart by these.
  const isNarrow = query.conversationId !== undefined || query.parentRunId !== undefined;
  if (isNarrow) return toSums([await sumRuns(db, query, toRange(query))]);
  const { spans, edges } = cutTime(toRange(query));
  const rows: Row[] = [];
  for (const { span, range } of spans) rows.push(await sumSpan(db, query, span, range));
  for (const range of edges) rows.push(await sumRuns(db, query, range));
  return toSums(rows);
}

/** What runs came to by agent, key, model or day, in the order of the names of these; in whole minutes. */
export async function readUsage(
  db: Kysely<Tables>,
  query: Omit<SumsQuery, 'conversationId' | 'parentRunId'>,
  group: UsageGroup,
): Promise<UsageReport> {
  const { since, until } = query;
  const range = { from: since && toMinute(since), to: until && fromMinute(until) };
  const column =
    group === 'day' ? sql<string>`substr(start, 1, ${sql.lit('2026-11-23'.length)})` : sql.ref<string>(COLUMNS[group]);
  const groups = new Map<string, Row[]>();
  for (const { span, range: itsRange } of cutTime(range, group === 'day' ? 'day' : 'month').spans) {
    const rows = await db
      .selectFrom('run_sums')
      .select([column.as('name'), ...SUMS])
      .where(allOf([isOwn(query), ...wanted(query), ...areWithin('start', itsRange)]))
      .where('span', '=', span)
      .groupBy(column)
      .execute();
    for (const { name, ...row } of rows) groups.set(toName(name), [...(groups.get(toName(name)) ?? []), row]);
  }
  const named = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    groups: named.map(([name, rows]) => ({ name, ...toSums(rows) })).filter(hasSomething),
    total: toSums(named.flatMap(([, rows]) => rows)),
  };
}

/** Calls that a person has answered are a step without a model: it is nothing that a model was asked, and no run of its own. */
const hasSomething = ({ runs, usage, cost, unpricedSteps }: RunSums): boolean =>
  runs > 0 || unpricedSteps > 0 || cost !== 0 || usage.inputTokens + usage.outputTokens > 0;

const COLUMNS = { agent: 'agent_id', key: 'owner', model: 'model' } as const;

const NAMES = ['runs', 'duration_ms', 'input_tokens', 'output_tokens', 'cached_tokens', 'reasoning_tokens'] as const;
const SUMS = [...NAMES, 'cost' as const, 'model_steps' as const, 'unpriced_steps' as const].map((name) =>
  // What no one can have counted counts nothing; sums of fractions never overflow.
  sql<unknown>`sum(case when ${sql.ref(name)} between 0 and ${sql.lit(Number.MAX_SAFE_INTEGER)} then ${sql.ref(name)} * 1.0 else 0 end)`.as(
    name,
  ),
);
const OF_RUNS = SUMS.slice(1);

type Row = Readonly<Record<string, unknown>>;

function sumSpan(db: Kysely<Tables>, query: SumsQuery, span: Span, range: Range): Promise<Row> {
  return db
    .selectFrom('run_sums')
    .select(SUMS)
    .where(allOf([isOwn(query), ...wanted(query), ...areWithin('start', range)]))
    .where('span', '=', span)
    .executeTakeFirstOrThrow();
}

async function sumRuns(db: Kysely<Tables>, query: SumsQuery, range: Range): Promise<Row> {
  const owners = await findOwners(db, query.principal ?? EVERYBODY);
  if (!owners.length) return {};
  return db
    .selectFrom('runs')
    .select([sql<unknown>`count(*)`.as('runs'), ...OF_RUNS])
    .where('owner', 'in', owners)
    .where(allOf([...wanted(query), ...areWithin('started_at', range)]))
    .where('ended_at', 'is not', null)
    .executeTakeFirstOrThrow();
}

function toSums(rows: readonly Row[]): RunSums {
  const sum = (name: string) => rows.reduce((total, row) => total + toCount(row[name]), 0);
  const cost = sumCosts(rows.map((row) => Number(row.cost) || 0));
  const usage = {
    inputTokens: sum('input_tokens'),
    outputTokens: sum('output_tokens'),
    cachedInputTokens: sum('cached_tokens'),
    reasoningTokens: sum('reasoning_tokens'),
  };
  const steps = sum('model_steps');
  const unpricedSteps = sum('unpriced_steps');
  const isUnknown = unpricedSteps > 0 && unpricedSteps === steps;
  return { runs: sum('runs'), durationMs: sum('duration_ms'), usage, cost: isUnknown ? null : cost, unpricedSteps };
}

/** Conditions for what a sum is asked for; both tables have the columns of what is not narrow. */
const wanted = ({ agentId, conversationId, parentRunId, status }: SumsQuery): RawBuilder<SqlBool>[] =>
  haveValues({ agent_id: agentId, conversation_id: conversationId, parent_run_id: parentRunId, status });

const isOwn = ({ principal: { name, seesAll } = EVERYBODY }: SumsQuery): RawBuilder<SqlBool> =>
  seesAll ? sql`true` : sql`owner in ('', ${name ?? ''})`;

const toRange = ({ since, until }: SumsQuery): Range => ({ from: since, to: until });

/** The name of a group; another hand may have written anything there. */
const toName = (name: unknown) => (typeof name === 'string' ? name : '');
