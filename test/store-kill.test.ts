import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { openStore } from '../server/store/sqlite.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

it('a store whose server is killed 20 times keeps every acknowledged turn and leaves no run open', async () => {
  await using folder = await temporaryFolder();
  const opened = new Set<string>();
  const closed = new Set<string>();
  let interrupted = 0;
  for (let round = 0; round < 20; round += 1) {
    await appendUntilKilled(folder.path, 1 + Math.floor(Math.random() * 60), opened, closed);

    await using store = await openStore({ folder: folder.path });
    const left = await store.runs.interruptOpen();
    expect(left.length).toBeLessThanOrEqual(1);
    for (const { id, status } of left) {
      expect(status).toBe('interrupted');
      expect(closed).not.toContain(id);
      interrupted += 1;
    }
    expect(await store.runs.interruptOpen()).toEqual([]);

    const ids = (await store.conversations.messages('c')).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect((await store.conversations.get('c'))?.messageCount).toBe(ids.length);
    const stored = new Set(ids);
    expect([...opened].filter((run) => !stored.has(`${run}-user`))).toEqual([]);
    expect([...closed].filter((run) => !stored.has(`${run}-assistant`))).toEqual([]);
  }
  expect(closed.size).toBeGreaterThan(20);
  console.log(`${opened.size} turns opened, ${closed.size} closed, ${interrupted} runs found open`);
}, 120_000);

async function appendUntilKilled(folder: string, lines: number, opened: Set<string>, closed: Set<string>) {
  const script = new URL('support/append-turns.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const event: { opened?: string; closed?: string } = JSON.parse(line);
    if (event.opened) opened.add(event.opened);
    if (event.closed) closed.add(event.closed);
    seen += 1;
    if (seen === lines) child.kill('SIGKILL');
  }
  expect(await exit).toEqual([null, 'SIGKILL']);
}
