/** Waiting for the processes that benchmarks start. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { serve } from '../scripts/bench/child.ts';
import { isAlive } from './support/processes.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const CHILD = pathToFileURL(fileURLToPath(new URL('../scripts/bench/child.ts', import.meta.url)));

async function serveCode(folder: string, code: string, silenceMs?: number) {
  const file = join(folder, 'odd-server.ts');
  await writeFile(file, `import { announce, tellProgress } from '${CHILD}';\n${code}`);
  return serve(pathToFileURL(file).href, 'now', silenceMs === undefined ? {} : { silenceMs });
}

test('a server says its port and what it has used, and is gone when it is closed', async () => {
  await using folder = await temporaryFolder();
  const server = await serveCode(folder.path, 'announce(4711)');
  expect(server.port).toBe(4711);
  const { cpu, rss, peakRss } = await server.usage('collected');
  expect([cpu > 0, rss > 0, peakRss >= rss]).toEqual([true, true, true]);
  await server.close();
  expect(isAlive(server.pid)).toBe(false);
});

test('one that dies before it listens is named, with what was awaited, what it had got to and its last words', async () => {
  await using folder = await temporaryFolder();
  const code = `tellProgress('12 of 100 agents'); process.stderr.write('no disk\\n'); setTimeout(() => process.exit(3), 200)`;
  await expect(serveCode(folder.path, code)).rejects.toThrow(
    'odd-server.ts now ended with code 3 while a benchmark waited for its port; it had got to: 12 of 100 agents; its last words: no disk',
  );
});

test('one that dies later is named at the next question', async () => {
  await using folder = await temporaryFolder();
  const code = `announce(1); process.on('message', () => process.kill(process.pid, 'SIGKILL'))`;
  await using server = await serveCode(folder.path, code);
  // The answer to the first may still come.
  const asked = server.usage().then(() => server.usage());
  await expect(asked).rejects.toThrow(
    'odd-server.ts now ended with SIGKILL while a benchmark waited for what it has used',
  );
});

test('one that tells nothing is named, with what was awaited', async () => {
  await using folder = await temporaryFolder();
  await expect(serveCode(folder.path, 'setInterval(() => undefined, 1000)', 500)).rejects.toThrow(
    'odd-server.ts now told nothing for 0.5 s while a benchmark waited for its port; its last words: none',
  );
});

test('one that is slow, and tells how far it is, is waited for', async () => {
  await using folder = await temporaryFolder();
  const code = `
    let step = 0;
    const timer = setInterval(() => {
      if (++step < 12) return tellProgress('step ' + step);
      clearInterval(timer);
      announce(7);
    }, 500);`;
  await using server = await serveCode(folder.path, code, 5_000);
  expect(server.port).toBe(7);
});
