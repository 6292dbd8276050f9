/**
 * Opens 2,000 AG-UI streams of 50 events at once on one server process and checks that each is whole: `npm run bench:streams -- [streams] [events] [--json] [--against FILE]`.
 * Every stream is open and has had its first words before any of them goes on, so that all of them really live at the same time.
 */
import { serve } from './bench/child.ts';
import { doors, toRequest } from './bench/doors.ts';
import { quantile } from './bench/figures.ts';
import { checkOpenFiles } from './bench/open-files.ts';
import { openReport } from './bench/report.ts';
import { readStream } from './bench/streams.ts';

const report = openReport();
const { rounds: streams = 2000, rest } = report.options;
const [given = '50'] = rest;
const events = Number(given);
// Beside the words: RUN_STARTED, STEP_STARTED, the start and end of the message, STEP_FINISHED, RUN_FINISHED.
const words = events - 6;

checkOpenFiles(streams);
await using servers = new AsyncDisposableStack();
report.section('streams', `${streams} AG-UI streams of ${events} events at once, one server process`);
const server = servers.use(await serve('product.ts', JSON.stringify({ words, together: streams })));
const idle = await server.usage();

const startedAt = performance.now();
const results = await Promise.all(Array.from({ length: streams }, (_, index) => run(index)));
const seconds = (performance.now() - startedAt) / 1000;
const { cpu, peakRss } = await server.usage();

const broken = results.filter(({ isWhole }) => !isWhole);
const firstEvents = results.map(({ firstEventMs }) => firstEventMs);
const total = results.reduce((sum, result) => sum + result.events, 0);
report.row('streams', {
  'not whole': { values: [broken.length], unit: '', atMost: 0 },
  events: { values: [total], unit: '' },
  duration: { values: [seconds], unit: 's' },
  'a second': { values: [total / seconds], unit: '' },
  'first event p50': { values: [quantile(firstEvents, 0.5)], unit: 'ms' },
  p99: { values: [quantile(firstEvents, 0.99)], unit: 'ms' },
});
report.row('server', {
  'memory at the peak': { values: [peakRss / 2 ** 20], unit: 'MB' },
  before: { values: [idle.rss / 2 ** 20], unit: 'MB' },
  CPU: { values: [(cpu - idle.cpu) / total], unit: 'µs an event' },
});
report.end();
if (broken.length) {
  console.error(`${broken.length} streams were not whole, such as ${JSON.stringify(broken[0])}`);
  process.exitCode = 1;
}

async function run(index: number) {
  const id = `stream-${index}`;
  let wordsRead = 0;
  let isInOrder = true;
  const result = await readStream({
    port: server.port,
    ...toRequest(doors['AG-UI'], { id, agent: `agent-${index % 100}` }),
    last: new RegExp(`^data: {"type":"RUN_FINISHED",.*"threadId":"${id}","runId":"${id}"`, 'm'),
    onFrame(frame) {
      const word = /"delta":"word(\d+) "/.exec(frame)?.[1];
      if (word !== undefined && Number(word) !== ++wordsRead) isInOrder = false;
    },
  });
  return { ...result, isWhole: result.isWhole && isInOrder && wordsRead === words && result.events === events };
}
