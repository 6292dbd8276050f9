/** Many answers at once, each at the pace of a model. */
import { type Served, serve } from './child.ts';
import { readStream } from './streams.ts';

/** Measurements of one round. */
export interface PacedResult {
  readonly eventsPerSecond: number;
  /** Time between two words of one stream, in milliseconds. */
  readonly gapP50: number;
  readonly gapP99: number;
  /** Time a word takes from the provider to the reader, in milliseconds. */
  readonly delayP50: number;
  readonly delayP99: number;
  /** Time from the request to the first word, in milliseconds. */
  readonly firstWordP99: number;
  /** Processor time of the server, in microseconds an event. */
  readonly cpuPerEvent: number;
  /** Largest memory of the server, in bytes. */
  readonly peakRss: number;
}

interface PacedRun {
  /** What stands between provider and reader: a script beside this one that is told the address of the provider. */
  readonly server: 'product.ts' | 'relay.ts';
  readonly streams: number;
  readonly words: number;
  readonly wordsPerSecond: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** How long it takes until all streams are open: people do not ask in the same moment. */
const OPENING_MS = 1000;

/** Reads so many AG-UI runs at once; provider and server have a process each. Throws unless each stream is whole. */
export async function runPaced(run: PacedRun): Promise<PacedResult> {
  const { streams, words, wordsPerSecond } = run;
  await using servers = new AsyncDisposableStack();
  const open = async (script: string, argument: string) =>
    servers.adopt(await serve(script, argument), (served) => served.close());
  const provider = await open('provider.ts', `${words},${wordsPerSecond}`);
  const server = await open(run.server, `http://127.0.0.1:${provider.port}/v1`);
  // The libraries are loaded by then.
  await readPaced(server, run, -1);
  const before = await server.usage();
  const startedAt = performance.now();
  const results = await Promise.all(
    Array.from({ length: streams }, async (_, index) => {
      await new Promise((resolve) => setTimeout(resolve, (OPENING_MS * index) / streams));
      return readPaced(server, run, index);
    }),
  );
  const ms = performance.now() - startedAt;
  const after = await server.usage();
  const broken = results.find(({ isWhole, gaps }) => !isWhole || gaps.length !== words - 1);
  if (broken) throw new Error('a stream was not whole');
  const events = results.reduce((sum, result) => sum + result.events, 0);
  const gaps = results.flatMap((result) => result.gaps);
  const delays = results.flatMap((result) => result.delays);
  return {
    eventsPerSecond: (events / ms) * 1000,
    gapP50: quantile(gaps, 0.5),
    gapP99: quantile(gaps, 0.99),
    delayP50: quantile(delays, 0.5),
    delayP99: quantile(delays, 0.99),
    firstWordP99: quantile(
      results.map(({ firstWordMs }) => firstWordMs),
      0.99,
    ),
    cpuPerEvent: (after.cpu - before.cpu) / events,
    peakRss: after.peakRss,
  };
}

async function readPaced({ port }: Served, { headers }: PacedRun, index: number) {
  const gaps: number[] = [];
  const delays: number[] = [];
  const startedAt = performance.now();
  let firstWordMs = Number.NaN;
  let lastAt = Number.NaN;
  const body = JSON.stringify({
    threadId: `paced-${index}`,
    runId: `paced-run-${index}`,
    messages: [{ id: 'm', role: 'user', content: 'Go' }],
    tools: [],
    context: [],
  });
  const result = await readStream({
    port,
    method: 'POST',
    path: `/api/v1/ag-ui/agent-${Math.abs(index % 100)}/`,
    headers: { ...headers, 'content-type': 'application/json' },
    body,
    last: /RUN_FINISHED/,
    onFrame(frame) {
      const said = /"delta":"\d+@(\d+) "/.exec(frame)?.[1];
      if (said === undefined) return;
      const now = performance.now();
      delays.push(Number(process.hrtime.bigint() - BigInt(said)) / 1e6);
      if (Number.isNaN(lastAt)) firstWordMs = now - startedAt;
      else gaps.push(now - lastAt);
      lastAt = now;
    },
  });
  return { ...result, gaps, delays, firstWordMs };
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN;
}
