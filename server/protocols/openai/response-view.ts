/** A response as it stands: what it repeats of its request, and what has become of it. */

import type { OpenAiItem } from '../../../contract/openai-items.ts';
import {
  type OpenAiResponse,
  OpenAiResponseEcho,
  type OpenAiResponseRequest,
} from '../../../contract/openai-responses.ts';
import { isFields } from '../../call/fields.ts';
import type { Usage } from '../../runs/run-events.ts';
import type { ToolDefinition } from '../../runs/toolset.ts';
import { toSeconds } from './models.ts';

/** What is known of a response beside its events. */
export interface ResponseView {
  readonly id: string;
  /** The id of the agent. */
  readonly model: string;
  readonly conversationId: string;
  /** RFC 3339. */
  readonly startedAt: string;
}

/** What is known of the response of a run. */
export const toView = ({
  id,
  agentId: model,
  conversationId,
  startedAt,
}: Omit<ResponseView, 'model'> & { readonly agentId: string }): ResponseView => ({
  id,
  model,
  conversationId,
  startedAt,
});

/** What is noted in the log of the run of a response. */
export interface ResponseNote {
  readonly openai_response: OpenAiResponseEcho;
}

/** Where a response stands. */
export interface ResponseState
  extends Pick<OpenAiResponse, 'status' | 'output'>,
    Partial<Pick<OpenAiResponse, 'error' | 'incomplete_details'>> {
  readonly usage?: Usage;
  /** In milliseconds since 1970. */
  readonly endedAt?: number | undefined;
}

/** What a response repeats of its request, to be noted in the log of its run. */
export function toNote(request: OpenAiResponseRequest, tools: readonly ToolDefinition[]): ResponseNote {
  const { reasoning, text, metadata } = request;
  const openai_response = {
    background: request.background ?? false,
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    max_tool_calls: request.max_tool_calls ?? null,
    metadata: metadata ?? {},
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    previous_response_id: request.previous_response_id ?? null,
    prompt_cache_key: request.prompt_cache_key ?? null,
    reasoning: { effort: null, summary: null, ...reasoning },
    safety_identifier: request.safety_identifier ?? null,
    service_tier: request.service_tier ?? 'default',
    store: request.store ?? true,
    temperature: request.temperature ?? null,
    text: { format: { type: 'text' }, ...text },
    tool_choice: request.tool_choice ?? 'auto',
    tools: tools.map(toTool),
    top_logprobs: request.top_logprobs ?? null,
    top_p: request.top_p ?? null,
    truncation: request.truncation ?? 'disabled',
    user: request.user ?? null,
  };
  return { openai_response };
}

const toTool = ({ name, description, inputSchema: parameters }: ToolDefinition) => ({
  type: 'function',
  name,
  description,
  parameters,
  strict: false,
});

/** What was noted of a response; of a run that another protocol has started, what a request says that says nothing. */
export function readNote(note: unknown): OpenAiResponseEcho {
  const noted = OpenAiResponseEcho.safeParse(isFields(note) ? note.openai_response : undefined);
  return noted.data ?? NOTHING_SAID;
}

const NOTHING_SAID = toNote({ model: '', input: '' }, []).openai_response;

/** The response as it stands. */
export function toResponse(view: ResponseView, echo: OpenAiResponseEcho, state: ResponseState): OpenAiResponse {
  const { id, model, conversationId, startedAt } = view;
  const { status, output, error = null, incomplete_details = null, usage, endedAt } = state;
  return {
    id,
    object: 'response',
    created_at: toSeconds(startedAt),
    completed_at: endedAt === undefined ? null : toSeconds(endedAt),
    status,
    model,
    conversation: echo.store ? { id: conversationId } : null,
    output: output.map((item): OpenAiItem => ({ ...item })),
    error,
    incomplete_details,
    usage: usage ? toUsage(usage) : null,
    access_programs: null,
    ...echo,
  };
}

const toUsage = ({ inputTokens, outputTokens, cachedInputTokens, reasoningTokens }: Usage) => ({
  input_tokens: inputTokens,
  input_tokens_details: { cached_tokens: cachedInputTokens, cache_write_tokens: 0 },
  output_tokens: outputTokens,
  output_tokens_details: { reasoning_tokens: reasoningTokens },
  total_tokens: inputTokens + outputTokens,
});
