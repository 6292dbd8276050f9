import { behaviourCode } from './kernel-setup.ts';
import type { LiveKernel } from './live-kernel.ts';
import { type JupyterClient, type KernelOptions, openKernel } from './open-kernel.ts';

/** A kernel on its way: it becomes ready, or is given up first. */
interface KernelStart {
  readonly ready: Promise<LiveKernel>;
  giveUp(reason: string): void;
}

/**
 * A kernel that is ready for code. Some kernel hangs while it starts and tells nothing of it: when the first one is late a second is started
 * beside it, the one that is ready first is taken, and the other ended. Rejects when neither comes up.
 */
export async function openReadyKernel(client: JupyterClient, options: KernelOptions): Promise<LiveKernel> {
  const first = beginKernel(client, options);
  if (!(await isLate(first, options.limits.kernelLateMs))) return first.ready;
  options.log('A kernel has not started in time; a second one is started beside it');
  const second = beginKernel(client, options);
  try {
    const { kernel, other } = await Promise.any([
      first.ready.then((kernel) => ({ kernel, other: second })),
      second.ready.then((kernel) => ({ kernel, other: first })),
    ]);
    other.giveUp('another one was ready first');
    return kernel;
  } catch {
    return await first.ready;
  }
}

function beginKernel(client: JupyterClient, options: KernelOptions): KernelStart {
  let kernel: LiveKernel | undefined;
  let givenUp: string | undefined;
  const begin = async () => {
    kernel = await openKernel(client, options);
    try {
      if (givenUp !== undefined) kernel.lose(givenUp);
      await kernel.whenReady(options.limits.kernelStartMs);
      await kernel.setUp(behaviourCode());
      return kernel;
    } catch (cause) {
      kernel.lose('it did not start');
      throw cause;
    }
  };
  const ready = begin();
  // Handled also when it fails after another one was taken.
  ready.catch(() => {});
  return {
    ready,
    giveUp(reason) {
      givenUp = reason;
      kernel?.lose(reason);
    },
  };
}

/** Whether a start has come to nothing yet after `lateMs`. */
async function isLate({ ready }: KernelStart, lateMs: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, lateMs, true);
  const settled = () => false;
  return Promise.race([late, ready.then(settled, settled)]).finally(() => clearTimeout(timer));
}
