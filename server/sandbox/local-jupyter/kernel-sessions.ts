/** The sessions of a Jupyter server: those this server left behind, and the end of one. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JupyterSettings } from './jupyter-client.ts';
import type { KernelOwner } from './kernel-owner.ts';

const CLOSE_MS = 10_000;
const CLOSE_ATTEMPTS = 5;
const CLOSE_PAUSE_MS = 700;

/** The calls of the Jupyter server's API for sessions. */
export type SessionApi = typeof import('./jupyter-client.ts').SessionAPI;

/** Ends the kernels that an earlier run of this server left behind. */
export async function sweepSessions(api: SessionApi, kernels: KernelOwner, settings: JupyterSettings): Promise<void> {
  const sessions = await api.listRunning(settings);
  const leftBehind = sessions.filter(({ path }) => kernels.isLeftBehind(path));
  await Promise.allSettled(leftBehind.map(({ id }) => api.shutdownSession(id, settings)));
}

/** A Jupyter server does not answer in time. */
export class SilentServerError extends Error {
  override readonly name = 'SilentServerError';
}

/** Ends a session with its kernel; rejects when its server does not do so within some seconds. */
export async function endSession(api: SessionApi, sessionId: string, settings: JupyterSettings): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new SilentServerError('the Jupyter server did not answer')), CLOSE_MS);
  const end = async (): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await api.shutdownSession(sessionId, settings);
      } catch (error) {
        // A kernel that is just being restarted by its server cannot be ended.
        if (attempt === CLOSE_ATTEMPTS || error instanceof TypeError) throw error;
        await sleep(CLOSE_PAUSE_MS);
      }
    }
  };
  await Promise.race([end(), late]).finally(() => clearTimeout(timer));
}
