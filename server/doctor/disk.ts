import { stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { type Check, type Finding, fail, ok, toSize, warn } from './finding.ts';

const DISK = 'disk';
/** A turn may not be stored any more. */
const TOO_LITTLE = 100e6;
/** A log of events and a copy in a migration may need that. */
const LITTLE = 1e9;

/** Whether there is room where data is kept and where sandboxes have their temporary files. */
export const disk: Check = {
  name: DISK,
  silenceMs: 10_000,
  async run({ options }) {
    const folder = options['data-dir'];
    const places = new Map<number, string>();
    for (const place of [...(folder === ':memory:' ? [] : [folder]), tmpdir()]) {
      const existing = await firstExisting(resolve(place));
      const { dev } = await stat(existing);
      if (!places.has(dev)) places.set(dev, existing);
    }
    return Promise.all([...places.values()].map(look));
  },
};

const firstExisting = async (folder: string): Promise<string> =>
  (await stat(folder).catch(() => undefined)) || dirname(folder) === folder ? folder : firstExisting(dirname(folder));

async function look(place: string): Promise<Finding> {
  const { bavail, bsize, ffree, files } = await statfs(place);
  const free = bavail * bsize;
  const found = `${toSize(free)} are free at ${place}`;
  if (files > 0 && ffree === 0)
    return fail(DISK, `no further file fits at ${place}: its inodes are used up`, 'remove files');
  if (free < TOO_LITTLE) return fail(DISK, found, 'make room, or choose another folder with --data-dir');
  return free < LITTLE ? warn(DISK, found, 'make room before it is full') : ok(DISK, found);
}
