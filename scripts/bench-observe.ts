/**
 * What it costs to be seen from outside, for each event of a stream: `node scripts/bench-observe.ts [rounds]`. Off is the server as it starts;
 * on, it sends traces to a receiver on loopback and its metrics are read every second. Both stream the same runs, in turn. What the steps
 * and times of runs cost, which are always kept, is measured alone and set against that.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LoggedEvent } from '../server/runs/log-reader.ts';
import { StepRecorder } from '../server/runs/step-recorder.ts';
import { type Served, serve } from './bench/child.ts';
import { readStream } from './bench/streams.ts';

const rounds = Number(process.argv[2] ?? 4);
const RUNS = 100;
const WORDS = 1000;
const headers = { authorization: 'Bearer bench-key', 'content-type': 'application/json' };

await using opened = new AsyncDisposableStack();
const received = { requests: 0, bytes: 0 };
const receiver = opened.adopt(
  createServer((request, response) => {
    received.requests++;
    request.on('data', ({ length }: Buffer) => {
      received.bytes += length;
    });
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  }),
  (server) => void server.close(),
);
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
const endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;

const start = (traces: string) => {
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = traces;
  return serve('product.ts', `${WORDS},1`);
};
const off = opened.adopt(await start(''), (server) => server.close());
const on = opened.adopt(await start(endpoint), (server) => server.close());
const read = setInterval(() => {
  fetch(`http://127.0.0.1:${on.port}/metrics`, { headers }).then(
    (response) => response.text(),
    () => undefined,
  );
}, 1000);
opened.defer(() => clearInterval(read));

// The first round is for what compiles.
for (const server of [off, on]) await stream(server, 'warm');
const spent = { off: 0, on: 0, events: 0 };
for (let round = 0; round < rounds; round++) {
  spent.off += (await stream(off, `off-${round}`)).cpu;
  const { cpu, events } = await stream(on, `on-${round}`);
  spent.on += cpu;
  spent.events += events;
}
const microseconds = (cpu: number) => cpu / spent.events;
const [offUs, onUs] = [microseconds(spent.off), microseconds(spent.on)];
const steps = recordMicroseconds();
const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
console.log(`${rounds * RUNS} runs of ${WORDS} words each, as AG-UI streams, CPU of the server for each event`);
console.log(`  off                         ${offUs.toFixed(2)} µs`);
console.log(`  on                          ${onUs.toFixed(2)} µs, ${percent(onUs / offUs - 1)} more`);
console.log(`  times and steps, alone      ${steps.toFixed(3)} µs, ${percent(steps / offUs)} of off`);
console.log(
  `  received                    ${received.requests} requests of traces, ${(received.bytes / 1024).toFixed(0)} KB`,
);

/** Streams runs side by side, and says what the server used for them. */
async function stream(server: Served, name: string): Promise<{ cpu: number; events: number }> {
  const before = await server.usage();
  const results = await Promise.all(
    Array.from({ length: RUNS }, (_, index) => {
      const ids = { threadId: `${name}-${index}`, runId: `${name}-${index}` };
      const body = JSON.stringify({
        ...ids,
        messages: [{ id: 'm', role: 'user', content: 'Go' }],
        tools: [],
        context: [],
      });
      const path = `/api/v1/ag-ui/agent-${index % 100}/`;
      return readStream({ port: server.port, method: 'POST', path, headers, body, last: /"type":"RUN_FINISHED"/ });
    }),
  );
  if (results.some(({ isWhole }) => !isWhole)) throw new Error('a stream was not whole');
  // What waits to be stored or sent is part of it.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const { cpu } = await server.usage();
  return { cpu: cpu - before.cpu, events: results.reduce((sum, { events }) => sum + events, 0) };
}

/** What noting the time of an event and handing it to the steps of its run takes. */
function recordMicroseconds(): number {
  const recorder = new StepRecorder({ priceOf: () => null, onChange: () => undefined });
  recorder.add({ id: 1, at: Date.now(), event: { type: 'step-started', step: 1, model: 'm' } });
  recorder.add({ id: 2, at: Date.now(), event: { type: 'model-asked' } });
  const count = 5_000_000;
  const note = () => {
    for (let id = 3; id < count; id++) {
      const logged: LoggedEvent = { id, at: Date.now(), event: { type: 'text-delta', messageId: 'm', delta: 'word' } };
      recorder.add(logged);
    }
  };
  note();
  const { user: before } = process.cpuUsage();
  note();
  return (process.cpuUsage().user - before) / count;
}
