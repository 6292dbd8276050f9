/** Turns the events of a run into those of a response. */
import type { OpenAiItem } from '../../../contract/openai-items.ts';
import type { OpenAiResponse } from '../../../contract/openai-responses.ts';
import { isAddress } from '../../call/data-url.ts';
import { toText } from '../../call/fields.ts';
import type { AwaitedCall, RunEvent, RunOutcome } from '../../runs/run-events.ts';
import { withoutAttempts } from './held-text.ts';
import { type NewEvent, type OpenText, ResponseItems } from './response-items.ts';
import { type ResponseState, type ResponseView, readNote, toResponse } from './response-view.ts';
import { fileTextIdOf, isImage, toTextEvents } from './told-files.ts';

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { readonly type: Type }>;
type McpCall = Extract<OpenAiItem, { readonly type: 'mcp_call' }>;

/** The name of this server among those whose tools are called. */
const OWN_SERVER = 'agent-runtimes';

/** Whether the client has asked for JSON, which it parses. */
const isJson = ({ text }: ReturnType<typeof readNote>) => (Object(text?.format).type ?? 'text') !== 'text';

/** Translates one run: the same events become the same, whoever asks and when. */
export class ResponseTranslation {
  readonly #view: ResponseView;
  readonly #items: ResponseItems;
  readonly #texts = new Map<string, OpenText>();
  /** The places of the texts of each message, and of its images. */
  readonly #places = new Map<string, readonly number[]>();
  readonly #calls = new Map<string, Pick<EventOf<'tool-call-ended'>, 'name' | 'args'>>();
  /** The places of the calls that run. */
  readonly #running = new Map<string, number>();
  #echo = readNote(undefined);
  #hasBegun = false;
  /** Set when the run has ended. */
  last: OpenAiResponse | undefined;

  constructor(view: ResponseView) {
    this.#view = view;
    this.#items = new ResponseItems(view.id);
  }

  /** The events of one event, which happened at a time in milliseconds since 1970. */
  next(event: RunEvent, at: number | undefined): NewEvent[] {
    if (event.type === 'noted') this.#echo = readNote(event.note);
    const told = isJson(this.#echo)
      ? withoutAttempts(event).flatMap((each) => this.#toEvents(each, at))
      : this.#toEvents(event, at);
    if (this.#hasBegun) return told;
    this.#hasBegun = true;
    return [...this.#begin(), ...told];
  }

  /** The response as it stands before anything is in it. */
  toEmpty(status: 'queued' | 'in_progress'): OpenAiResponse {
    return toResponse(this.#view, this.#echo, { status, output: [] });
  }

  /** The response as far as it has come, with what is still written or called. */
  toUnfinished(): OpenAiResponse {
    const output = this.#items.withTexts([...this.#texts.values()]);
    return toResponse(this.#view, this.#echo, { status: 'in_progress', output });
  }

  #begin(): NewEvent[] {
    const inProgress: NewEvent = { type: 'response.in_progress', response: this.toEmpty('in_progress') };
    if (!this.#echo.background) {
      return [{ type: 'response.created', response: this.toEmpty('in_progress') }, inProgress];
    }
    const queued = this.toEmpty('queued');
    return [{ type: 'response.created', response: queued }, { type: 'response.queued', response: queued }, inProgress];
  }

  #toEvents(event: RunEvent, at: number | undefined): NewEvent[] {
    switch (event.type) {
      case 'text-started':
      case 'reasoning-started':
        return this.#beginText(event);
      case 'text-delta':
      case 'reasoning-delta': {
        const open = this.#texts.get(keyOf(event));
        if (!open) return [];
        open.text += event.delta;
        return this.#items.extendText(open.index, event.delta);
      }
      case 'text-ended':
      case 'reasoning-ended':
        return this.#endText(keyOf(event), 'completed');
      case 'file':
        if (isImage(event) && !isAddress(event.data)) return this.#addImage(event);
        // A text beside JSON would break it.
        return isJson(this.#echo) ? [] : toTextEvents(event).flatMap((each) => this.#toEvents(each, at));
      case 'tool-call-ended':
        this.#calls.set(event.callId, event);
        return [];
      case 'answer-withdrawn':
        return this.#withdraw(event);
      case 'tool-started':
        return this.#beginCall(event);
      case 'tool-result':
        return this.#endCall(event);
      case 'run-ended':
        return this.#end(event, at);
      default:
        return [];
    }
  }

  // No event takes an item back: those that are still written end as incomplete, and the response at its end holds nothing of them.
  #withdraw({ messageIds, callIds }: EventOf<'answer-withdrawn'>): NewEvent[] {
    const keys = messageIds.flatMap((id) => [
      `text ${id}`,
      `reasoning ${id}`,
      `text ${fileTextIdOf(id)}`,
      imageKeyOf(id),
    ]);
    const events = keys.flatMap((key) => this.#endText(key, 'incomplete'));
    for (const key of keys) for (const index of this.#places.get(key) ?? []) this.#items.empty(index);
    for (const callId of callIds) this.#calls.delete(callId);
    return events;
  }

  #beginText(event: EventOf<'text-started' | 'reasoning-started'>): NewEvent[] {
    const { index, events } = this.#items.beginText(event.type === 'text-started' ? 'message' : 'reasoning');
    const key = keyOf(event);
    this.#texts.set(key, { index, text: '' });
    this.#notePlace(key, index);
    return events;
  }

  #addImage({ messageId, data }: EventOf<'file'>): NewEvent[] {
    const { index, events } = this.#items.addImage(data);
    this.#notePlace(imageKeyOf(messageId), index);
    return events;
  }

  #notePlace(key: string, index: number): void {
    this.#places.set(key, [...(this.#places.get(key) ?? []), index]);
  }

  #endText(key: string, status: 'completed' | 'incomplete'): NewEvent[] {
    const open = this.#texts.get(key);
    this.#texts.delete(key);
    return open ? this.#items.endText(open.index, open.text, status) : [];
  }

  #beginCall(event: EventOf<'tool-started'> | EventOf<'tool-result'>): NewEvent[] {
    const { callId, name, args, approvalId = null } = event;
    const { index, events } = this.#items.addCall({
      type: 'mcp_call',
      id: this.#items.newId('mcp'),
      status: 'in_progress',
      server_label: event.server ?? OWN_SERVER,
      name,
      arguments: toText(args ?? this.#calls.get(callId)?.args ?? {}),
      output: null,
      error: null,
      approval_request_id: approvalId,
    });
    this.#running.set(callId, index);
    return events;
  }

  #endCall(event: EventOf<'tool-result'>): NewEvent[] {
    // A call that is refused has never begun.
    const begun = this.#running.has(event.callId) ? [] : this.#beginCall(event);
    const { callId, isError } = event;
    const text = toText(event.result);
    const index = this.#running.get(callId) ?? 0;
    const item = this.#items.all[index] as McpCall;
    this.#running.delete(callId);
    const place = { item_id: item.id, output_index: index };
    const ended: McpCall = isError
      ? { ...item, status: 'failed', error: { type: 'mcp_tool_execution_error', content: [{ type: 'text', text }] } }
      : { ...item, status: 'completed', output: text };
    return [
      ...begun,
      { type: isError ? 'response.mcp_call.failed' : 'response.mcp_call.completed', ...place },
      ...this.#items.replace(index, ended),
    ];
  }

  #end({ outcome, usage }: EventOf<'run-ended'>, endedAt: number | undefined): NewEvent[] {
    const events = [
      ...[...this.#texts.keys()].flatMap((key) => this.#endText(key, 'incomplete')),
      ...[...this.#running.values()].flatMap((index) => this.#cutCall(index)),
      ...(outcome.status === 'finished' ? this.#leaveCalls(outcome.pending, outcome.approvals ?? []) : []),
    ];
    const { type, ...end } = toEnd(outcome);
    const state = { ...end, output: [...this.#items.all], usage, endedAt };
    this.last = toResponse(this.#view, this.#echo, state);
    return [...events, { type, response: this.last }];
  }

  #cutCall(index: number): NewEvent[] {
    const item = this.#items.all[index] as McpCall;
    return this.#items.replace(index, { ...item, status: 'incomplete' });
  }

  /** The calls that are left to the client, and to a person. Not before: one whose arguments do not fit was answered here. */
  #leaveCalls(pending: readonly string[], approvals: readonly AwaitedCall[]): NewEvent[] {
    const held = new Set(approvals.map(({ callId }) => callId));
    return [
      ...pending.filter((callId) => !held.has(callId)).flatMap((callId) => this.#leaveToClient(callId)),
      ...approvals.flatMap(({ id, tool: name, args }) => {
        const asked = { type: 'mcp_approval_request' as const, id, server_label: OWN_SERVER, name };
        const item = { ...asked, arguments: toText(args) };
        const { index, events } = this.#items.add(item);
        return [...events, ...this.#items.replace(index, item)];
      }),
    ];
  }

  #leaveToClient(callId: string): NewEvent[] {
    const call = this.#calls.get(callId);
    if (!call) return [];
    const item = {
      type: 'function_call' as const,
      id: this.#items.newId('fc'),
      status: 'in_progress' as const,
      call_id: callId,
      name: call.name,
      arguments: toText(call.args),
    };
    const { index, events } = this.#items.addCall(item);
    return [...events, ...this.#items.replace(index, { ...item, status: 'completed' })];
  }
}

const imageKeyOf = (messageId: string) => `image ${messageId}`;
const keyOf = ({ type, messageId }: { readonly type: string; readonly messageId: string }) =>
  type.startsWith('text') ? `text ${messageId}` : `reasoning ${messageId}`;

type LastType = 'response.completed' | 'response.incomplete' | 'response.failed';

function toEnd(outcome: RunOutcome): Omit<ResponseState, 'output'> & { readonly type: LastType } {
  if (outcome.status === 'failed') return toFailed(outcome.detail, outcome.code);
  // There is no event of its own for it that clients would know.
  if (outcome.status === 'cancelled') return { type: 'response.incomplete', status: 'cancelled' };
  if (!outcome.stoppedBy) return { type: 'response.completed', status: 'completed' };
  const reason = INCOMPLETE[outcome.stoppedBy];
  return { type: 'response.incomplete', status: 'incomplete', incomplete_details: { reason } };
}

const toFailed = (message: string, code: string) => ({
  type: 'response.failed' as const,
  status: 'failed' as const,
  error: { code: 'server_error' as const, message, type: code },
});

const INCOMPLETE = {
  'max-steps': 'max_messages',
  length: 'max_output_tokens',
  'content-filter': 'content_filter',
} as const;
