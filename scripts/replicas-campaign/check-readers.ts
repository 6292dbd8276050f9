/** What must be true of what the readers of a run were told, frame by frame. */
import { isDeepStrictEqual } from 'node:util';
import { isLost, mayRefuse } from './allowed.ts';
import type { LookedRun } from './check-run.ts';
import { compareWords, plannedWords, wordsIn } from './plan.ts';
import type { RunRow } from './rows.ts';
import { type Told, textIn, toTold } from './told.ts';
import { type Exchange, isBreak, isLast, readFrame, type ToldEvent } from './wire.ts';

/** All that is wrong with what its readers were told, a line each. */
export function checkReaders(looked: LookedRun): string[] {
  const told = toTold(looked.stored);
  return looked.run.readers.flatMap(({ exchanges, end }, index) => {
    const problems = exchanges.flatMap((exchange) => checkStream(exchange, looked, told));
    if (!end) problems.push('it never hears of the end');
    return problems.map((problem) => `reader ${index}: ${problem}`);
  });
}

/** Numbers that jump say that events were lost with a process: the end comes next then, under a whole multiple of this. */
const GAP = 1_000_000;

/** One connection: numbers that follow each other, under each of them what is stored under it, and one end, which comes last. */
function checkStream(exchange: Exchange, looked: LookedRun, told: readonly Told[]): string[] {
  const events = exchange.frames.flatMap((frame) => readFrame(frame) ?? []);
  const problems: string[] = [];
  const ahead: Told[] = [];
  let last = exchange.after ?? 0;
  for (const [index, event] of events.entries()) {
    if (isLast(event) && index < events.length - 1) problems.push(`${events.length - 1 - index} events follow its end`);
    if (isBreak(event)) {
      const isEnding = event.data.code === 'draining' && looked.allowed.mayDrain;
      if (!isEnding && !mayRefuse(looked.allowed, exchange.replica))
        problems.push(`it breaks off: ${JSON.stringify(event.data)}`);
      continue;
    }
    const { number, data } = event;
    if (number !== last + 1 && !isOfGap(event, looked)) problems.push(`number ${number} follows ${last}`);
    last = number;
    const stored = told[number - 1];
    if (isLast(event)) problems.push(...checkEnd(event, looked.row));
    else if (!stored) ahead.push(data);
    else if (!isDeepStrictEqual(data, stored))
      problems.push(`number ${number} is ${JSON.stringify(data)}, and stored is ${JSON.stringify(stored)}`);
  }
  if (exchange.status === 200 && exchange.failure === undefined && !events.some(isLast))
    problems.push('it ends without telling of an end');
  return [...problems, ...checkAhead(exchange, { ...looked, told, ahead })];
}

/** The end of a run whose own process has not stored it is not among its events, and tells that others may be missing. */
const isOfGap = (event: ToldEvent, { stored }: LookedRun): boolean =>
  isLast(event) && event.number % GAP === 0 && stored.at(-1)?.event.type !== 'run-ended';

/** What a replica has told that is not stored: only one that lost the run may have done so, and only what would have come. */
function checkAhead(
  { replica }: Exchange,
  { run, allowed, told, ahead }: LookedRun & { readonly told: readonly Told[]; readonly ahead: readonly Told[] },
): string[] {
  if (!ahead.length) return [];
  if (!isLost(allowed, replica) || allowed.isDurable) return [`it is told ${ahead.length} events that are not stored`];
  const { text, problems } = textIn([...told, ...ahead]);
  return [...problems, ...compareWords(wordsIn(text), plannedWords(run.plan, run.from), { isWhole: false })];
}

const CODES: Readonly<Record<string, readonly unknown[]>> = {
  cancelled: ['run-cancelled', 'draining'],
  interrupted: ['run-interrupted'],
};

/** The end that a reader is told is the one that is stored. */
function checkEnd({ data }: ToldEvent, { status, conversation_id: conversation }: RunRow): string[] {
  const isRight = status === 'finished' ? data.type === 'done' : CODES[status]?.includes(data.code);
  const problems = isRight ? [] : [`it is told ${JSON.stringify(data)}, and the run is ${status}`];
  return data.conversation_id === conversation ? problems : [...problems, `it is told of ${data.conversation_id}`];
}
