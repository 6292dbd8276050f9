/** The events of a response, from its first on, by the log of its run. */
import type { OpenAiResponse, OpenAiResponseEvent } from '../../../contract/openai-responses.ts';
import { type Numbered, numberAfterGap } from '../../call/numbered-events.ts';
import { translateEvents } from '../../call/ready-events.ts';
import { toRunFailure } from '../../runs/run-events.ts';
import type { Message } from '../../store/messages.ts';
import { toSaidEvents } from '../said-events.ts';
import type { PlacedEvent } from '../text-runs.ts';
import type { FoundModelRun } from './ports.ts';
import { ResponseTranslation } from './response-events.ts';
import type { ResponseView } from './response-view.ts';

/** The events of a response behind number `after`, each with its number, which is the same for every reader. */
export function followResponse(
  events: AsyncIterable<PlacedEvent>,
  view: ResponseView,
  after = 0,
): AsyncIterable<Numbered<OpenAiResponseEvent>> {
  const translation = new ResponseTranslation(view);
  let number = 0;
  let lastId = 0;
  return translateEvents(events, {
    next({ id, at, event }) {
      // Of what was lost with a server that died, readers may have seen any number.
      if (id !== lastId + 1) number = numberAfterGap(number) - 1;
      lastId = id;
      const told = translation.next(event, at).map((each): Numbered<OpenAiResponseEvent> => {
        number++;
        return { number, event: { ...each, sequence_number: number } };
      });
      return number > after ? told.filter((each) => each.number > after) : [];
    },
  });
}

/** The response of a run once it has ended. Throws when the reader leaves before. */
export async function readResponse(events: AsyncIterable<PlacedEvent>, view: ResponseView): Promise<OpenAiResponse> {
  const translation = new ResponseTranslation(view);
  for await (const { at, event } of events) translation.next(event, at);
  if (translation.last) return translation.last;
  throw toRunFailure({ status: 'cancelled', reason: 'the caller left' });
}

/** The response of a run that goes on, as far as it has come. */
export function toUnfinished(events: readonly PlacedEvent[], view: ResponseView): OpenAiResponse {
  const translation = new ResponseTranslation(view);
  for (const { at, event } of events) translation.next(event, at);
  return translation.last ?? translation.toUnfinished();
}

/** The response of a run that has begun just now: what is in it is told as events. */
export async function readBeginning(events: AsyncIterable<PlacedEvent>, view: ResponseView): Promise<OpenAiResponse> {
  const translation = new ResponseTranslation(view);
  for await (const { at, event } of events) {
    translation.next(event, at);
    break;
  }
  return translation.last ?? translation.toEmpty('in_progress');
}

/** The events of a run; where they are held no more, as far as what it said is stored. */
export async function* eventsOf(run: FoundModelRun, signal: AbortSignal): AsyncGenerator<PlacedEvent, void> {
  let isFirst = true;
  for await (const placed of run.events(signal)) {
    const isAlone = isFirst && placed.event.type === 'run-ended' && placed.id > 1;
    isFirst = false;
    if (!isAlone) {
      yield placed;
      continue;
    }
    const said = saidBy(run, await run.messages()).flatMap(toSaidEvents);
    for (const [index, event] of said.entries()) yield { id: index + 1, at: placed.at, event };
    yield { ...placed, id: said.length + 1 };
  }
}

/** What of the messages of its conversation a run has said: what follows, until somebody else says something. */
export function saidBy(
  { historyCount, pending }: Pick<FoundModelRun, 'historyCount' | 'pending'>,
  messages: readonly Message[],
): readonly Message[] {
  const said = messages.slice(historyCount);
  const isOfNext = (message: Message) =>
    message.role === 'tool' ? pending.includes(message.callId) : message.role !== 'assistant';
  const next = said.findIndex(isOfNext);
  return next < 0 ? said : said.slice(0, next);
}
