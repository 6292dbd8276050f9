/** Reads the AG-UI events of a run again, from its start or from where a reader's connection broke. */
import type { AgUiEvent } from '../../../contract/ag-ui-events.ts';
import { type Numbered, type NumberedEvents, numberAfterGap, withNumbers } from '../../call/numbered-events.ts';
import type { RunEvent } from '../../runs/run-events.ts';
import type { Message } from '../../store/messages.ts';
import type { AgUiRunView } from './run-view.ts';
import { toMessagesSnapshot } from './snapshot.ts';
import { createAgUiTranslator } from './translator.ts';

/** A run that goes on or has ended. */
export interface AgUiFoundRun {
  readonly agentId: string;
  /** The id its caller gave it. */
  readonly runId: string;
  /** How many messages the thread had when it began, the ones it began with included. */
  readonly historyCount: number;
  /** From the first event to `run-ended`; a gap in the numbers before that means that events were lost. */
  events(signal: AbortSignal): AsyncIterable<{ readonly id: number; readonly event: RunEvent }>;
}

interface Reading {
  readonly run: AgUiFoundRun;
  readonly view: AgUiRunView;
  /** The number of the last event the reader has; undefined for one that has none. */
  readonly after: number | undefined;
  /** The messages of the thread as they are stored now. */
  readonly messages: () => Promise<readonly Message[]>;
  readonly signal: AbortSignal;
}

/** The events behind number `after`, each with the number it had the first time. */
export function readAgUiRunAgain(reading: Reading): NumberedEvents<AgUiEvent> {
  return withNumbers(numberEvents(reading));
}

async function* numberEvents({
  run,
  view,
  after: last,
  messages,
  signal,
}: Reading): AsyncGenerator<Numbered<AgUiEvent>> {
  const after = last ?? 0;
  const translator = createAgUiTranslator(view);
  const snapshot = async (count?: number) => toMessagesSnapshot((await messages()).slice(0, count), view.casing);
  let number = 0;
  for (const event of translator.start()) {
    number++;
    if (number > after) yield { number, event };
  }
  if (last === undefined) yield { number, event: await snapshot(run.historyCount) };
  let lastId = 0;
  for await (const { id, event } of run.events(signal)) {
    const translated = translator.next(event);
    if (id !== lastId + 1) {
      const known = number;
      number = numberAfterGap(number) - 1;
      // What closes the blocks that are open by the log; who has read beyond the log may have read that already.
      const closing = translated.splice(0, translated.length - 1);
      for (const one of [...closing, await snapshot()]) {
        number++;
        const isKnown = closing.includes(one) && after > known;
        if (number > after && !isKnown) yield { number, event: one };
      }
    }
    lastId = id;
    for (const one of translated) {
      number++;
      if (number > after) yield { number, event: one };
    }
  }
}
