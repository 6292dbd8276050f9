/** The events of AG-UI 1.0 (https://docs.ag-ui.com), each in both spellings of its keys. */
import { z } from 'zod';

const text = z.string().optional();
const json = z.unknown();
const optionalJson = z.unknown().optional();

/** Both spellings of the keys in `ids`, each optional, beside `fields`, which are spelled alike. Other keys pass. */
function event<const T extends string, const I extends readonly string[], F extends z.ZodRawShape>(
  type: T,
  description: string,
  ids: I,
  fields: F,
) {
  type Spelled = { [K in I[number]]: typeof text };
  const spelled = Object.fromEntries(ids.map((name) => [name, text])) as Spelled;
  return z
    .looseObject({ type: z.literal(type), timestamp: z.number().optional(), ...spelled, ...fields })
    .register(z.globalRegistry, { description });
}

const message = ['message_id', 'messageId'] as const;
const call = ['tool_call_id', 'toolCallId'] as const;
const run = ['thread_id', 'threadId', 'run_id', 'runId'] as const;
const step = ['step_name', 'stepName'] as const;
const subagent = ['subagent_run_id', 'subagentRunId'] as const;
const subagentParents = [
  'parent_subagent_run_id',
  'parentSubagentRunId',
  'parent_tool_call_id',
  'parentToolCallId',
] as const;
const activity = ['activity_type', 'activityType'] as const;
const parent = ['parent_message_id', 'parentMessageId'] as const;
const toolName = ['tool_call_name', 'toolCallName'] as const;
const parentRun = ['parent_run_id', 'parentRunId', 'protocol_version', 'protocolVersion'] as const;

const delta = z.string();
const role = z.enum(['developer', 'system', 'assistant', 'user']).optional();
const reasoningRole = z.literal('reasoning');
const patch = z.array(z.unknown());
const usage = z.array(z.record(z.string(), z.unknown())).optional();
const outcome = z.looseObject({ type: z.string() }).optional();

/** One AG-UI event. Which spelling its keys have is the caller's choice. */
export const AgUiEvent = z
  .discriminatedUnion('type', [
    event('RUN_STARTED', 'The run has started; always first', [...run, ...parentRun], { input: optionalJson }),
    event('RUN_FINISHED', 'The run is over; always last', run, { result: optionalJson, outcome, usage }),
    event('RUN_ERROR', 'The run has failed; always last', [], { message: z.string(), code: text, usage }),
    event('STEP_STARTED', 'A step of the run, one model call with its tools, begins', step, {}),
    event('STEP_FINISHED', 'A step ends', step, {}),
    event('TEXT_MESSAGE_START', 'A text message begins', message, { role, name: text }),
    event('TEXT_MESSAGE_CONTENT', 'A piece of a text message, never empty', message, { delta }),
    event('TEXT_MESSAGE_END', 'A text message is complete', message, {}),
    event('TEXT_MESSAGE_CHUNK', 'Start, content and end in one', message, { role, name: text, delta: text }),
    event('TOOL_CALL_START', 'A tool call begins', [...call, ...toolName, ...parent], {}),
    event('TOOL_CALL_ARGS', 'A piece of the arguments, which are JSON', call, { delta }),
    event('TOOL_CALL_END', 'The arguments are complete', call, {}),
    event('TOOL_CALL_CHUNK', 'Start, arguments and end in one', [...call, ...toolName, ...parent], { delta: text }),
    event('TOOL_CALL_RESULT', 'What a tool returned, as a message', [...message, ...call], {
      content: z.union([z.string(), z.array(json)]),
      role: z.literal('tool').optional(),
    }),
    event('STATE_SNAPSHOT', 'The whole shared state', [], { snapshot: json }),
    event('STATE_DELTA', 'A change of the shared state, a JSON Patch', [], { delta: patch }),
    event('MESSAGES_SNAPSHOT', 'The whole conversation', [], { messages: z.array(json) }),
    event(
      'ACTIVITY_SNAPSHOT',
      'The whole of an activity; a file of an answer is one of the type `file`, as is, behind the result of a tool, what the tool has drawn or made; and behind the result of a tool that has a page comes one of the type `mcp-app`: `{uri, server, tool, input, result}`, where to find the page of the MCP server and what it is to be told',
      [...message, ...activity],
      {
        content: z.record(z.string(), json),
        replace: z.boolean().optional(),
      },
    ),
    event('ACTIVITY_DELTA', 'A change of an activity, a JSON Patch', [...message, ...activity], { patch }),
    event('RAW', 'An event of another system, as it is', [], { event: json, source: text }),
    event('CUSTOM', "An application's own event", [], { name: z.string(), value: json }),
    event('REASONING_START', 'Reasoning begins', message, {}),
    event('REASONING_MESSAGE_START', 'A reasoning message begins', message, { role: reasoningRole }),
    event('REASONING_MESSAGE_CONTENT', 'A piece of a reasoning message', message, { delta }),
    event('REASONING_MESSAGE_END', 'A reasoning message is complete', message, {}),
    event('REASONING_MESSAGE_CHUNK', 'Start, content and end in one', message, { delta: text }),
    event('REASONING_END', 'Reasoning ends', message, {}),
    event('REASONING_ENCRYPTED_VALUE', 'Reasoning only its provider can read', ['entity_id', 'entityId'], {
      subtype: z.enum(['tool-call', 'message']),
      encrypted_value: text,
      encryptedValue: text,
    }),
    event('SUBAGENT_STARTED', 'A subagent begins', [...subagent, ...subagentParents, ...parent], {
      name: z.string(),
      description: text,
    }),
    event('SUBAGENT_FINISHED', 'A subagent is done', subagent, { result: optionalJson, outcome }),
    event('SUBAGENT_ERROR', 'A subagent failed', subagent, { message: z.string(), code: text }),
  ])
  .meta({ id: 'AgUiEvent' });

/** One AG-UI event. */
export type AgUiEvent = z.input<typeof AgUiEvent>;
