/** Reads and writes keys in two spellings: AG-UI has camelCase, the description of this API snake_case. */
import { invalidField } from '../../call/validation-error.ts';

/** How the keys of events are spelled; `both` writes every key twice, snake_case first. */
export type Casing = 'camel' | 'snake' | 'both';

const SNAKE = {
  threadId: 'thread_id',
  runId: 'run_id',
  parentRunId: 'parent_run_id',
  protocolVersion: 'protocol_version',
  forwardedProps: 'forwarded_props',
  interruptId: 'interrupt_id',
  responseSchema: 'response_schema',
  whenBusy: 'when_busy',
  messageId: 'message_id',
  parentMessageId: 'parent_message_id',
  toolCalls: 'tool_calls',
  toolCallId: 'tool_call_id',
  toolCallName: 'tool_call_name',
  pendingToolCallIds: 'pending_tool_call_ids',
  activityType: 'activity_type',
  encryptedValue: 'encrypted_value',
  subagentRunId: 'subagent_run_id',
  parentSubagentRunId: 'parent_subagent_run_id',
  parentToolCallId: 'parent_tool_call_id',
  interruptIds: 'interrupt_ids',
  mimeType: 'mime_type',
  stepName: 'step_name',
  inputTokens: 'input_tokens',
  outputTokens: 'output_tokens',
  totalTokens: 'total_tokens',
  reasoningTokens: 'reasoning_tokens',
  cachedInputTokens: 'cached_input_tokens',
} as const;
type Key = keyof typeof SNAKE;

/** One property, spelled as the caller wants it; to be spread into an event. */
export type Spelling = <V>(key: Key, value: V) => { [key: string]: V };

/** The spelling of the events of one run. */
export function createSpelling(casing: Casing): Spelling {
  switch (casing) {
    case 'camel':
      return (key, value) => ({ [key]: value });
    case 'snake':
      return (key, value) => ({ [SNAKE[key]]: value });
    case 'both':
      return (key, value) => ({ [SNAKE[key]]: value, [key]: value });
  }
}

/** The keys of the protocol's own objects that have two spellings. Objects that are not the protocol's own are never looked into. */
export const KEYS = {
  run: ['threadId', 'runId', 'parentRunId', 'protocolVersion', 'forwardedProps'],
  message: ['toolCalls', 'toolCallId', 'activityType', 'encryptedValue', 'subagentRunId'],
  toolCall: ['encryptedValue'],
  media: ['mimeType'],
  resume: ['interruptId'],
  forwarded: ['whenBusy'],
} as const satisfies Record<string, readonly Key[]>;

/** A copy with `keys` in camelCase and the rest as it is. Two spellings that contradict each other are a 422. */
export function toCamelCase(
  object: Readonly<Record<string, unknown>>,
  keys: readonly Key[],
  path: string,
): Record<string, unknown> {
  const result: Record<string, unknown> = { ...object };
  for (const key of keys) {
    const snake = object[SNAKE[key]];
    delete result[SNAKE[key]];
    if (snake === undefined || snake === null) continue;
    const camel = object[key] ?? snake;
    if (camel !== snake && JSON.stringify(camel) !== JSON.stringify(snake)) {
      throw invalidField(path + SNAKE[key], `contradicts ${key}`);
    }
    result[key] = snake;
  }
  return result;
}
