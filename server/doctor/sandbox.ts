import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultLimits } from '../sandbox/limits.ts';
import { LocalEval } from '../sandbox/local-eval/local-eval.ts';
import { SnapshotCache } from '../sandbox/local-eval/snapshot-cache.ts';
import { toSandboxRequest } from '../wiring/sandbox.ts';
import { killChildren } from './children.ts';
import { type Check, type DoctorWorld, type Finding, fail, ok, sentenceOf, skip, warn } from './finding.ts';

const SANDBOX = 'sandbox';
/** How long nothing may be heard of an interpreter, and none compute. */
const SILENCE_MS = 2 * 60_000;
/** How long code may run in all. It is silence that ends it before. */
const CODE_MS = 15 * 60_000;

/** Whether code runs, how long the first start of an interpreter takes, and how long later ones do. Keeps nothing of it. */
export const sandbox: Check = {
  name: SANDBOX,
  silenceMs: SILENCE_MS,
  async run(world) {
    const { options, mayStartSandbox } = world;
    try {
      if (toSandboxRequest(options).variant === 'local-jupyter') return [];
    } catch (cause) {
      return [fail(SANDBOX, sentenceOf(cause), 'see --sandbox-variant')];
    }
    if (!mayStartSandbox) return [skip(SANDBOX, 'no interpreter was started', 'leave --no-sandbox out to start one')];
    const folder = await mkdtemp(join(tmpdir(), 'agent-runtimes-doctor-'));
    try {
      return [await startTwice(world, new SnapshotCache(folder))];
    } catch (cause) {
      return [
        fail(SANDBOX, sentenceOf(cause), 'see whether memory is short, and whether this user may start processes'),
      ];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function startTwice({ options, signal, heard }: DoctorWorld, snapshots: SnapshotCache): Promise<Finding> {
  const engine = options['local-eval-engine'];
  const began = performance.now();
  const prepared = engine === 'pyodide' ? await makeSnapshot(snapshots, signal) : undefined;
  heard();
  await runOnce(new LocalEval({ limits: defaultLimits, snapshots, engine }), signal);
  heard();
  const again = performance.now();
  await runOnce(new LocalEval({ limits: defaultLimits, snapshots, engine }), signal);
  const found = `Python runs; the first start takes ${toSeconds(again - began)}, later ones ${toSeconds(performance.now() - again)}`;
  if (engine === 'python')
    return warn(SANDBOX, `${found}, with no isolation`, 'trust what agents run, or leave --local-eval-engine out');
  if (prepared === undefined)
    return warn(SANDBOX, `${found}, as no snapshot can be made`, 'see whether memory and disk are short');
  return ok(SANDBOX, found);
}

/** The folder that interpreters start from. The process that makes it ends with `signal`, and writes no more into the folder then. */
async function makeSnapshot(snapshots: SnapshotCache, signal: AbortSignal): Promise<string | undefined> {
  signal.addEventListener('abort', killChildren, { once: true });
  try {
    return await snapshots.find();
  } finally {
    signal.removeEventListener('abort', killChildren);
  }
}

async function runOnce(interpreter: LocalEval, signal: AbortSignal): Promise<void> {
  const end = () => interpreter.kill();
  signal.addEventListener('abort', end, { once: true });
  try {
    signal.throwIfAborted();
    const { status, result, error } = await interpreter.run('6 * 7', {
      timeoutMs: CODE_MS,
      signal,
      onOutput: () => undefined,
      onToolCall: async () => ({ success: false, kind: 'denied', error: 'No tools here' }),
    });
    if (status !== 'ok' || result?.['text/plain'] !== '42')
      throw new WrongAnswerError(error?.message ?? `6 * 7 was ${status}`);
  } finally {
    signal.removeEventListener('abort', end);
    await interpreter.close();
  }
}

/** An interpreter that computes wrongly. */
class WrongAnswerError extends Error {
  override readonly name = 'WrongAnswerError';
}

const toSeconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
