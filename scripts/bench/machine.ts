/** The machine that measures: which it is, and how much of it others had meanwhile. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

/** What figures depend on. Those of another machine cannot be compared with these. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  /** The commit that was measured; `+` behind it: with changes. */
  readonly commit: string;
}

/** The machine this runs on. */
export function readMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    commit: readCommit(),
  };
}

function readCommit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return git('rev-parse', '--short', 'HEAD').trim() + (git('status', '--porcelain').trim() ? '+' : '');
  } catch {
    // Not a clone, or without git.
    return 'unknown';
  }
}

/** How a span of time was shared, each as a part of all processors. */
export interface Weather {
  /** The load when it began: how many wanted to run, of the last minute. */
  readonly loadBefore: number;
  readonly cores: number;
  /** What other processes used; undefined where the system does not tell. */
  readonly others: number | undefined;
  /** What the host of a virtual machine gave to others. */
  readonly stolen: number | undefined;
}

/** More than this of the machine in other hands, and the figures are not believed. */
const MOST_OTHERS = 0.1;
const MOST_STOLEN = 0.03;
const TICKS_A_SECOND = 100;

/** Begins to watch; the answer tells what it was like until then. Processes that this one started are not others. */
export function watchWeather(): () => Weather {
  const [loadBefore = 0] = loadavg();
  const before = readTicks();
  return () => {
    const after = readTicks();
    const rest = { loadBefore, cores: cpus().length };
    if (!before || !after) return { ...rest, others: undefined, stolen: undefined };
    const total = Math.max(1, after.total - before.total);
    const own = after.own - before.own;
    return {
      ...rest,
      others: Math.max(0, after.busy - before.busy - own) / total,
      stolen: (after.stolen - before.stolen) / total,
    };
  };
}

/** Whether figures of such a time can be believed. Without a word of the system only the load tells. */
export function isBelievable({ loadBefore, cores, others, stolen }: Weather): boolean {
  if (others === undefined || stolen === undefined) return loadBefore < cores / 2;
  return others <= MOST_OTHERS && stolen <= MOST_STOLEN;
}

/** One line about it, which says so when the machine was too busy. */
export function describeWeather(weather: Weather): string {
  const { loadBefore, cores, others, stolen } = weather;
  const percent = (share: number | undefined) => (share === undefined ? '? %' : `${(share * 100).toFixed(0)} %`);
  const facts = `other processes had ${percent(others)} of ${cores} processors, ${percent(stolen)} was stolen, load ${loadBefore.toFixed(1)} before`;
  return isBelievable(weather) ? `quiet: ${facts}` : `TOO BUSY TO BE BELIEVED: ${facts}`;
}

/** What a process has used, with its children, dead and alive, in seconds; NaN where the system does not tell. */
export function cpuSecondsOf(pid: number): number {
  const fields = readProc(`${pid}/stat`)?.split(') ').at(-1)?.split(' ').slice(11, 15);
  if (!fields) return Number.NaN;
  const own = fields.reduce((sum, ticks) => sum + Number(ticks) / TICKS_A_SECOND, 0);
  const children = (readProc(`${pid}/task/${pid}/children`) ?? '').trim().split(' ').filter(Boolean);
  return children.reduce((sum, child) => sum + (cpuSecondsOf(Number(child)) || 0), own);
}

function readTicks(): { total: number; busy: number; stolen: number; own: number } | undefined {
  const line = readProc('stat')?.split('\n')[0];
  if (!line) return undefined;
  const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
  const [, , , idle = 0, waiting = 0, , , stolen = 0] = ticks;
  const total = ticks.reduce((sum, each) => sum + each, 0);
  return { total, busy: total - idle - waiting - stolen, stolen, own: cpuSecondsOf(process.pid) * TICKS_A_SECOND };
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    // Another system than Linux, or a process that has just ended.
    return undefined;
  }
}
