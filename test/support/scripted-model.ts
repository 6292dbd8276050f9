/** A model that plays a script: the one double of the loop's tests. It waits for promises, never for time. */
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider';

/** What a scripted model does next: says a part, waits for a promise, throws an error, or never goes on. */
export type Act = LanguageModelV4StreamPart | { readonly wait: Promise<unknown> } | { readonly fail: unknown } | 'hang';

/** One answer. `refuse` makes `doStream` itself throw; `never` makes it never settle. */
export type Answer = readonly Act[] | { readonly refuse: unknown } | 'never';

/** A model with a script, and what was asked of it. */
export interface ScriptedModel extends LanguageModelV4 {
  /** What the model was asked, call by call. */
  readonly asked: LanguageModelV4CallOptions[];
  /** How many of its streams were cancelled by their reader. */
  readonly cancelled: () => number;
}

/** Plays one answer a call, and the last one again and again. Unless `heedsAbort` is false, an abort fails its stream. */
export function scriptedModel(
  answers: readonly Answer[] | ((call: number) => Answer),
  { heedsAbort = true, provider = 'scripted.test' }: { heedsAbort?: boolean; provider?: string } = {},
): ScriptedModel {
  const asked: LanguageModelV4CallOptions[] = [];
  let cancelled = 0;
  return {
    specificationVersion: 'v4',
    provider,
    modelId: 'script',
    supportedUrls: {},
    asked,
    cancelled: () => cancelled,
    doGenerate: () => Promise.reject(new Error('the loop only streams')),
    doStream(options) {
      asked.push(options);
      const index = asked.length - 1;
      const answer = typeof answers === 'function' ? answers(index) : answers[Math.min(index, answers.length - 1)];
      if (!answer) return Promise.reject(new Error('the script is empty'));
      if (answer === 'never') return new Promise(() => undefined);
      if ('refuse' in answer) return Promise.reject(answer.refuse);
      const acts = answer.values();
      const stream = new ReadableStream<LanguageModelV4StreamPart>({
        start(controller) {
          if (heedsAbort)
            options.abortSignal?.addEventListener('abort', () => controller.error(options.abortSignal?.reason));
        },
        async pull(controller) {
          const { done, value: act } = acts.next();
          if (done) return controller.close();
          if (act === 'hang') return new Promise(() => undefined);
          if ('fail' in act) return controller.error(act.fail);
          if (!('wait' in act)) return controller.enqueue(act);
          await act.wait;
          return this.pull?.(controller);
        },
        cancel() {
          cancelled++;
        },
      });
      return Promise.resolve({ stream });
    },
  };
}

type Finish = Extract<LanguageModelV4StreamPart, { type: 'finish' }>;

/** The end of an answer; unless the second argument says otherwise, it used 10 tokens in and 5 out. */
export const finish = (
  unified: Finish['finishReason']['unified'] = 'stop',
  [input, output]: readonly [number, number] = [10, 5],
): Finish => ({
  type: 'finish',
  finishReason: { unified, raw: undefined },
  usage: {
    inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: output, text: output, reasoning: 0 },
  },
});

/** A block of text, one delta for each string. */
export const text = (...deltas: readonly string[]): LanguageModelV4StreamPart[] => [
  { type: 'text-start', id: 't' },
  ...deltas.map((delta): LanguageModelV4StreamPart => ({ type: 'text-delta', id: 't', delta })),
  { type: 'text-end', id: 't' },
];

/** A block of reasoning. */
export const reasoning = (...deltas: readonly string[]): LanguageModelV4StreamPart[] => [
  { type: 'reasoning-start', id: 'r' },
  ...deltas.map((delta): LanguageModelV4StreamPart => ({ type: 'reasoning-delta', id: 'r', delta })),
  { type: 'reasoning-end', id: 'r' },
];

/** A file, as bytes, in base64, or at an address. */
export const file = (
  mediaType: string,
  data: string | Uint8Array | URL,
  providerMetadata?: SharedV4ProviderMetadata,
): LanguageModelV4StreamPart => ({
  type: 'file',
  mediaType,
  data: data instanceof URL ? { type: 'url', url: data } : { type: 'data', data },
  ...(providerMetadata && { providerMetadata }),
});

/** A tool call whose arguments arrive in two halves; `input` is an object, or text to be sent as it is. */
export function toolCall(id: string, toolName: string, input: unknown): LanguageModelV4StreamPart[] {
  const json = typeof input === 'string' ? input : JSON.stringify(input);
  const half = Math.ceil(json.length / 2);
  return [
    { type: 'tool-input-start', id, toolName },
    { type: 'tool-input-delta', id, delta: json.slice(0, half) },
    { type: 'tool-input-delta', id, delta: json.slice(half) },
    { type: 'tool-input-end', id },
    { type: 'tool-call', toolCallId: id, toolName, input: json },
  ];
}
