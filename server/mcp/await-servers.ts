import { setTimeout as sleep } from 'node:timers/promises';
import { untilAborted } from '../async/until-aborted.ts';
import type { PrepareOptions } from '../runs/toolset.ts';
import type { ServerFinder, ServerReference } from './servers/running-servers.ts';
import type { SupervisedServer } from './servers/supervised-server.ts';

/** A wait that is over before that is not worth a word. */
const TELL_AFTER_MS = 1000;

/**
 * Starts the servers that are selected and do not run, and waits for each as long as its start goes on, which has a deadline of its own.
 * Resolves with the ids of those that do not run then; never throws.
 */
export async function awaitServers(
  servers: ServerFinder,
  selection: readonly ServerReference[],
  options: PrepareOptions,
): Promise<string[]> {
  const coming = new Set(servers.findAll(selection).filter(isWorthWaiting));
  if (coming.size > 0) await untilSettled(coming, options);
  return [...new Set(selection.filter((one) => servers.find(one)?.status !== 'running').map(idOf))];
}

/** A start that has hung before is waited for by nobody: a run that lacks one server's tools is better than none. */
const isWorthWaiting = (server: SupervisedServer) =>
  server.status !== 'running' && !(server.hasHung && server.isWanted);

async function untilSettled(coming: Set<SupervisedServer>, { signal, onWaiting }: PrepareOptions): Promise<void> {
  const told = new AbortController();
  const tell = async () => {
    await sleep(TELL_AFTER_MS, undefined, { signal: told.signal });
    onWaiting?.([...coming].map(({ definition }) => definition.id));
  };
  tell().catch(() => undefined); // what is over is not told of
  const starts = [...coming].map((server) => server.startForUse().then(() => coming.delete(server)));
  try {
    await untilAborted(Promise.all(starts), signal);
  } catch (cause) {
    if (!signal.aborted) throw cause;
  } finally {
    told.abort();
  }
}

const idOf = (reference: ServerReference) => (typeof reference === 'string' ? reference : reference.id);
