/** The official `everything` server behind a port. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const MAIN = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js');

/** Starts it as `streamableHttp` or `sse`; resolves when it listens. */
export async function startEverything(
  mode: string,
  port?: number,
): Promise<{ readonly port: number } & AsyncDisposable> {
  const chosen = port ?? (await freePort());
  const child = spawn(process.execPath, [MAIN, mode], {
    env: { PATH: process.env.PATH, PORT: String(chosen) },
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  for (let attempt = 0; ; attempt++) {
    // It answers a request without a session with an error: that it answers is enough.
    const answer = await fetch(`http://127.0.0.1:${chosen}/none`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer) break;
    if (attempt > 500 || child.exitCode !== null) throw new Error('The everything server does not listen');
    await sleep(10);
  }
  return {
    port: chosen,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free port');
  return address.port;
}
