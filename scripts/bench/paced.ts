/** Many answers at once, each at the pace of a model: each family of providers and each door, beside a bare relay. */
import { type Served, serve } from './child.ts';
import { doors, type RelayedDoor, toRequest } from './doors.ts';
import { type FamilyName, families } from './families.ts';
import { median, quantile, ratiosOf } from './figures.ts';
import type { Report } from './report.ts';
import { readStream } from './streams.ts';

export const name = 'paced';

const STREAMS = 200;
const WORDS = 250;
const WORDS_A_SECOND = 50;
/** How long it takes until all streams are open: people do not ask in the same moment. */
const OPENING_MS = 1000;
const MOST_CPU = 1.4;
const MOST_LATE = 2;

/** Every family, and every door, without the doors of every family. */
const SOME: Readonly<Record<FamilyName, readonly RelayedDoor[]>> = {
  chat: ['AG-UI', 'REST', 'A2A'],
  responses: ['AG-UI'],
  anthropic: ['AG-UI'],
  google: ['AG-UI'],
};
const ALL: readonly RelayedDoor[] = ['AG-UI', 'REST', 'A2A'];

/** Prints the CPU time of each word and how late words came, against the relay; `--all`: at every door of every family. */
export async function run(report: Report): Promise<void> {
  report.section(
    name,
    `${STREAMS} streams at once of ${WORDS_A_SECOND} words/s from a provider over HTTP, against a bare relay of node:http`,
  );
  for (const family of Object.keys(families).filter((each): each is FamilyName => each in families)) {
    await using servers = new AsyncDisposableStack();
    const provider = servers.use(await serve('provider.ts', `${family},${WORDS},${WORDS_A_SECOND}`));
    const url = `http://127.0.0.1:${provider.port}`;
    const product = servers.use(await serve('product.ts', JSON.stringify({ family, provider: url })));
    const relay = servers.use(await serve('relay.ts', `${family},${url}`));
    for (const door of report.options.all ? ALL : SOME[family]) await compare({ report, family, door, product, relay });
  }
}

interface Comparison {
  readonly report: Report;
  readonly family: FamilyName;
  readonly door: RelayedDoor;
  readonly product: Served;
  readonly relay: Served;
}

async function compare({ report, family, door, product, relay }: Comparison): Promise<void> {
  const rounds = Math.ceil((report.options.rounds ?? 5) / 2);
  // The libraries are loaded by then, and what compiles has had words to compile on.
  for (const server of [product, relay]) await measurePaced(server, door, 20);
  const ours: PacedResult[] = [];
  const theirs: PacedResult[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await measurePaced(product, door, STREAMS));
    theirs.push(await measurePaced(relay, door, STREAMS));
  }
  const ratio = (of: (result: PacedResult) => number) => ratiosOf(ours.map(of), theirs.map(of));
  const us = (of: (result: PacedResult) => number, unit: string) => ({ values: ours.map(of), unit });
  report.row(`${family}, ${door}`, {
    ours: us(({ cpu }) => cpu, 'µs a word'),
    relay: { values: ratio(({ cpu }) => cpu), unit: 'x', atMost: MOST_CPU },
    'late p50': us(({ delayP50 }) => delayP50, 'ms'),
    'late p99': us(({ delayP99 }) => delayP99, 'ms'),
    'of the relay': { values: ratio(({ delayP99 }) => delayP99), unit: 'x', atMost: MOST_LATE },
    'gap p99': us(({ gapP99 }) => gapP99, 'ms'),
    'first word p99': us(({ firstWordP99 }) => firstWordP99, 'ms'),
    peak: us(({ peakRss }) => peakRss / 2 ** 20, 'MB'),
  });
}

interface PacedResult {
  /** Processor time of the server, in microseconds a word. */
  readonly cpu: number;
  /** Time a word takes from the provider to the reader, in milliseconds. */
  readonly delayP50: number;
  readonly delayP99: number;
  /** Time between two words of one stream, in milliseconds. */
  readonly gapP99: number;
  /** Time from the request to the first word, in milliseconds. */
  readonly firstWordP99: number;
  /** Largest memory of the server since it began, in bytes. */
  readonly peakRss: number;
}

let runs = 0;

async function measurePaced(server: Served, door: RelayedDoor, streams: number): Promise<PacedResult> {
  const before = await server.usage();
  const results = await Promise.all(
    Array.from({ length: streams }, async (_, index) => {
      await new Promise((resolve) => setTimeout(resolve, (OPENING_MS * index) / streams));
      return readPaced(server, door, { id: `paced-${++runs}`, agent: `agent-${index % 100}` });
    }),
  );
  const after = await server.usage();
  const delays = results.flatMap((result) => result.delays);
  return {
    cpu: (after.cpu - before.cpu) / (streams * WORDS),
    delayP50: median(delays),
    delayP99: quantile(delays, 0.99),
    gapP99: quantile(
      results.flatMap((result) => result.gaps),
      0.99,
    ),
    firstWordP99: quantile(
      results.map(({ firstWordMs }) => firstWordMs),
      0.99,
    ),
    peakRss: after.peakRss,
  };
}

/** Reads one run. Throws unless it has each word once, in order, and its end. */
async function readPaced({ port }: Served, door: RelayedDoor, ids: { id: string; agent: string }) {
  const gaps: number[] = [];
  const delays: number[] = [];
  const startedAt = performance.now();
  let firstWordMs = Number.NaN;
  let lastAt = Number.NaN;
  let read = 0;
  const { hasEnded, events } = await readStream({
    port,
    ...toRequest(doors[door], ids),
    onFrame(frame) {
      // A door may join words; the end of an answer may hold it whole.
      for (const [, number, said = '0'] of frame.matchAll(/(\d+)@(\d+) /g)) {
        if (Number(number) !== read + 1) continue;
        read++;
        const now = performance.now();
        delays.push(Number(process.hrtime.bigint() - BigInt(said)) / 1e6);
        if (Number.isNaN(lastAt)) firstWordMs = now - startedAt;
        else gaps.push(now - lastAt);
        lastAt = now;
      }
    },
  });
  if (!hasEnded || read !== WORDS) {
    throw new Error(
      `${door}: a stream of ${events} events brought ${read} of ${WORDS} words and ${hasEnded ? 'its' : 'no'} end`,
    );
  }
  return { gaps, delays, firstWordMs };
}
