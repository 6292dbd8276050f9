import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BIN = join(ROOT, 'node_modules', '.bin');

/** One command that must succeed. */
export interface Gate {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  readonly deadlineMs: number;
}

/** How a gate ended. */
export interface GateResult {
  readonly gate: Gate;
  readonly isPassed: boolean;
  /** Both outputs, as they came. */
  readonly output: string;
  readonly ms: number;
}

const running = new Set<number>();
// The children are in groups of their own: a terminal's Ctrl-C does not reach them.
process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));
process.once('exit', () => {
  for (const pid of running) process.kill(-pid, 'SIGKILL');
});

/** Runs a gate from the root of the repository, with the programs it has installed first. Past its deadline it is ended with all its children, and fails. */
export function runGate(gate: Gate): Promise<GateResult> {
  const startedAt = performance.now();
  const [program, ...args] = gate.command;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      env: { ...process.env, PATH: `${BIN}${delimiter}${process.env.PATH}` },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that the deadline reaches its children.
      detached: true,
    });
    const { pid } = child;
    if (pid) running.add(pid);
    let output = '';
    const hear = (text: string) => {
      output += text;
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    const timer = setTimeout(() => {
      hear(`\nNot done after ${gate.deadlineMs / 1000} seconds\n`);
      if (pid) process.kill(-pid, 'SIGKILL');
    }, gate.deadlineMs);
    const end = (isPassed: boolean) => {
      clearTimeout(timer);
      if (pid) running.delete(pid);
      resolve({ gate, isPassed, output, ms: performance.now() - startedAt });
    };
    child.once('error', (error) => {
      hear(error.message);
      end(false);
    });
    child.once('close', (code) => end(code === 0));
  });
}
