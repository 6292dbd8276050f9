import { ApiError } from '../../call/errors.ts';
import type { SandboxLimits } from '../limits.ts';
import type { JupyterAddress } from './jupyter-url.ts';
import type { KernelOwner } from './kernel-owner.ts';
import { endSession, sweepSessions } from './kernel-sessions.ts';
import { LiveKernel } from './live-kernel.ts';
import { routeConsole } from './route-console.ts';
import { superviseKernel } from './supervise-kernel.ts';

/** What a kernel of a Jupyter server is opened with. */
export interface KernelOptions {
  readonly limits: SandboxLimits;
  readonly address: JupyterAddress;
  readonly kernels: KernelOwner;
  readonly log: (message: string) => void;
}

/** The parts of the client library that open a kernel. */
export type JupyterClient = Awaited<ReturnType<typeof loadJupyterClient>>;

/** Loads the client library, which is slow to load, when a kernel is used for the first time. */
export async function loadJupyterClient(log: (message: string) => void) {
  const { KernelAPI, SessionAPI, SupervisedKernel, toJupyterSettings } = await import('./jupyter-client.ts');
  routeConsole(log);
  return { KernelAPI, SessionAPI, SupervisedKernel, toJupyterSettings };
}

/** Starts a kernel in a session of its own and supervises it; it may not be ready yet. */
export async function openKernel(
  { KernelAPI, SessionAPI, SupervisedKernel, toJupyterSettings }: JupyterClient,
  { limits, address, kernels, log }: KernelOptions,
): Promise<LiveKernel> {
  let kernel: LiveKernel | undefined;
  const settings = toJupyterSettings(address, () => kernel?.lose('a message of the kernel was larger than 16 MB'));
  if (kernels.shallSweep(address.baseUrl)) await sweepSessions(SessionAPI, kernels, settings);
  const path = kernels.newPath();
  const session = await SessionAPI.startSession(
    { name: path, path, type: 'console', kernel: { name: 'python3' } },
    settings,
  );
  if (!session.kernel) throw new ApiError('sandbox-unavailable', 'The Jupyter server started no kernel');
  const connection = new SupervisedKernel({
    model: session.kernel,
    serverSettings: settings,
    handleComms: false,
    username: 'agent-runtimes',
  });
  kernel = new LiveKernel({ connection, end: () => endSession(SessionAPI, session.id, settings), log });
  superviseKernel(kernel, {
    findModel: () => KernelAPI.getKernelModel(connection.id, settings),
    serverLostMs: limits.serverLostMs,
  });
  return kernel;
}
