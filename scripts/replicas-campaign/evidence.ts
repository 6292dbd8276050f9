/** What is kept of a round in which something was wrong: the rows, every frame of every reader, and what the servers have said. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RoundResult } from './round.ts';

/** Writes it into a folder of its own below `folder`. Returns that. */
export async function keepEvidence(folder: string, name: string, result: RoundResult): Promise<string> {
  const own = join(folder, name);
  const { round, rows, happened, problems } = result;
  const { runs, wire, fleet, victim } = round;
  const write = (file: string, text: string) => writeFile(join(own, file), text);
  const writeJson = (file: string, value: unknown) => write(file, `${JSON.stringify(value, null, 1)}\n`);
  await mkdir(join(own, 'servers'), { recursive: true });
  await Promise.all([
    write('problems.txt', `${problems.join('\n')}\n`),
    write('happened.txt', `the victim is ${victim.name}\n${happened.join('\n')}\n`),
    writeJson('rows.json', rows),
    writeJson(
      'runs.json',
      runs.map(({ readers, ...run }) => ({
        ...run,
        readers: readers.map(({ exchanges, end }) => ({ exchanges, end })),
      })),
    ),
    writeJson('exchanges.json', wire.exchanges),
    ...fleet.all.map(({ name: replica, id, server }) =>
      write(join('servers', `${replica}.log`), `${id} with process id ${server.pid}\n${server.output()}`),
    ),
  ]);
  return own;
}
