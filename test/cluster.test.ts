/** The script that starts a whole service for trying it, as it is started by hand. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { hasNoServer } from './support/postgres.ts';
import { childrenOf, isAlive } from './support/processes.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

// A database is made, and each replica is a server of its own.
vi.setConfig({ testTimeout: 180_000 });

const SCRIPT = fileURLToPath(new URL('../scripts/cluster.ts', import.meta.url));

interface Cluster extends AsyncDisposable {
  readonly pid: number;
  /** Resolves with the code or the signal of its end. */
  readonly ended: Promise<unknown>;
  output(): string;
  /** Resolves with the parts of the first text that fits; rejects when it ends before. */
  said(pattern: RegExp): Promise<readonly string[]>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts it with an empty home, and no variable of this machine but the path. */
function startCluster(folder: string, ...args: string[]): Cluster {
  const child = spawn(process.execPath, [SCRIPT, ...args], {
    env: { PATH: process.env.PATH, HOME: join(folder, 'home'), TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal);
  return {
    pid: child.pid ?? 0,
    ended,
    output: () => output,
    async said(pattern) {
      const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
      const look = () => {
        const found = pattern.exec(output);
        if (found) resolve([...found]);
      };
      listeners.add(look);
      look();
      void ended.then(() => reject(new Error(`the cluster ended: ${output}`)));
      return promise.finally(() => listeners.delete(look));
    },
    kill: (signal) => void child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A folder that the user of the database may pass through, who is another one where the tests are run by root. */
async function passableFolder() {
  const folder = await temporaryFolder();
  await chmod(folder.path, 0o711);
  return folder;
}

const descendantsOf = (pid: number): number[] => childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);

const replicaIn = (output: string, number: number) => {
  const lines = [
    ...output.matchAll(new RegExp(`^replica ${number} +(http://127\\.0\\.0\\.1:\\d+) +pid (\\d+)$`, 'gm')),
  ];
  const [, url = '', pid] = lines.at(-1) ?? [];
  return { url, pid: Number(pid) };
};

const started = async (cluster: Cluster) => {
  const [, url = ''] = await cluster.said(/^service +(http:\/\/127\.0\.0\.1:\d+) [\s\S]*^Ctrl-C ends everything/m);
  return url;
};

const ask = async (url: string, path: string, body?: unknown) => {
  const response = await fetch(`${url}/api/v1${path}`, {
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    headers: { 'content-type': 'application/json' },
  });
  return { status: response.status, by: response.headers.get('x-served-by'), body: Object(await response.json()) };
};

describe.skipIf(hasNoServer)('a cluster', () => {
  test('serves at one address by replicas in turn, goes on without one that was killed, and leaves nothing at Ctrl-C', async () => {
    await using folder = await passableFolder();
    await using cluster = startCluster(folder.path, '--replicas', '2', '--port', '0');
    const url = await started(cluster);
    const [first, second] = [replicaIn(cluster.output(), 1), replicaIn(cluster.output(), 2)];
    await expect
      .poll(async () => [(await ask(url, '/ready')).by, (await ask(url, '/ready')).by].toSorted(), { timeout: 60_000 })
      .toEqual([first.url, second.url].toSorted());
    expect(await ask(url, '/health')).toMatchObject({ status: 200, body: { status: 'healthy' } });
    const question = { message: 'What is 17 * 23?' };
    for (const _ of [first, second]) {
      const { status, body } = await ask(url, '/agents/demo/prompt/sync', question);
      expect([status, body.response]).toEqual([200, expect.stringContaining('391')]);
    }

    process.kill(first.pid, 'SIGKILL');
    await cluster.said(/^replica 1 +has ended by a signal$/m);
    const answers = await Promise.all([1, 2, 3, 4].map(() => ask(url, '/agents/demo/prompt/sync', question)));
    expect(answers.map(({ status, by }) => [status, by])).toEqual(answers.map(() => [200, second.url]));

    const processes = descendantsOf(cluster.pid);
    expect(processes).toContain(second.pid);
    cluster.kill('SIGINT');
    expect(await cluster.ended).toBe(130);
    expect(cluster.output()).toMatch(/\nEnding all of it \.\.\.\n$/);
    expect(processes.filter(isAlive)).toEqual([]);
    expect(await readdir(folder.path)).toEqual([]);
  });

  test('keeps what it has in a folder that it is given, brings replicas back if it is asked to, and ends with the last', async () => {
    await using folder = await passableFolder();
    const options = ['--replicas', '1', '--port', '0', '--data-dir', join(folder.path, 'kept')];
    {
      await using cluster = startCluster(folder.path, ...options);
      expect(await ask(await started(cluster), '/agents', { id: 'kept' })).toMatchObject({ status: 201 });
      process.kill(replicaIn(cluster.output(), 1).pid, 'SIGKILL');
      expect(await cluster.ended).toBe(1);
      expect(cluster.output()).toMatch(/\nThe cluster failed: no replica is left\n$/);
    }
    await using cluster = startCluster(folder.path, ...options, '--restart');
    const url = await started(cluster);
    const { pid } = replicaIn(cluster.output(), 1);
    process.kill(pid, 'SIGKILL');
    await cluster.said(/^replica 1 +has ended by a signal\nreplica 1 +http/m);
    await expect.poll(async () => (await ask(url, '/ready')).status, { timeout: 60_000 }).toBe(200);
    expect(await ask(url, '/agents/kept')).toMatchObject({ status: 200, body: { id: 'kept' } });
    expect([isAlive(pid), isAlive(replicaIn(cluster.output(), 1).pid)]).toEqual([false, true]);
    const processes = descendantsOf(cluster.pid);
    cluster.kill('SIGTERM');
    expect(await cluster.ended).toBe(143);
    expect(processes.filter(isAlive)).toEqual([]);
    expect(await readdir(folder.path)).toEqual(['kept']);
  });
});

test.each([
  [['--replicas', '0'], '--replicas must be a whole number from 1 to 20'],
  [['--port', 'x'], '--port must be a whole number from 0 to 65535'],
  [['--nothing'], "Unknown option '--nothing'"],
])('a cluster with %j says what is wrong', async (args, reason) => {
  await using folder = await temporaryFolder();
  await using cluster = startCluster(folder.path, ...args);
  expect([await cluster.ended, cluster.output()]).toEqual([1, `The cluster failed: ${reason}\n`]);
});
