import { type CalledServer, Caller } from './caller.ts';
import { startBystanders } from './load.ts';
import type { OddCase, Stage, StagePlan } from './odd-case.ts';
import { findLosses } from './watch.ts';

/** What became of cases. */
export interface Tally {
  cases: number;
  right: number;
  wrong: number;
  /** How many cost more than themselves: a list, a feature, a stream, or an answer that never came. */
  losses: number;
  /** Answers with a status of 500 or above that no case asks for. */
  failures: number;
  /** Those that cases ask for. */
  askedFailures: number;
  /** How often others asked the demo agent meanwhile; each is answered right, or counts as wrong. */
  others: number;
  /** A line for each wrong one. */
  readonly problems: string[];
}

/** How cases are tried. */
export interface TryOptions {
  /** Whether others ask meanwhile, and more cases are tried at once. */
  readonly isLoaded: boolean;
  /** The most cases of a stage, taken evenly from it; absent: all. */
  readonly most?: number | undefined;
  /** The file that is started; the sources of this repository unless told otherwise. */
  readonly entry?: string | undefined;
}

/** Nothing tried yet. */
export const emptyTally = (): Tally => ({
  ...{ cases: 0, right: 0, wrong: 0, losses: 0, failures: 0, askedFailures: 0, others: 0 },
  problems: [],
});

const LANES = { inOrder: 1, quiet: 2, loaded: 4 };

/** Tries the cases of a stage on a fresh server. When it does not open, all of them are wrong and lost. */
export async function tryStage(plan: StagePlan, options: TryOptions): Promise<Tally> {
  const tally = emptyTally();
  try {
    await using stage = await plan.open(options.entry);
    await tryCases(stage, tally, plan, options);
  } catch (cause) {
    const size = Math.min(plan.size, options.most ?? plan.size);
    const missing = Math.max(size - tally.cases, 1);
    tally.cases += missing;
    tally.wrong += missing;
    tally.losses += missing;
    tally.problems.push(`${plan.title}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  return tally;
}

async function tryCases(stage: Stage, tally: Tally, plan: StagePlan, { isLoaded, most }: TryOptions): Promise<void> {
  const waiting = pickEvenly(stage.cases, most).toReversed();
  const bystanders = isLoaded ? startBystanders(stage.server) : undefined;
  const lanes = plan.isInOrder ? LANES.inOrder : isLoaded ? LANES.loaded : LANES.quiet;
  const tryNext = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const problem = count(tally, next, await tryCase(next, stage.server));
      if (problem) tally.problems.push(`${plan.title}: ${next.title}: ${problem}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, tryNext));
  if (!bystanders) return;
  const { asked, caller, problems } = await bystanders.stop();
  tally.others += asked;
  tally.wrong += problems.length;
  tally.losses += caller.losses.length;
  tally.failures += caller.failures.length;
  tally.problems.push(...problems.map((problem) => `${plan.title}: others meanwhile: ${problem}`));
}

/** What became of a case. */
export interface Tried {
  readonly problem: string | undefined;
  readonly losses: readonly string[];
  readonly failures: readonly number[];
}

/** Tries one case, and looks at the server afterwards. */
export async function tryCase(odd: OddCase, server: CalledServer, silenceMs?: number): Promise<Tried> {
  const caller = new Caller(server, silenceMs);
  const problem = await odd
    .attempt(caller)
    .catch((cause: unknown) => `could not be tried: ${cause instanceof Error ? cause.message : String(cause)}`);
  const losses = await findLosses(caller);
  return { problem, losses: [...new Set([...caller.losses, ...losses])], failures: caller.failures };
}

/** Counts it; what is wrong with it, in a line. */
export function count(tally: Tally, { asks = [] }: OddCase, { problem, losses, failures }: Tried): string | undefined {
  const unasked = failures.filter((status) => !asks.includes(status));
  const wrongs = [problem, ...losses, ...unasked.map((status) => `an answer ${status}`)].filter(Boolean);
  tally.cases++;
  tally.failures += unasked.length;
  tally.askedFailures += failures.length - unasked.length;
  if (losses.length) tally.losses++;
  if (wrongs.length) tally.wrong++;
  else tally.right++;
  return wrongs.length ? wrongs.join('; ') : undefined;
}

/** At most so many, evenly from the first to the last. */
function pickEvenly<T>(items: readonly T[], most = items.length): T[] {
  const step = Math.max(items.length / most, 1);
  return items.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}
