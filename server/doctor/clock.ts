import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Check, type DoctorWorld, type Finding, fail, ok, warn } from './finding.ts';

const CLOCK = 'clock';
/** Files of a shared disk, and answers that took a while, are that much off by themselves. */
const LITTLE_MS = 60_000;
const MUCH_MS = 5 * 60_000;
const ADVICE =
  'let the machine set its clock by NTP: certificates, tokens and the order of what is stored depend on it';
/** No version of this server is older. */
const OLDEST = Date.UTC(2026, 0, 1);

/** Whether the clock is not behind what is stored and, where providers were asked, tells their time. */
export const clock: Check = {
  name: CLOCK,
  silenceMs: 10_000,
  run: async (world) => [
    judgeClock({ now: Date.now(), newestFile: await newestFile(world), ahead: world.clocksAhead }),
  ],
};

/** Times in milliseconds; `newestFile` undefined where there is none. */
export function judgeClock({
  now,
  newestFile,
  ahead,
}: {
  readonly now: number;
  readonly newestFile: number | undefined;
  readonly ahead: DoctorWorld['clocksAhead'];
}): Finding {
  const shown = new Date(now).toISOString();
  if (now < OLDEST) return fail(CLOCK, `it says ${shown}, before this server was made`, ADVICE);
  if (newestFile !== undefined && newestFile - now > LITTLE_MS)
    return fail(CLOCK, `it says ${shown}, and a file of the data folder is ${toTime(newestFile - now)} newer`, ADVICE);
  const [worst] = ahead.toSorted((a, b) => Math.abs(b.ms) - Math.abs(a.ms));
  if (!worst) return ok(CLOCK, `it says ${shown}, later than what is stored`);
  const found = `it says ${shown}, ${toTime(Math.abs(worst.ms))} ${worst.ms < 0 ? 'behind' : 'ahead of'} ${worst.host}`;
  if (Math.abs(worst.ms) > MUCH_MS) return fail(CLOCK, found, ADVICE);
  return Math.abs(worst.ms) > LITTLE_MS
    ? warn(CLOCK, found, ADVICE)
    : ok(CLOCK, `it says ${shown}, as ${worst.host} does`);
}

async function newestFile({ options }: DoctorWorld): Promise<number | undefined> {
  const folder = options['data-dir'];
  const names = await readdir(folder).catch(() => []);
  const stats = await Promise.all(names.slice(0, 1000).map((name) => stat(join(folder, name)).catch(() => undefined)));
  const times = stats.flatMap((each) => each?.mtimeMs ?? []);
  return times.length ? Math.max(...times) : undefined;
}

function toTime(ms: number): string {
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}
