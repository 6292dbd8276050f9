/** What keeps a machine busy. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { own } from '../own.ts';
import { type CalledServer, Caller } from './caller.ts';
import { askDemo } from './start-tried.ts';

// Ends when its parent is gone, however that went.
const BUSY = `while (process.ppid === ${process.pid});`;
const ASKERS = 4;

/** Starts a busy loop for each core. */
export function startLoad(): Promise<AsyncDisposable> {
  return own(
    () =>
      Array.from({ length: availableParallelism() }, () => spawn(process.execPath, ['-e', BUSY], { stdio: 'ignore' })),
    (loops) => loops.map((loop) => loop.kill('SIGKILL')),
  );
}

/** Others who ask the demo agent meanwhile. */
export interface Bystanders {
  /** Lets them finish what they have asked, and tells what became of all of it. */
  stop(): Promise<{ readonly asked: number; readonly caller: Caller; readonly problems: readonly string[] }>;
}

/** Four callers ask again and again, each after the answer to its last question. */
export function startBystanders(server: CalledServer): Bystanders {
  const caller = new Caller(server);
  const problems: string[] = [];
  let asked = 0;
  let isOver = false;
  const asking = Array.from({ length: ASKERS }, async () => {
    while (!isOver) {
      asked++;
      const problem = await askDemo(caller);
      if (problem) problems.push(problem);
    }
  });
  return {
    async stop() {
      isOver = true;
      await Promise.all(asking);
      return { asked, caller, problems };
    },
  };
}
