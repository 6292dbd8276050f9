/**
 * Opens 2,000 AG-UI streams of 50 events at once on one server process and checks that each is whole: `node scripts/bench-streams.ts [streams] [events]`.
 * Every stream is open and has had its first words before any of them goes on, so that all of them really live at the same time.
 */
import { readFileSync } from 'node:fs';
import { serve } from './bench/child.ts';
import { readStream } from './bench/streams.ts';

const streams = Number(process.argv[2] ?? 2000);
const events = Number(process.argv[3] ?? 50);
// Beside the words: RUN_STARTED, STEP_STARTED, the start and end of the message, STEP_FINISHED, RUN_FINISHED.
const words = events - 6;
const headers = { authorization: 'Bearer bench-key', 'content-type': 'application/json' };

checkOpenFiles(streams);
await using servers = new AsyncDisposableStack();
const server = servers.adopt(await serve('product.ts', `${words},${streams}`), (served) => served.close());
const idle = await server.usage();

const startedAt = performance.now();
const results = await Promise.all(Array.from({ length: streams }, (_, index) => run(index)));
const seconds = (performance.now() - startedAt) / 1000;
const { cpu, peakRss } = await server.usage();

const broken = results.filter(({ isWhole }) => !isWhole);
const firstEvents = results.map(({ firstEventMs }) => firstEventMs).sort((a, b) => a - b);
const quantile = (share: number) => (firstEvents[Math.ceil(share * streams) - 1] ?? Number.NaN).toFixed(0);
const total = results.reduce((sum, result) => sum + result.events, 0);
const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MB`;
console.log(`${streams} AG-UI streams of ${events} events at once, one server process`);
console.log(`  whole                ${streams - broken.length} of ${streams}, ${total} events, none lost, none twice`);
console.log(`  duration             ${seconds.toFixed(2)} s, ${(total / seconds).toFixed(0)} events/s`);
console.log(`  first event          p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms`);
console.log(`  memory               ${megabytes(peakRss)} at the peak, ${megabytes(idle.rss)} before`);
console.log(`  CPU of the server    ${((cpu - idle.cpu) / 1e6).toFixed(2)} s`);
if (broken.length) {
  console.error(`${broken.length} streams were not whole, such as ${JSON.stringify(broken[0])}`);
  process.exitCode = 1;
}

async function run(index: number) {
  const body = JSON.stringify({
    threadId: `thread-${index}`,
    runId: `run-${index}`,
    messages: [{ id: 'm', role: 'user', content: 'Go' }],
    tools: [],
    context: [],
  });
  let wordsRead = 0;
  let isInOrder = true;
  const result = await readStream({
    port: server.port,
    method: 'POST',
    path: `/api/v1/ag-ui/agent-${index % 100}/`,
    headers,
    body,
    last: new RegExp(`^data: {"type":"RUN_FINISHED",.*"threadId":"thread-${index}","runId":"run-${index}"`, 'm'),
    onFrame(frame) {
      const word = /"delta":"word(\d+) "/.exec(frame)?.[1];
      if (word !== undefined && Number(word) !== ++wordsRead) isInOrder = false;
    },
  });
  return { ...result, isWhole: result.isWhole && isInOrder && wordsRead === words && result.events === events };
}

/** A process has a descriptor for each connection; Node raises its soft limit to the hard one by itself. */
function checkOpenFiles(needed: number): void {
  const [, limit] = /Max open files\s+\S+\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  if (limit !== undefined && Number(limit) < needed + 200) {
    throw new Error(
      `${needed} streams need ${needed + 200} open files, and ${limit} are allowed: raise it with ulimit -Hn`,
    );
  }
}
