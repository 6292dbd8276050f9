import { AnthropicMessages } from './anthropic-messages.ts';
import { ChatCompletions } from './chat-completions.ts';
import type { Dialect } from './dialect.ts';
import { Gemini } from './gemini.ts';
import { OpenAiResponses } from './openai-responses.ts';

const dialects = {
  'anthropic-messages': () => new AnthropicMessages(),
  'chat-completions': () => new ChatCompletions(),
  gemini: () => new Gemini(),
  'openai-responses': () => new OpenAiResponses(),
} satisfies Record<string, () => Dialect>;

/** An API that providers offer. */
export type Api = keyof typeof dialects;

/** The dialect of an API, for one answer. */
export const openDialect = (api: Api): Dialect => dialects[api]();
