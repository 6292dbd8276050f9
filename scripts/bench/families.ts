/** What the four families of model APIs send while a model speaks: written by the paced provider, read by the bare relay. */

/** The API of one family. */
export interface Family {
  /** The model as the product names it. */
  readonly model: string;
  /** Where a caller asks, below the address of the provider. */
  readonly path: string;
  /** What the product is told to find the provider at `url`. */
  environment(url: string): Readonly<Record<string, string>>;
  /** The frames of an answer: what comes first, a word, and what comes last. */
  begin(): string;
  word(text: string): string;
  end(words: number): string;
  /** The word in the data of a frame. */
  read(data: Data): string | undefined;
}

/** What is in frames that hold words, of any family. */
interface Data {
  readonly type?: string;
  readonly choices?: readonly { readonly delta: { readonly content?: string } }[];
  readonly delta?: string | { readonly text?: string };
  readonly candidates?: readonly { readonly content?: { readonly parts: readonly { readonly text: string }[] } }[];
}

const frame = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
const named = (data: { readonly type: string; readonly [name: string]: unknown }) =>
  `event: ${data.type}\n${frame(data)}`;

const CHUNK = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'paced' };
const chunk = (delta: object, finish_reason: string | null) =>
  frame({ ...CHUNK, choices: [{ index: 0, delta, finish_reason }] });

const chat: Family = {
  model: 'openai:paced',
  path: '/v1/chat/completions',
  environment: (url) => ({ OPENAI_API_KEY: 'bench', OPENAI_BASE_URL: `${url}/v1`, OPENAI_API: 'chat' }),
  begin: () => '',
  word: (content) => chunk({ content }, null),
  end(words) {
    const usage = { prompt_tokens: 1, completion_tokens: words, total_tokens: words + 1 };
    return `${chunk({}, 'stop')}${frame({ ...CHUNK, choices: [], usage })}data: [DONE]\n\n`;
  },
  read: ({ choices }) => choices?.[0]?.delta.content,
};

const RESPONSE = {
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  model: 'paced',
  error: null,
  incomplete_details: null,
};
const ITEM = { id: 'msg_1', type: 'message', role: 'assistant' };
const PLACE = { item_id: ITEM.id, output_index: 0, content_index: 0 };
const PART = { type: 'output_text', text: '', annotations: [] };

const responses: Family = {
  model: 'openai:paced',
  path: '/v1/responses',
  environment: (url) => ({ OPENAI_API_KEY: 'bench', OPENAI_BASE_URL: `${url}/v1`, OPENAI_API: 'responses' }),
  begin: () =>
    named({ type: 'response.created', response: { ...RESPONSE, status: 'in_progress', output: [] } }) +
    named({
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...ITEM, status: 'in_progress', content: [] },
    }) +
    named({ type: 'response.content_part.added', ...PLACE, part: PART }),
  word: (delta) => named({ type: 'response.output_text.delta', ...PLACE, delta, logprobs: [] }),
  end(output_tokens) {
    const item = { ...ITEM, status: 'completed', content: [PART] };
    const usage = { input_tokens: 1, output_tokens, total_tokens: output_tokens + 1 };
    return (
      named({ type: 'response.output_text.done', ...PLACE, text: '' }) +
      named({ type: 'response.content_part.done', ...PLACE, part: PART }) +
      named({ type: 'response.output_item.done', output_index: 0, item }) +
      named({ type: 'response.completed', response: { ...RESPONSE, status: 'completed', output: [item], usage } })
    );
  },
  read: ({ type, delta }) => (type === 'response.output_text.delta' && typeof delta === 'string' ? delta : undefined),
};

const MESSAGE = { id: 'msg_1', type: 'message', role: 'assistant', model: 'paced', content: [] };

const anthropic: Family = {
  model: 'anthropic:paced',
  path: '/v1/messages',
  environment: (url) => ({ ANTHROPIC_API_KEY: 'bench', ANTHROPIC_BASE_URL: `${url}/v1` }),
  begin: () =>
    named({
      type: 'message_start',
      message: { ...MESSAGE, stop_reason: null, stop_sequence: null, usage: { input_tokens: 1, output_tokens: 0 } },
    }) + named({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
  word: (text) => named({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
  end: (output_tokens) =>
    named({ type: 'content_block_stop', index: 0 }) +
    named({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens },
    }) +
    named({ type: 'message_stop' }),
  read: ({ type, delta }) => (type === 'content_block_delta' && typeof delta === 'object' ? delta.text : undefined),
};

const candidate = (text: string, more: object = {}) => ({
  candidates: [{ content: { parts: [{ text }], role: 'model' }, index: 0, ...more }],
  modelVersion: 'paced',
  responseId: 'response-1',
});

const google: Family = {
  model: 'google:paced',
  path: '/v1beta/models/paced:streamGenerateContent?alt=sse',
  environment: (url) => ({
    GOOGLE_GENERATIVE_AI_API_KEY: 'bench',
    GOOGLE_GENERATIVE_AI_BASE_URL: `${url}/v1beta`,
  }),
  begin: () => '',
  word: (text) => frame(candidate(text)),
  end: (words) =>
    frame({
      ...candidate('', { finishReason: 'STOP' }),
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: words, totalTokenCount: words + 1 },
    }),
  read: ({ candidates }) => candidates?.[0]?.content?.parts[0]?.text || undefined,
};

/** By the names that benchmarks are told. */
export const families = { chat, responses, anthropic, google };

/** The name of a family. */
export type FamilyName = keyof typeof families;

/** The family of a name. Throws when there is none. */
export function familyOf(name: string): Family {
  const family = new Map<string, Family>(Object.entries(families)).get(name);
  if (!family) throw new Error(`There is no family '${name}' of providers`);
  return family;
}
