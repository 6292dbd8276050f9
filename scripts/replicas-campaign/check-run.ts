/** What must be true of a run, as its rows are. */
import type { Allowed } from './allowed.ts';
import { checkReaders } from './check-readers.ts';
import { compareWords, plannedWords, wordsIn } from './plan.ts';
import type { Change, Rows, RunRow } from './rows.ts';
import { countingIn, eventsIn, type StoredEvent } from './told.ts';
import { answerTo } from './tools.ts';
import type { TriedRun } from './tried-run.ts';
import type { Exchange } from './wire.ts';

/** One run, with all that is known of it. */
export interface LookedRun {
  readonly run: TriedRun;
  readonly row: RunRow;
  readonly stored: readonly StoredEvent[];
  readonly changes: readonly Change[];
  readonly allowed: Allowed;
}

/** All that is wrong with a run, a line each. */
export function checkRun(run: TriedRun, rows: Rows, allowed: Allowed): string[] {
  const row = rows.runs.find(({ id }) => id === run.id);
  const named = (problems: readonly string[]) => problems.map((problem) => `${run.id}: ${problem}`);
  if (!row) return named(checkUnbegun(run));
  const { events: stored, problems } = eventsIn(rows.events.filter(({ run_key }) => run_key === row.key));
  const changes = rows.changes.filter(({ key }) => key === row.key);
  const looked: LookedRun = { run, row, allowed, stored, changes };
  return named([
    ...(run.wasRefused ? ['it was refused, and is stored'] : []),
    ...problems,
    ...checkStatus(looked),
    ...changes.flatMap(checkChange),
    ...checkEvents(looked),
    ...checkReaders(looked),
  ]);
}

function checkUnbegun({ readers, wasRefused }: TriedRun): string[] {
  if (readers.some(({ hasHeard }) => hasHeard)) return ['readers were told of it, and it is not stored'];
  return wasRefused ? [] : ['it never began'];
}

/** Who had a run, at any time. */
const ownersOf = (changes: readonly Change[]): Set<unknown> =>
  new Set(changes.flatMap(({ before, after }) => [before.replica, after.replica]));

function checkStatus({ run, row, changes, allowed }: LookedRun): string[] {
  const { status, outcome } = row;
  if (status === 'finished') return [];
  if (status === 'cancelled')
    return run.wasAskedToEnd ? [] : [`it is cancelled, and nobody asked for that: ${outcome}`];
  if (status !== 'interrupted') return [`it is ${status}: ${outcome}`];
  if (allowed.isDurable) return ['it is interrupted, and was to go on'];
  const owners = ownersOf(changes);
  const wasLost = [...allowed.lost].some(({ id }) => owners.has(id));
  // Whoever asked for it was told that it failed, and has asked again: it is this one.
  const wasNotTaken = allowed.mayRefuse && !run.readers.some(({ exchanges: [first] }) => isTaken(first));
  return wasLost || wasNotTaken || allowed.mayDrain ? [] : ['it is interrupted, and no replica that had it was lost'];
}

const isTaken = (exchange: Exchange | undefined) => exchange?.method === 'POST' && exchange.status === 200;

function checkChange({ what, before, after, n }: Change): string[] {
  if (what === 'events') return checkRewritten(before.events, after.events).map((problem) => `change ${n}: ${problem}`);
  const problems: string[] = [];
  if (before.fence === undefined || after.fence === undefined) return problems;
  if (after.fence < before.fence) problems.push(`its fence goes back from ${before.fence} to ${after.fence}`);
  if (before.status !== 'running' && after.status !== before.status)
    problems.push(`it ended as ${before.status}, and then as ${after.status}`);
  if (before.replica !== after.replica && after.fence === before.fence)
    problems.push(`it went to ${after.replica} without a new fence`);
  return problems.map((problem) => `change ${n}: ${problem}`);
}

/** Events that were stored once may get others behind them, and nothing else. */
function checkRewritten(before: string | undefined, after: string | undefined): string[] {
  if (before === undefined) return [];
  if (after === undefined) return ['stored events were deleted'];
  return after === before || after.startsWith(`${before.slice(0, -1)},`) ? [] : ['stored events were changed'];
}

function checkEvents({ run, row, stored }: LookedRun): string[] {
  const problems: string[] = [];
  const ends = stored.flatMap(({ event }, index) => (event.type === 'run-ended' ? [index + 1] : []));
  if (ends.length > 1 || (ends[0] ?? stored.length) !== stored.length)
    problems.push(`its end is stored as number ${ends.join()} of ${stored.length}`);
  const isWhole = row.status === 'finished';
  if (isWhole && !ends.length) problems.push('it finished, and its end is not among its events');
  const events = countingIn(stored);
  const said = wordsIn(events.map(({ type, delta }) => (type === 'text-delta' ? delta : '')).join(''));
  problems.push(...compareWords(said, plannedWords(run.plan, run.from), { isWhole }));
  for (const { type, callId, result, isError } of events) {
    const isRight = type !== 'tool-result' || isError || result === answerTo(String(callId).replace('call-', ''));
    if (!isRight) problems.push(`${callId} is answered with ${JSON.stringify(result)}`);
  }
  for (const type of ['tool-call-ended', 'tool-result']) {
    const ids = events.filter((event) => event.type === type).map(({ callId }) => callId);
    if (new Set(ids).size < ids.length) problems.push(`${type} of a call is stored twice: ${ids.join()}`);
  }
  return problems;
}
