/** The model that answers when no LLM is configured: rules, no network, always the same answer to the same prompt. */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider';
import { decideReply, type Reply } from './reply.ts';

interface DemoModelOptions {
  /** The pause between two words, in milliseconds; absent: 0. */
  readonly paceMs?: number | undefined;
}

/** A model that chooses and calls the tools it is offered by rules, says that it is no LLM, and streams like one. */
export function createDemoModel({ paceMs = 0 }: DemoModelOptions = {}): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: 'demo',
    modelId: 'rules',
    // It looks at no file, and so needs none that stands at an address.
    supportedUrls: { '*': [/^https?:/], 'image/*': [/^https?:/] },
    async doGenerate(options) {
      options.abortSignal?.throwIfAborted();
      const reply = decideReply(options);
      const calls = nameCalls(options, reply).map(({ id, name, input }) => ({
        type: 'tool-call' as const,
        toolCallId: id,
        toolName: name,
        input,
      }));
      const content: LanguageModelV4Content[] = reply.text ? [{ type: 'text', text: reply.text }, ...calls] : calls;
      return { content, finishReason: finishReasonOf(reply), usage: estimateUsage(options, reply), warnings: [] };
    },
    async doStream(options) {
      options.abortSignal?.throwIfAborted();
      return { stream: ReadableStream.from(streamReply(options, decideReply(options), paceMs)) };
    },
  };
}

async function* streamReply(
  options: LanguageModelV4CallOptions,
  reply: Reply,
  paceMs: number,
): AsyncGenerator<LanguageModelV4StreamPart> {
  const signal = options.abortSignal;
  yield { type: 'stream-start', warnings: [] };
  for (const part of toParts(options, reply)) {
    if (paceMs > 0 && part.type.endsWith('-delta')) await pause(paceMs, signal);
    signal?.throwIfAborted();
    yield part;
  }
  yield { type: 'finish', finishReason: finishReasonOf(reply), usage: estimateUsage(options, reply) };
}

/** Ends early when the signal aborts. */
async function pause(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
  await delay(durationMs, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
}

function* toParts(options: LanguageModelV4CallOptions, reply: Reply): Generator<LanguageModelV4StreamPart> {
  if (reply.text) {
    yield { type: 'text-start', id: 'text' };
    for (const delta of reply.text.match(/\s*\S+\s*$|\s*\S+/g) ?? []) yield { type: 'text-delta', id: 'text', delta };
    yield { type: 'text-end', id: 'text' };
  }
  for (const { id, name, input } of nameCalls(options, reply)) {
    yield { type: 'tool-input-start', id, toolName: name };
    for (const delta of input.match(/.{1,8}/gsu) ?? []) yield { type: 'tool-input-delta', id, delta };
    yield { type: 'tool-input-end', id };
    yield { type: 'tool-call', toolCallId: id, toolName: name, input };
  }
}

/** Ids for the calls of a turn: the same for the same prompt, others for any other, so unique in a conversation, which only grows. */
function nameCalls({ prompt }: LanguageModelV4CallOptions, { calls }: Reply) {
  const digest = calls.length ? createHash('sha256').update(JSON.stringify(prompt)).digest('hex').slice(0, 16) : '';
  return calls.map(({ name, args }, index) => ({ id: `call_${digest}_${index}`, name, input: JSON.stringify(args) }));
}

const finishReasonOf = (reply: Reply) =>
  reply.calls.length
    ? { unified: 'tool-calls' as const, raw: 'tool-calls' }
    : { unified: 'stop' as const, raw: 'stop' };

/** Four characters are taken for a token. */
function estimateUsage({ prompt, tools }: LanguageModelV4CallOptions, reply: Reply): LanguageModelV4Usage {
  const tokens = (text: string) => Math.ceil(text.length / 4);
  const input = tokens(JSON.stringify([prompt, tools ?? []]));
  const output = tokens(reply.text + reply.calls.map((call) => call.name + JSON.stringify(call.args)).join(''));
  return {
    inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: output, text: output, reasoning: 0 },
  };
}
