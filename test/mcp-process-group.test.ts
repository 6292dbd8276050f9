import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ProcessGroup } from '../server/mcp/processes/process-group.ts';
import { readPaced } from '../server/mcp/wire/paced-reader.ts';
import { isAlive, until } from './support/mcp-servers.ts';

const groupOf = (command: string, ...args: string[]) =>
  new ProcessGroup(
    { type: 'stdio', command, args, env: {} },
    { redact: (text) => text, graceMs: { input: 100, term: 200 } },
  );
const ping = { jsonrpc: '2.0', id: 0, method: 'ping' } as const;

describe('a process', () => {
  it('that has ended before it is told anything says how', async () => {
    const group = groupOf('sh', '-c', 'exit 3');
    await group.start();
    // Without a turn of the event loop, so that nothing of its end is known yet.
    while (isAlive(group.pid ?? 0));
    await expect(group.send(ping)).rejects.toThrow('Not connected');
    expect(group.end).toBe('exited with code 3');
  });

  it('that reads nothing is given up before what waits for it fills the memory', async () => {
    const group = groupOf('sleep', '60');
    await group.start();
    const { pid = 0 } = group;
    const closed = new Promise<void>((resolve) => {
      group.onclose = resolve;
    });
    const sent = Promise.allSettled(Array.from({ length: 15_000 }, () => group.send(ping)));
    await closed;
    expect(group.end).toBe('does not read its standard input');
    await until(() => !isAlive(pid), 'it is gone');
    expect(new Set((await sent).map(({ status }) => status))).toEqual(new Set(['fulfilled', 'rejected']));
  });
});

describe('what a stream brings', () => {
  it('is handled in order, and while that takes long everything else has its turns', async () => {
    const stream = new PassThrough();
    const text = Array.from({ length: 20_000 }, (_, index) => `${index}\n`).join('');
    const pieces: string[] = [];
    const turns: number[] = [];
    const takeTurn = () => {
      turns.push(pieces.length);
      if (!stream.readableEnded) setImmediate(takeTurn);
    };
    setImmediate(takeTurn);
    readPaced(stream, (data) => {
      pieces.push(data.toString());
      for (const begun = performance.now(); performance.now() - begun < 3; );
    });
    stream.end(text);
    await new Promise((resolve) => stream.once('end', resolve));
    expect(pieces.join('')).toBe(text);
    // Between any two pieces.
    expect(pieces.length).toBeGreaterThan(10);
    for (let count = 1; count < pieces.length; count++) expect(turns).toContain(count);
  });
});
