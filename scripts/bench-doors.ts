/**
 * What an event costs at each door: `node scripts/bench-doors.ts [rounds] [name of a door]`. The same runs stream through each door in turn,
 * and the CPU time of the server for each event of the run is set against that of the AG-UI door in the same process. A run has a thousand
 * words, an event each.
 */
import { serve } from './bench/child.ts';
import { readStream } from './bench/streams.ts';

const rounds = Number(process.argv[2] ?? 5);
const [, , , wanted = ''] = process.argv;
const RUNS = 50;
const WORDS = 1000;
const headers = { authorization: 'Bearer bench-key', 'content-type': 'application/json', 'a2a-version': '1.0' };

interface Door {
  readonly name: string;
  readonly path: string;
  body(id: string, agent: string): object;
  /** What stands in the last frame. */
  readonly last: RegExp;
  /** How many events a run has at the least; absent: one a word. */
  readonly events?: number;
  /** Whether what the request begins is read elsewhere: by its id, at this path. */
  readonly follow?: string;
}

const all: readonly Door[] = [
  {
    name: 'AG-UI',
    path: '/api/v1/ag-ui/{agent}/',
    body: (id) => ({ threadId: id, runId: id, messages: [{ id: 'm', role: 'user', content: 'Go' }] }),
    last: /"type":"RUN_FINISHED"/,
  },
  {
    name: 'REST',
    path: '/api/v1/agents/{agent}/prompt',
    body: (id) => ({ message: 'Go', conversation_id: id }),
    last: /"type":"done"/,
  },
  {
    name: 'Vercel AI SDK',
    path: '/api/v1/vercel-ai/{agent}',
    body: (id) => ({ id, messages: [{ id: 'm', role: 'user', parts: [{ type: 'text', text: 'Go' }] }] }),
    last: /\[DONE\]/,
  },
  {
    name: 'OpenAI chat',
    path: '/v1/chat/completions',
    body: (_id, agent) => ({ model: agent, stream: true, messages: [{ role: 'user', content: 'Go' }] }),
    last: /\[DONE\]/,
  },
  {
    name: 'OpenAI responses',
    path: '/v1/responses',
    body: (_id, agent) => ({ model: agent, stream: true, input: 'Go' }),
    last: /"type":"response.completed"/,
  },
  {
    name: 'runs/{run_id}/events',
    path: '/v1/responses',
    body: (_id, agent) => ({ model: agent, background: true, input: 'Go' }),
    follow: '/api/v1/runs/{id}/events',
    last: /"type":"done"/,
  },
  {
    name: 'A2A',
    path: '/api/v1/a2a/{agent}/',
    body: (id) => ({
      jsonrpc: '2.0',
      id: 1,
      method: 'SendStreamingMessage',
      params: { message: { messageId: id, role: 'ROLE_USER', parts: [{ text: 'Go' }] } },
    }),
    last: /TASK_STATE_COMPLETED/,
    events: 3,
  },
  {
    name: 'A2UI',
    path: '/api/v1/a2ui/{agent}/',
    body: (id) => ({ message: 'Go', conversation_id: id }),
    last: /word1000/,
    // Each of them has the whole text until then.
    events: 3,
  },
  {
    name: 'MCP-UI',
    path: '/api/v1/mcp-ui/{agent}/',
    body: (id) => ({ message: 'Go', conversation_id: id }),
    last: /"type":"done"/,
  },
];
const doors = all.filter(({ name }, index) => index === 0 || name.includes(wanted));

await using server = await serve('product.ts', `${WORDS},1`).then((served) => ({
  ...served,
  [Symbol.asyncDispose]: () => served.close(),
}));
// The first round is for what compiles. Then the doors take turns, so that whatever else the machine does hits all of them alike.
for (const door of doors) await stream(door, 'warm');
const spent = new Map<string, number[]>(doors.map(({ name }) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const door of doors) spent.get(door.name)?.push(await stream(door, `round-${round}`));
}
const [first] = doors;
const base = median(spent.get(first?.name ?? '') ?? []);
console.log(
  `${rounds} rounds of ${RUNS} runs of ${WORDS} words through each door, CPU of the server for each word (median)`,
);
for (const { name } of doors) {
  const microseconds = median(spent.get(name) ?? []);
  console.log(`  ${name.padEnd(24)} ${microseconds.toFixed(2)} µs  ${(microseconds / base).toFixed(2)}x`);
}

/** Streams runs side by side. Returns the microseconds of CPU that the server used for each word. */
async function stream(door: Door, round: string): Promise<number> {
  const { name, events: fewest = WORDS } = door;
  const before = await server.usage();
  const results = await Promise.all(
    Array.from({ length: RUNS }, (_, index) => readRun(door, `agent-${index}`, `${round}-${index}`)),
  );
  const broken = results.find(({ events, hasEnded }) => events < fewest || !hasEnded);
  if (broken) throw new Error(`${name}: a stream was not whole: ${JSON.stringify(broken)}`);
  // What waits to be stored or sent is part of it.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return ((await server.usage()).cpu - before.cpu) / (RUNS * WORDS);
}

async function readRun({ name, path, body, last, follow }: Door, agent: string, suffix: string) {
  const id = `${name}-${suffix}`.replaceAll(/[^\w-]/g, '-');
  const request = { port: server.port, method: 'POST', path: path.replace('{agent}', agent), headers };
  const begin = JSON.stringify(body(id, agent));
  if (follow === undefined) return readStream({ ...request, body: begin, last });
  const url = `http://127.0.0.1:${server.port}${request.path}`;
  const begun = await (await fetch(url, { method: 'POST', headers, body: begin })).json();
  return readStream({ ...request, method: 'GET', path: follow.replace('{id}', Object(begun).id), last });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
