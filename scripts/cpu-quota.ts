import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A share of one processor that the processes in it have together. */
export interface CpuQuota extends Disposable {
  /** What stands before a command that is to run in it. */
  readonly enter: readonly string[];
}

const PERIOD_US = 100_000;
const ROOT = '/sys/fs/cgroup';

/** Makes a control group with `percent` of one processor, to be disposed of once nothing runs in it. Throws where this machine lets nobody do so. */
export function createCpuQuota(percent: number): CpuQuota {
  const quotaUs = Math.round((PERIOD_US * percent) / 100);
  // Version 1 has a tree of its own for processors, version 2 one tree for all.
  const isV1 = existsSync(join(ROOT, 'cpu/cpu.cfs_quota_us'));
  const folder = join(ROOT, isV1 ? 'cpu' : '', `slow-machine-${process.pid}`);
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
    [Symbol.dispose]: () => rmdirSync(folder),
  };
}
