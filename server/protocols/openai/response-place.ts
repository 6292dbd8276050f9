/** Where a response stands: the conversation it goes on in, and what was said before it. */
import type { OpenAiResponseRequest } from '../../../contract/openai-responses.ts';
import { ApiError } from '../../call/errors.ts';
import type { Fields } from '../../call/fields.ts';
import type { Principal } from '../../call/principal.ts';
import { invalidField } from '../../call/validation-error.ts';
import type { Message } from '../../store/messages.ts';
import { textOf } from './fields.ts';
import type { FoundModelRun, ModelRunRequest, OpenAiParts, StoredTalk } from './ports.ts';
import { placeOfItem } from './response-items.ts';
import { eventsOf, readResponse, saidBy } from './response-log.ts';
import { toView } from './response-view.ts';

/** Where a response stands. */
export interface ResponsePlace {
  /** What was said before it. */
  readonly before: readonly Message[];
  /** Whether that is stored where the response goes on; else it is to be handed on. */
  readonly isStored: boolean;
  /** The newest run of the conversation that was named. */
  readonly latest?: StoredTalk['latest'];
  readonly target: Pick<ModelRunRequest, 'conversationId' | 'conversationKey'>;
}

type Ports = Pick<OpenAiParts, 'findRun' | 'findTalk'>;

const NOWHERE: ResponsePlace = { before: [], isStored: true, target: {} };

/** The run of a response. Throws a 404 where there is none that the principal may see, or nothing of it was to be stored. */
export async function requireResponse(
  { findRun }: Pick<Ports, 'findRun'>,
  id: string,
  principal: Principal,
): Promise<FoundModelRun> {
  const run = await findRun(id, principal);
  const isUnlisted = run?.historyCount === 0 && !run.isDetached;
  if (!run || isUnlisted) throw new ApiError('run-not-found', `Response not found: ${id}`);
  return run;
}

/** Finds where a response stands. */
export async function findPlace(
  ports: Ports,
  { previous_response_id: previousId, conversation, store, input }: OpenAiResponseRequest,
  principal: Principal,
): Promise<ResponsePlace> {
  const conversationId = typeof conversation === 'string' ? conversation : conversation?.id;
  if (previousId) {
    const previous = await requireResponse(ports, previousId, principal);
    if (conversationId !== undefined && conversationId !== previous.conversationId) {
      throw invalidField('conversation', 'is not that of previous_response_id: one of them is enough');
    }
    const messages = await previous.messages();
    const end = endOfAnswer(previous, messages, input);
    // Where others have gone on from there already, this goes another way.
    if (store === false || end < messages.length)
      return { before: messages.slice(0, end), isStored: false, target: {} };
    const target = { conversationId: previous.conversationId, conversationKey: previous.conversationKey };
    return { before: messages, isStored: true, target };
  }
  if (conversationId === undefined) return NOWHERE;
  const { messages: before, latest } = (await ports.findTalk(conversationId, principal)) ?? { messages: [] };
  return store === false
    ? { before, isStored: false, target: {} }
    : { before, latest, isStored: true, target: { conversationId } };
}

/**
 * How many messages there are up to the end of what a response has answered. What it waited for may have been answered elsewhere: all until
 * somebody says something else is of that answer, unless the request itself brings the results. Approvals are of the conversation that asked.
 */
function endOfAnswer(run: FoundModelRun, messages: readonly Message[], input: OpenAiResponseRequest['input']): number {
  const types = typeof input === 'string' ? [] : input.map(({ type }) => type);
  if (types.includes('mcp_approval_response')) return messages.length;
  const end = run.historyCount + saidBy(run, messages).length;
  if (types.includes('function_call_output')) return end;
  const next = messages.findIndex(({ role }, index) => index >= end && role !== 'tool' && role !== 'assistant');
  return next < 0 ? messages.length : next;
}

/** The items of a request, with those that are named by their ids in place of the names. */
export async function resolveReferences(
  ports: Ports,
  items: readonly Fields[],
  { principal, signal }: { readonly principal: Principal; readonly signal: AbortSignal },
): Promise<Fields[]> {
  const resolved: Fields[] = [];
  for (const [index, item] of items.entries()) {
    if (item.type !== 'item_reference') {
      resolved.push(item);
      continue;
    }
    const id = textOf(item.id) ?? '';
    const place = placeOfItem(id);
    const run = place && (await ports.findRun(place.runId, principal));
    const response = run && !run.isRunning ? await readResponse(eventsOf(run, signal), toView(run)) : undefined;
    const found = place && response?.output[place.index];
    if (found?.id !== id)
      throw invalidField(`input.${index}.id`, 'is the id of no item of a response that is stored here');
    resolved.push(found);
  }
  return resolved;
}
