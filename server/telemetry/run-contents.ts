import type { RunEvent } from '../runs/run-events.ts';
import type { AskedModel } from '../runs/run-tracing.ts';
import type { AssistantPart, Message, UserPart } from '../store/messages.ts';
import { toFinishReason } from './model-names.ts';
import type { Attributes } from './span.ts';

/** How many characters one attribute holds. */
const MAX_ATTRIBUTE_CHARS = 32_768;
/** How many characters all attributes of one run hold. */
const MAX_RUN_CHARS = 1_048_576;

interface StepContents {
  asked: Attributes;
  text: string;
  readonly calls: { readonly id: string; readonly name: string; readonly arguments: unknown }[];
}

interface CallContents {
  args?: string;
  result?: string;
}

/** What a run says and is told, in the form of the conventions and within bounds, for its spans. Kept in memory alone. */
export class RunContents {
  readonly #mask: (text: string) => string;
  readonly #steps = new Map<number, StepContents>();
  readonly #calls = new Map<string, CallContents>();
  #last: StepContents | undefined;
  #chars = 0;

  /** `mask` takes secrets out of a text. */
  constructor(mask: (text: string) => string) {
    this.#mask = mask;
  }

  /** Takes what a model is asked. */
  ask(step: number, { systemPrompt, messages }: AskedModel): void {
    const system = systemPrompt === '' ? [] : [{ type: 'text', content: systemPrompt }];
    const asked = {
      'gen_ai.system_instructions': system.length ? this.#write(system) : undefined,
      'gen_ai.input.messages': this.#writeNewest(messages.map(toSaid)),
    };
    this.#last = { asked, text: '', calls: [] };
    this.#steps.set(step, this.#last);
  }

  /** Takes what happens. */
  add(event: RunEvent): void {
    if (event.type === 'text-delta') {
      const step = this.#last;
      if (step && step.text.length < MAX_ATTRIBUTE_CHARS) step.text += event.delta;
    } else if (event.type === 'tool-call-ended') {
      const { callId: id, name, args } = event;
      this.#last?.calls.push({ id, name, arguments: args });
      this.#callOf(id).args = this.#write(args);
    } else if (event.type === 'tool-result') {
      this.#callOf(event.callId).result = this.#write(event.result);
    }
  }

  /** Takes what a tool call is given, or gives, that no model has made itself. */
  addCall(callId: string, { args, result }: { readonly args?: unknown; readonly result?: unknown }): void {
    const call = this.#callOf(callId);
    if (args !== undefined) call.args = this.#write(args);
    if (result !== undefined) call.result = this.#write(result);
  }

  /** What the run was asked at first, and what it said at last. */
  ofRun(): Attributes {
    const steps = [...this.#steps];
    const [, first] = steps[0] ?? [];
    return { ...first?.asked, ...this.#answerOf(steps.at(-1)?.[1], null) };
  }

  /** What a model was asked, and what it said. */
  ofStep(number: number, stopReason: string | null): Attributes {
    const step = this.#steps.get(number);
    return { ...step?.asked, ...this.#answerOf(step, stopReason) };
  }

  /** What a tool was given, and what it gave. */
  ofCall(callId: string): Attributes {
    const { args, result } = this.#calls.get(callId) ?? {};
    return { 'gen_ai.tool.call.arguments': args, 'gen_ai.tool.call.result': result };
  }

  #answerOf(step: StepContents | undefined, stopReason: string | null): Attributes {
    if (!step) return {};
    const { text, calls } = step;
    const parts = [
      ...(text === '' ? [] : [{ type: 'text', content: text }]),
      ...calls.map((call) => ({ type: 'tool_call', ...call })),
    ];
    if (!parts.length) return {};
    const finish_reason = toFinishReason(stopReason ?? 'stop');
    return { 'gen_ai.output.messages': this.#write([{ role: 'assistant', parts, finish_reason }]) };
  }

  #callOf(callId: string): CallContents {
    const call = this.#calls.get(callId) ?? {};
    this.#calls.set(callId, call);
    return call;
  }

  /** As many messages as fit, the newest ones. */
  #writeNewest(messages: readonly object[]): string | undefined {
    const fitting: object[] = [];
    let chars = 0;
    for (const message of messages.toReversed()) {
      chars += JSON.stringify(message).length;
      if (fitting.length && chars > MAX_ATTRIBUTE_CHARS) break;
      fitting.unshift(message);
    }
    return this.#write(fitting);
  }

  /** A value as JSON; undefined once the run has said too much. */
  #write(value: unknown): string | undefined {
    if (value === undefined || this.#chars >= MAX_RUN_CHARS) return undefined;
    // Inside texts quotes are escaped, and names of fields would not be found: so texts first, then all of it.
    const masked = JSON.stringify(value, (_, part) => (typeof part === 'string' ? this.#mask(part) : part));
    const text = this.#mask(masked).slice(0, MAX_ATTRIBUTE_CHARS);
    this.#chars += text.length;
    return text;
  }
}

function toSaid(message: Message): object {
  switch (message.role) {
    case 'system':
      return { role: 'system', parts: [{ type: 'text', content: message.content }] };
    case 'user':
      return { role: 'user', parts: message.content.map(toUserPart) };
    case 'assistant':
      return { role: 'assistant', parts: message.content.map(toAssistantPart) };
    case 'tool':
      return { role: 'tool', parts: [{ type: 'tool_call_response', id: message.callId, response: message.result }] };
  }
}

function toUserPart(part: UserPart): object {
  if (part.type === 'text') return { type: 'text', content: part.text };
  return toFilePart(part);
}

// What is in a file is never written: only that there was one.
const toFilePart = ({ mediaType }: { readonly mediaType: string }) => ({
  type: 'file',
  mime_type: mediaType,
  modality: mediaType.split('/')[0],
});

function toAssistantPart(part: AssistantPart): object {
  if (part.type === 'text') return { type: 'text', content: part.text };
  if (part.type === 'reasoning') return { type: 'reasoning', content: part.text };
  if (part.type === 'file') return toFilePart(part);
  return { type: 'tool_call', id: part.callId, name: part.name, arguments: part.args };
}
