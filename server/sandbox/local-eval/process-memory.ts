import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const PAGE_BYTES = 4096;
const MEGABYTE = 1_048_576;

/** The resident memory of a process in megabytes; 0 when it has ended. */
export async function readResidentMb(pid: number): Promise<number> {
  try {
    if (process.platform === 'linux') {
      // Not a file on a disk: the read takes microseconds.
      return (Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES) / MEGABYTE;
    }
    const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)], { timeout: 2000 });
    return Number(stdout) / 1024;
  } catch {
    return 0;
  }
}
