import { z } from 'zod';
import { AgUiEvent } from './ag-ui-events.ts';
import type { ErrorBody } from './errors.ts';
import { get, group, post, stream } from './kit.ts';

const AgUiAgent = z
  .object({
    agent_id: z.string(),
    endpoint: z.string().meta({ description: 'Where to POST a run; the trailing slash is part of it' }),
    id: z.string().meta({ description: 'The same as agent_id' }),
    name: z.string(),
  })
  .meta({ id: 'AgUiAgent' });

const AgUiAgentList = z
  .object({
    protocol: z.literal('ag-ui'),
    version: z.string().meta({ description: 'The version of this server' }),
    agents: z.array(AgUiAgent),
    agents_endpoint: z.string(),
    terminate_endpoint: z.string(),
    note: z.string(),
    count: z.int(),
  })
  .meta({ id: 'AgUiAgentList' });

const AgUiInfo = AgUiAgentList.extend({
  description: z.string(),
  protocol_version: z.string().meta({ description: 'The version of AG-UI that is spoken' }),
  capabilities: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .meta({ description: 'What every agent here can do, as AG-UI `AgentCapabilities`' }),
}).meta({ id: 'AgUiInfo' });

const id = z.string().min(1).max(256);
const objects = (description: string, example: Record<string, unknown>) =>
  z
    .array(z.record(z.string(), z.unknown()))
    .max(10_000)
    .meta({ description, examples: [[example]] });
const camelCase = (schema: z.ZodType, name: string) =>
  schema.nullish().meta({ description: `The camelCase spelling of ${name}` });

const optionalId = id.nullish();
const forwardedProps = z.unknown().optional().meta({
  description:
    'Of its keys these are read: `background` (true: the run goes on when the connection closes), `when_busy` (`reject`, `queue` or `interrupt`, as for prompts) and `resume` (for clients that have no `resume` of their own)',
});

/** A request to run an agent, AG-UI's `RunAgentInput`. Every field may be spelled in snake_case or in camelCase. */
export const AgUiRun = z
  .object({
    thread_id: optionalId.meta({
      description: 'The conversation; required, here or as threadId. An unknown one is made',
      examples: ['thread-123'],
    }),
    run_id: optionalId.meta({
      description: 'The id of this run, chosen by the caller; required, here or as runId',
      examples: ['run-456'],
    }),
    messages: objects(
      'The whole conversation so far, the newest message last, as AG-UI messages. Empty, or without a call that `resume` answers: what is stored of it',
      { id: 'msg-1', role: 'user', content: 'Hello, how are you?' },
    ),
    state: z.unknown().optional().meta({ description: 'The state shared with the agent: any JSON value' }),
    tools: objects(
      'Tools the caller runs itself: the run ends with their calls, and the next run carries the results',
      {
        name: 'confirm',
        description: 'Asks the user',
        parameters: { type: 'object', properties: { question: { type: 'string' } } },
      },
    ).nullish(),
    context: objects('What the agent should know for this run', {
      description: 'The open page',
      value: '/orders/7',
    }).nullish(),
    forwardedProps,
    parent_run_id: optionalId.meta({ description: 'The run that this one continues' }),
    protocol_version: z
      .string()
      .max(32)
      .nullish()
      .meta({ description: 'The AG-UI version of the caller; what 1.0 added is sent from 1.0 on', examples: ['1.0'] }),
    resume: objects('Answers to the interrupts of the run before', {
      interrupt_id: 'int-1',
      status: 'resolved',
    }).nullish(),
    threadId: camelCase(id, 'thread_id'),
    runId: camelCase(id, 'run_id'),
    parentRunId: camelCase(id, 'parent_run_id'),
    protocolVersion: camelCase(z.string().max(32), 'protocol_version'),
    forwarded_props: z.unknown().optional().meta({ description: 'The snake_case spelling of forwardedProps' }),
  })
  .meta({ id: 'AgUiRun' });

/** A request to run an agent. */
export type AgUiRun = z.output<typeof AgUiRun>;

const Connect = z
  .object({
    thread_id: optionalId.meta({ description: 'Required, here or as threadId', examples: ['thread-123'] }),
    run_id: optionalId.meta({ description: 'Absent, here and as runId: the newest run', examples: ['run-456'] }),
    protocol_version: z.string().max(32).nullish().meta({ description: 'The AG-UI version of the caller' }),
    threadId: camelCase(id, 'thread_id'),
    runId: camelCase(id, 'run_id'),
    protocolVersion: camelCase(z.string().max(32), 'protocol_version'),
  })
  .meta({ id: 'AgUiConnect' });

/** A request to read a run again; without a run id, the newest run of the thread. */
export type AgUiConnect = z.output<typeof Connect>;

const Terminate = z
  .object({
    thread_id: optionalId.meta({ description: 'Required, here or as threadId', examples: ['thread-123'] }),
    run_id: optionalId.meta({ description: 'Required, here or as runId', examples: ['run-456'] }),
    threadId: camelCase(id, 'thread_id'),
    runId: camelCase(id, 'run_id'),
  })
  .meta({ id: 'AgUiTerminate' });

const Terminated = z
  .object({
    success: z.boolean().meta({ description: 'false: no such run was active' }),
    message: z.string(),
    thread_id: z.string(),
    run_id: z.string(),
  })
  .meta({ id: 'AgUiTerminated' });

/** The body that the documentation pages send to try a run out. */
export const runExample: z.input<typeof AgUiRun> = {
  thread_id: 'thread-123',
  run_id: 'run-456',
  messages: [{ id: 'msg-1', role: 'user', content: 'Hello, how are you?' }],
  state: {},
  tools: [],
  context: [],
  forwardedProps: {},
};

const agentList: z.output<typeof AgUiAgentList> = {
  protocol: 'ag-ui',
  version: '0.1.0',
  agents: [{ agent_id: 'my-agent', endpoint: '/api/v1/ag-ui/my-agent/', id: 'my-agent', name: 'My Custom Agent' }],
  agents_endpoint: '/api/v1/ag-ui/agents',
  terminate_endpoint: '/api/v1/ag-ui/terminate',
  note: 'Each agent is mounted at /api/v1/ag-ui/{agent_id}/ (trailing slash required)',
  count: 1,
};

const casing = z.enum(['camel', 'snake', 'both']).optional().meta({
  description:
    'How keys of events are spelled. Absent: both spellings to a body that says thread_id or run_id, else camelCase alone',
});

/** What the endpoints that answer with a run have in common: the query, the events and the names of the events. */
export const runAnswer = {
  query: z.object({ casing }),
  output: AgUiEvent,
  eventName: (event: AgUiEvent) => event.type,
  failure: ({ detail, code }: ErrorBody): AgUiEvent => ({ type: 'RUN_ERROR', message: detail, code }),
  example: { type: 'TEXT_MESSAGE_CONTENT', message_id: 'msg-2', delta: 'Hello! ' },
} as const;

/** The errors of a request for a run, beside that of an unknown agent. */
export const runErrors = [
  'conversation-busy',
  'approval-pending',
  'approval-not-found',
  'approval-resolved',
  'run-not-found',
  'events-gone',
  'draining',
] as const;

/** The Agent-User Interaction protocol: every agent, for every AG-UI client. */
export const agUi = group('AG-UI', 'The Agent-User Interaction protocol: every agent, for every AG-UI client.', {
  agents: get('/ag-ui/agents', {
    summary: 'List AG-UI agents',
    description: 'Every agent, with the path an AG-UI client is given.',
    output: AgUiAgentList,
    example: agentList,
  }),
  info: get('/ag-ui/', {
    summary: 'AG-UI protocol info',
    description: 'What the list of agents says, and what of the protocol this server can do.',
    output: AgUiInfo,
    example: {
      ...agentList,
      description: 'Agent-User Interaction protocol: agents stream what they do as server-sent events',
      protocol_version: '1.0',
      capabilities: { transport: { streaming: true }, tools: { supported: true, clientProvided: true } },
    },
  }),
  run: stream('/ag-ui/{agent_id}/', {
    summary: 'Run an agent (streaming)',
    description:
      'Answers with AG-UI events: `RUN_STARTED` first, exactly one `RUN_FINISHED` or `RUN_ERROR` last. The `messages` are the prompt; the thread is stored as a conversation with the id of the thread. A failure before the first event keeps its HTTP status; a later one is `RUN_ERROR`. Closing the connection cancels the run unless `forwardedProps.background` is true. A request sent again with a `Last-Event-ID` header is not run again: the events after that one follow. A tool of an MCP server changes the shared state with the whole new one as `ag-ui/state` in the `_meta` of its result (told as `STATE_SNAPSHOT`, then `STATE_DELTA`), sends `CUSTOM` events with `ag-ui/custom` there, and is given the state in the `_meta` of its calls when its own `_meta` has `ag-ui/state: true`. A run that waits for MCP servers which are starting says so in a `CUSTOM` event `status`, and names those that did not come as `missing_servers` in the `result` of `RUN_FINISHED`. A thread that waits for the approval of a tool call takes no run but one whose `resume` answers it.',
    ...runAnswer,
    takesFiles: true,
    body: AgUiRun,
    bodyExample: runExample,
    errors: ['agent-not-found', ...runErrors],
  }),
  connect: stream('/ag-ui/{agent_id}/connect', {
    summary: 'Read a run again (streaming)',
    description:
      'The events of a run that goes on or has ended. With `Last-Event-ID`: those after that one and nothing else. Without: `RUN_STARTED`, the conversation before the run as `MESSAGES_SNAPSHOT`, and all events of the run. Where events were lost with a server that died, the ids jump and a `MESSAGES_SNAPSHOT` comes before the last event.',
    ...runAnswer,
    body: Connect,
    bodyExample: { thread_id: 'thread-123', run_id: 'run-456' },
    errors: ['agent-not-found', 'run-not-found', 'events-gone'],
  }),
  terminate: post('/ag-ui/terminate', {
    summary: 'Terminate a run',
    description:
      'Ends an active run: its model call and its tools in flight are aborted, and its stream closes with its terminal event. A run that is unknown or already over is no error; `success` is then false.',
    body: Terminate,
    bodyExample: { thread_id: 'thread-123', run_id: 'run-456' },
    output: Terminated,
    example: { success: true, message: 'Run terminated', thread_id: 'thread-123', run_id: 'run-456' },
  }),
});
