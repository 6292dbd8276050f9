/**
 * What it costs to be seen from outside, for each event of a stream: `npm run bench:observe -- [rounds] [--json] [--against FILE]`. Off is the server as it starts;
 * on, it sends traces to a receiver on loopback and its metrics are read every second. Both stream the same runs, in turn. What the steps
 * and times of runs cost, which are always kept, is measured alone and set against that.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LoggedEvent } from '../server/runs/log-reader.ts';
import { StepRecorder } from '../server/runs/step-recorder.ts';
import { type Served, serve } from './bench/child.ts';
import { doors, toRequest } from './bench/doors.ts';
import { median, ratiosOf } from './bench/figures.ts';
import { openReport } from './bench/report.ts';
import { readStream } from './bench/streams.ts';

const report = openReport();
const { rounds = 4 } = report.options;
const RUNS = 100;
const WORDS = 1000;
const headers = { authorization: 'Bearer bench-key' };

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

const start = (traces: string) =>
  serve('product.ts', JSON.stringify({ words: WORDS }), { environment: { OTEL_EXPORTER_OTLP_ENDPOINT: traces } });
report.section('observe', `${RUNS} AG-UI runs of ${WORDS} words a round, CPU of the server for each event`);
const off = opened.use(await start(''));
const on = opened.use(await start(endpoint));
const read = setInterval(() => {
  fetch(`http://127.0.0.1:${on.port}/metrics`, { headers }).then(
    (response) => response.text(),
    () => undefined,
  );
}, 1000);
opened.defer(() => clearInterval(read));

// The first round is for what compiles.
for (const server of [off, on]) await stream(server, 'warm');
const spent = { off: [] as number[], on: [] as number[] };
for (let round = 0; round < rounds; round++) {
  spent.off.push(await stream(off, `off-${round}`));
  spent.on.push(await stream(on, `on-${round}`));
}
const steps = recordMicroseconds();
report.row('off', { ours: { values: spent.off, unit: 'µs' } });
report.row('on', {
  ours: { values: spent.on, unit: 'µs' },
  off: { values: ratiosOf(spent.on, spent.off), unit: 'x' },
});
report.row('times and steps, alone', {
  ours: { values: [steps], unit: 'µs' },
  'of off': { values: [(steps / median(spent.off)) * 100], unit: '%' },
});
report.note(`  received: ${received.requests} requests of traces, ${(received.bytes / 1024).toFixed(0)} KB`);
report.end();

/** Streams runs side by side, and says what the server used for each event, in microseconds. */
async function stream(server: Served, name: string): Promise<number> {
  const before = await server.usage();
  const results = await Promise.all(
    Array.from({ length: RUNS }, (_, index) => {
      const ids = { id: `${name}-${index}`, agent: `agent-${index % 100}` };
      return readStream({ port: server.port, ...toRequest(doors['AG-UI'], ids) });
    }),
  );
  if (results.some(({ isWhole }) => !isWhole)) throw new Error('a stream was not whole');
  // What waits to be stored or sent is part of it.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const { cpu } = await server.usage();
  return (cpu - before.cpu) / results.reduce((sum, { events }) => sum + events, 0);
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
