/** The doors of the product through which a run is streamed, and what the relay writes at some of them. */

/** A run of one agent, asked for at one door. */
export interface Door {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  body(id: string, agent: string): object;
  /** What stands in the last frame. */
  readonly last: RegExp;
  /** Whether what the request begins is read elsewhere: by its id, at this path. */
  readonly follow?: string;
  /** The frames that the product writes for a run, for a server that only passes words on: numbered from 1, in the same form. */
  readonly frames?: {
    begin(id: string): readonly string[];
    word(text: string, number: number, id: string): string;
    end(number: number, id: string): readonly string[];
  };
}

const numbered = (number: number, data: object) => `id: ${number}\ndata: ${JSON.stringify(data)}\n\n`;
const agUiFrame = (number: number, data: { readonly type: string; readonly [name: string]: unknown }) =>
  `id: ${number}\nevent: ${data.type}\ndata: ${JSON.stringify({ ...data, timestamp: Date.now() })}\n\n`;

const agUi = {
  path: '/api/v1/ag-ui/{agent}/',
  body: (id) => ({
    threadId: id,
    runId: id,
    messages: [{ id: 'm', role: 'user', content: 'Go' }],
    tools: [],
    context: [],
  }),
  last: /"type":"RUN_FINISHED"/,
  frames: {
    begin: (id) => [
      agUiFrame(1, { type: 'RUN_STARTED', threadId: id, runId: id }),
      agUiFrame(2, { type: 'TEXT_MESSAGE_START', messageId: 'msg-0123456789abcdef', role: 'assistant' }),
    ],
    word: (delta, number) =>
      agUiFrame(number, { type: 'TEXT_MESSAGE_CONTENT', messageId: 'msg-0123456789abcdef', delta }),
    end: (number, id) => [
      agUiFrame(number, { type: 'TEXT_MESSAGE_END', messageId: 'msg-0123456789abcdef' }),
      agUiFrame(number + 1, { type: 'RUN_FINISHED', threadId: id, runId: id }),
    ],
  },
} satisfies Door;

const rest = {
  path: '/api/v1/agents/{agent}/prompt',
  body: (id) => ({ message: 'Go', conversation_id: id }),
  last: /"type":"done"/,
  frames: {
    begin: () => [],
    word: (content, number) => numbered(number, { type: 'text', content, timestamp: Date.now() }),
    end: (number) => [numbered(number, { type: 'done', timestamp: Date.now() })],
  },
} satisfies Door;

const ARTIFACT = { artifactId: 'response', name: 'Response' };
const a2aFrame = (result: object) => `data: ${JSON.stringify({ jsonrpc: '2.0', id: 1, result })}\n\n`;
const a2aStatus = (id: string, state: string) =>
  a2aFrame({ statusUpdate: { taskId: id, contextId: id, status: { state, timestamp: new Date().toISOString() } } });

const a2a = {
  path: '/api/v1/a2a/{agent}/',
  headers: { 'a2a-version': '1.0' },
  body: (id) => ({
    jsonrpc: '2.0',
    id: 1,
    method: 'SendStreamingMessage',
    params: { message: { messageId: `m-${id}`, contextId: id, role: 'ROLE_USER', parts: [{ text: 'Go' }] } },
  }),
  last: /"TASK_STATE_COMPLETED"/,
  frames: {
    begin: (id) => [a2aStatus(id, 'TASK_STATE_WORKING')],
    word: (text, number, id) => {
      const artifact = { ...ARTIFACT, parts: [{ text }] };
      return a2aFrame({ artifactUpdate: { taskId: id, contextId: id, artifact, ...(number > 2 && { append: true }) } });
    },
    end: (_number, id) => [a2aStatus(id, 'TASK_STATE_COMPLETED')],
  },
} satisfies Door;

/** Each door by the name that tables give it. */
export const doors = {
  'AG-UI': agUi,
  REST: rest,
  A2A: a2a,
  'Vercel AI SDK': {
    path: '/api/v1/vercel-ai/{agent}',
    body: (id) => ({ id, messages: [{ id: 'm', role: 'user', parts: [{ type: 'text', text: 'Go' }] }] }),
    last: /\[DONE\]/,
  },
  'OpenAI chat': {
    path: '/v1/chat/completions',
    body: (_id, agent) => ({ model: agent, stream: true, messages: [{ role: 'user', content: 'Go' }] }),
    last: /\[DONE\]/,
  },
  'OpenAI responses': {
    path: '/v1/responses',
    body: (_id, agent) => ({ model: agent, stream: true, input: 'Go' }),
    last: /"type":"response.completed"/,
  },
  'runs/{run_id}/events': {
    path: '/v1/responses',
    body: (_id, agent) => ({ model: agent, background: true, input: 'Go' }),
    follow: '/api/v1/runs/{id}/events',
    last: /"type":"done"/,
  },
  A2UI: {
    path: '/api/v1/a2ui/{agent}/',
    body: (id) => ({ message: 'Go', conversation_id: id }),
    last: /word1000/,
  },
  'MCP-UI': {
    path: '/api/v1/mcp-ui/{agent}/',
    body: (id) => ({ message: 'Go', conversation_id: id }),
    last: /"type":"done"/,
  },
} as const satisfies Readonly<Record<string, Door>>;

/** The name of a door at which the relay stands too. */
export type RelayedDoor = 'AG-UI' | 'REST' | 'A2A';

/** What one stream is asked for with, of one port. */
export function toRequest(door: Door, { id, agent }: { readonly id: string; readonly agent: string }) {
  return {
    method: 'POST',
    path: door.path.replace('{agent}', agent),
    headers: { authorization: 'Bearer bench-key', 'content-type': 'application/json', ...door.headers },
    body: JSON.stringify(door.body(id, agent)),
    last: door.last,
  };
}
