import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A share of one processor that the processes in it have together. */
export interface CpuQuota extends AsyncDisposable {
  /** What stands before a command that is to run in it. */
  readonly enter: readonly string[];
  /** Puts a process in it that runs already. */
  add(pid: number): void;
}

const PERIOD_US = 100_000;
const ROOT = '/sys/fs/cgroup';
const EMPTY_MS = 5_000;

let count = 0;

/** Makes a control group with `percent` of one processor, which ends what still runs in it when it is disposed of. Throws where this machine lets nobody do so. */
export function createCpuQuota(percent: number): CpuQuota {
  const quotaUs = Math.round((PERIOD_US * percent) / 100);
  // Version 1 has a tree of its own for processors, version 2 one tree for all.
  const isV1 = existsSync(join(ROOT, 'cpu/cpu.cfs_quota_us'));
  const folder = join(ROOT, isV1 ? 'cpu' : '', `slow-machine-${process.pid}-${++count}`);
  try {
    if (!isV1 && !readFileSync(join(ROOT, 'cgroup.subtree_control'), 'utf8').includes('cpu')) {
      writeFileSync(join(ROOT, 'cgroup.subtree_control'), '+cpu');
    }
    mkdirSync(folder);
    if (isV1) {
      writeFileSync(join(folder, 'cpu.cfs_period_us'), String(PERIOD_US));
      writeFileSync(join(folder, 'cpu.cfs_quota_us'), String(quotaUs));
    } else writeFileSync(join(folder, 'cpu.max'), `${quotaUs} ${PERIOD_US}`);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `No control group with a quota can be made here, which needs root and a writable ${ROOT}: ${reason}`,
      {
        cause,
      },
    );
  }
  return {
    enter: ['sh', '-c', `echo $$ > ${join(folder, 'cgroup.procs')} && exec "$@"`, 'sh'],
    add: (pid) => writeFileSync(join(folder, 'cgroup.procs'), String(pid)),
    [Symbol.asyncDispose]: () => removeGroup(folder),
  };
}

async function removeGroup(folder: string): Promise<void> {
  const pids = () => readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  for (const deadline = performance.now() + EMPTY_MS; pids().length && performance.now() < deadline; await sleep(20)) {
    for (const pid of pids()) killIfThere(pid);
  }
  rmdirSync(folder);
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ESRCH')) throw cause;
  }
}
