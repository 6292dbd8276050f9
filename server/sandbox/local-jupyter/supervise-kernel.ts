import type { LiveKernel } from './live-kernel.ts';

interface Supervision {
  /** Looks for the kernel on its server: undefined when it is not there, rejects when the server is out of reach. */
  readonly findModel: () => Promise<unknown>;
  /** How long the server may be out of reach. */
  readonly serverLostMs: number;
}

const FIRST_PROBE_MS = 300;
const PROBE_MS = 1500;

/** Gives a kernel up when it has died, is gone from the server, or its server stays away. */
export function superviseKernel(kernel: LiveKernel, { findModel, serverLostMs }: Supervision): void {
  const { connection } = kernel;
  connection.statusChanged.connect((_connection, status) => {
    if (status === 'autorestarting' || status === 'dead' || status === 'terminating') kernel.lose('the kernel died');
  });
  let probing: NodeJS.Timeout | undefined;
  const probe = async (since: number): Promise<void> => {
    let isThere = true;
    try {
      isThere = (await findModel()) !== undefined;
      if (isThere && !connection.isDisposed && !kernel.isConnected) void connection.reconnect();
    } catch {
      if (performance.now() - since > serverLostMs) kernel.lose('the Jupyter server is out of reach');
    }
    if (!isThere) kernel.lose('the kernel is gone from the Jupyter server');
    if (!connection.isDisposed && !kernel.isConnected) probing = setTimeout(() => probe(since), PROBE_MS).unref();
  };
  connection.connectionStatusChanged.connect((_connection, status) => {
    clearTimeout(probing);
    if (status === 'connected' || connection.isDisposed) return;
    probing = setTimeout(() => probe(performance.now()), FIRST_PROBE_MS).unref();
  });
  void kernel.lost.then(() => clearTimeout(probing));
}
