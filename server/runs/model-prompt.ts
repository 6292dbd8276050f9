/** Turns a stored conversation into the prompt of a model. */
import { createHash } from 'node:crypto';
import type {
  JSONValue,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  SharedV4ProviderOptions,
} from '@ai-sdk/provider';
import type { ModelUserPart, SaidFiles } from '../models/files/say-files.ts';
import type { AssistantPart, Message, ProviderOptions, ToolMessage, UserPart } from '../store/messages.ts';
import { newId } from './ids.ts';

type AssistantMessage = Extract<Message, { role: 'assistant' }>;
type ModelPart = Extract<LanguageModelV4Message, { role: 'assistant' }>['content'][number];
type ResultPart = Extract<LanguageModelV4Message, { role: 'tool' }>['content'][number];

/**
 * The conversation with a result for each tool call, directly behind the message that made the call: providers refuse any other
 * order. A call without a result gets one that says so, unless its result is `awaited`; a result without a call is left out. Results that
 * are made here are added to `made`.
 */
export function answerOpenCalls(
  messages: readonly Message[],
  { awaited = NONE, made }: { readonly awaited?: ReadonlySet<string>; readonly made?: Set<Message> } = {},
): Message[] {
  const results = new Map<string, ToolMessage>();
  for (const message of messages) {
    if (message.role === 'tool' && !results.has(message.callId)) results.set(message.callId, message);
  }
  const answered: Message[] = [];
  for (const message of messages) {
    if (message.role === 'tool') continue;
    answered.push(message);
    if (message.role !== 'assistant') continue;
    for (const part of message.content) {
      if (part.type !== 'tool-call') continue;
      const result = results.get(part.callId);
      if (!result && awaited.has(part.callId)) continue;
      const answer = result ?? toInterrupted(part);
      if (!result) made?.add(answer);
      answered.push(answer);
    }
  }
  return answered;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * The prompt of a model call. System messages inside the conversation join the instructions: not every provider takes them elsewhere.
 * In the place of a file stands what the model is told of it in `files`.
 */
export function toModelPrompt(
  systemPrompt: string,
  messages: readonly Message[],
  files: SaidFiles = new Map(),
): LanguageModelV4Prompt {
  const instructions = [systemPrompt];
  const prompt: LanguageModelV4Prompt = [];
  let results: ResultPart[] | undefined;
  for (const message of answerOpenCalls(messages)) {
    if (message.role === 'tool') {
      if (!results) {
        results = [];
        prompt.push({ role: 'tool', content: results });
      }
      results.push(toResultPart(message));
      continue;
    }
    results = undefined;
    if (message.role === 'system') instructions.push(message.content);
    if (message.role === 'user')
      pushContent(
        prompt,
        'user',
        message.content.flatMap((part) => toUserPart(part, files)),
      );
    if (message.role === 'assistant')
      pushContent(
        prompt,
        'assistant',
        withoutLoneReasoning(message).flatMap((part) => toModelPart(part, files)),
      );
  }
  const system = instructions.filter(Boolean).join('\n\n');
  return system ? [{ role: 'system', content: system }, ...prompt] : prompt;
}

type CallPart = Extract<AssistantPart, { type: 'tool-call' }>;

const toInterrupted = ({ callId, name }: CallPart): ToolMessage => ({
  id: newId('msg'),
  role: 'tool',
  callId,
  name,
  result: 'No result is known: the call was interrupted and may have partly run',
  status: 'interrupted',
});

// Providers refuse reasoning that nothing follows, which is what a run leaves that was cut while the model reasoned.
function withoutLoneReasoning({ content }: AssistantMessage): readonly AssistantPart[] {
  return content.slice(0, content.findLastIndex(({ type }) => type !== 'reasoning') + 1);
}

// Several providers refuse an empty message.
function pushContent(prompt: LanguageModelV4Prompt, role: 'user', content: ModelUserPart[]): void;
function pushContent(prompt: LanguageModelV4Prompt, role: 'assistant', content: ModelPart[]): void;
function pushContent(prompt: LanguageModelV4Prompt, role: 'user' | 'assistant', content: unknown[]): void {
  if (content.length) prompt.push({ role, content } as LanguageModelV4Message);
}

function toUserPart(part: UserPart, files: SaidFiles): ModelUserPart[] {
  if (part.type === 'text') return part.text ? [{ type: 'text', text: part.text }] : [];
  const said = files.get(part);
  return said ? [said] : [];
}

function toModelPart(part: AssistantPart, files: SaidFiles): ModelPart[] {
  const options = part.providerOptions ? { providerOptions: toSdkOptions(part.providerOptions) } : {};
  if (part.type === 'reasoning') return [{ type: 'reasoning', text: part.text, ...options }];
  if (part.type === 'tool-call') {
    return [{ type: 'tool-call', ...toCall(part), input: toInput(part.args), ...options }];
  }
  if (part.type === 'file') {
    const said = files.get(part);
    return [said ? { ...said, ...options } : { type: 'text', text: `[file ${part.mediaType}]` }];
  }
  // Gemini may sign an empty text; others refuse one.
  const signed = Object.values(part.providerOptions ?? {}).some((values) => 'thoughtSignature' in values);
  return part.text || signed ? [{ type: 'text', text: part.text, ...options }] : [];
}

// Models invent names and callers bring ids of their own; providers refuse a conversation with one that is not of this form.
const toCall = ({ callId, name }: { readonly callId: string; readonly name: string }) => ({
  toolCallId: isPlain(callId) ? callId : `call-${createHash('sha256').update(callId).digest('hex').slice(0, 20)}`,
  toolName: isPlain(name) ? name : name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64) || 'unnamed',
});
const isPlain = (text: string) => /^[A-Za-z0-9_-]{1,64}$/.test(text);

// Arguments that were not a JSON object are kept as the model wrote them; providers take nothing but objects.
const toInput = (args: unknown) =>
  typeof args === 'object' && args !== null && !Array.isArray(args) ? args : { invalid_arguments: args };

function toResultPart({ callId, name, result, status }: ToolMessage): ResultPart {
  const failed = status !== 'done';
  const output =
    typeof result === 'string' || result === undefined
      ? ({ type: failed ? 'error-text' : 'text', value: result ?? '' } as const)
      : ({ type: failed ? 'error-json' : 'json', value: result as JSONValue } as const);
  return { type: 'tool-result', ...toCall({ callId, name }), output };
}

// Both are JSON by provider; the store's type says `unknown` where the SDK's says JSON.
const toSdkOptions = (options: ProviderOptions) => options as SharedV4ProviderOptions;
