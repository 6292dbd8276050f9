import { ApiError } from '../../call/errors.ts';
import type { SandboxLimits } from '../limits.ts';
import { OutputLog } from '../output-log.ts';
import type { Execution, PythonModules, RunOptions, Sandbox } from '../sandbox.ts';
import type { StopReason } from '../stop-error.ts';
import type { JupyterSettings, SupervisedKernel } from './jupyter-client.ts';
import { toStartError } from './jupyter-errors.ts';
import type { JupyterAddress } from './jupyter-url.ts';
import { isCoroutine, isError, takeOutput, toExecution, toPythonError } from './kernel-output.ts';
import type { KernelOwner } from './kernel-owner.ts';
import { endSession, sweepSessions } from './kernel-sessions.ts';
import { awaitCode, behaviourCode, environmentCode, modulesCode } from './kernel-setup.ts';

const FIRST_PROBE_MS = 300;
const PROBE_MS = 1500;
const SETUP_MS = 30_000;
const FLOOD_FACTOR = 20;

interface LocalJupyterOptions {
  readonly limits: SandboxLimits;
  readonly address: JupyterAddress;
  readonly kernels: KernelOwner;
  readonly log: (message: string) => void;
}

/** A started kernel. */
interface Live {
  readonly kernel: SupervisedKernel;
  readonly sessionId: string;
  readonly settings: JupyterSettings;
  /** Resolves with the reason when the kernel is given up. */
  readonly lost: Promise<string>;
}

/** A kernel of a Jupyter server, used by one agent from its start to its death. */
export class LocalJupyter implements Sandbox {
  readonly variant = 'local-jupyter';
  readonly #options: LocalJupyterOptions;
  #starting: Promise<void> | undefined;
  #live: Live | undefined;
  #lose: (reason: string) => void = () => {};
  #ending: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: LocalJupyterOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#live !== undefined;
  }

  async start(): Promise<void> {
    this.#starting ??= this.#start();
    await this.#starting;
    await this.#whenConnected();
  }

  async run(code: string, options: RunOptions): Promise<Execution> {
    await this.start();
    const live = this.#live;
    if (!live) throw new ApiError('sandbox-unavailable', 'The kernel has ended');
    const { limits } = this.#options;
    const output = new OutputLog(limits, options.onOutput);
    let stopped: StopReason | 'output' | undefined;
    let forced: NodeJS.Timeout | undefined;
    const stop = (reason: StopReason | 'output') => {
      if (stopped) return;
      stopped = reason;
      interruptKernel(live.kernel).catch(() => {});
      forced = setTimeout(() => this.#lose('it did not react to the interrupt'), limits.kernelGraceMs);
    };
    const timer = setTimeout(() => stop('timeout'), options.timeoutMs);
    const interrupt = () => stop('cancelled');
    options.signal.addEventListener('abort', interrupt, { once: true });
    let error: Execution['error'] = null;
    const isQuiet = code.trimEnd().endsWith(';');
    let isWaiting = false;
    const execute = async (source: string): Promise<void> => {
      const request = live.kernel.requestExecute({
        code: source,
        silent: false,
        store_history: false,
        allow_stdin: false,
        // Else the kernel silently drops what it is sent within a moment after an error. Executions come one by one anyway.
        stop_on_error: false,
      });
      request.onIOPub = (message) => {
        if (isError(message)) error = toPythonError(message.content);
        else if (isCoroutine(message) && !isQuiet) isWaiting = true;
        else takeOutput(message, output, isQuiet);
        if (output.dropped > limits.maxOutput * FLOOD_FACTOR) stop('output');
      };
      const { content } = await request.done;
      if (content.status === 'aborted') throw new Error('the kernel dropped the execution');
    };
    if (options.signal.aborted) interrupt();
    try {
      const done = execute(code).then(async () => {
        if (isWaiting && !stopped) await execute(awaitCode);
        return undefined;
      });
      // Handled also when the loss of the kernel wins the race.
      done.catch(() => {});
      const reason = await Promise.race([done, live.lost]);
      return toExecution({ output, error, stopped, lossReason: reason, timeoutMs: options.timeoutMs });
    } catch {
      this.#lose('the kernel dropped the execution');
      const reason = await live.lost;
      return toExecution({ output, error, stopped, lossReason: reason, timeoutMs: options.timeoutMs });
    } finally {
      clearTimeout(timer);
      clearTimeout(forced);
      options.signal.removeEventListener('abort', interrupt);
    }
  }

  async setModules(modules: PythonModules): Promise<void> {
    await this.#runSetup(modulesCode(modules));
  }

  async setEnvironment(variables: Readonly<Record<string, string>>): Promise<void> {
    await this.#runSetup(environmentCode(variables));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#starting?.catch(() => {});
    this.#lose('the sandbox was closed');
    await this.#ending;
  }

  /** The kernel is not ours to signal; the next run of this server sweeps it. */
  kill(): void {}

  async #start(): Promise<void> {
    const { address, kernels, limits, log } = this.#options;
    const { KernelAPI, SessionAPI, SupervisedKernel, routeConsole, toJupyterSettings } = await import(
      './jupyter-client.ts'
    );
    routeConsole(log);
    const settings = toJupyterSettings(address, () => this.#lose('a message of the kernel was larger than 16 MB'));
    try {
      if (kernels.shallSweep(address.baseUrl)) await sweepSessions(SessionAPI, kernels, settings);
      const path = kernels.newPath();
      const session = await SessionAPI.startSession(
        { name: path, path, type: 'console', kernel: { name: 'python3' } },
        settings,
      );
      if (!session.kernel) throw new ApiError('sandbox-unavailable', 'The Jupyter server started no kernel');
      const kernel = new SupervisedKernel({
        model: session.kernel,
        serverSettings: settings,
        handleComms: false,
        username: 'agent-runtimes',
      });
      const { promise: lost, resolve } = Promise.withResolvers<string>();
      const live: Live = { kernel, sessionId: session.id, settings, lost };
      this.#live = live;
      this.#lose = (reason) => {
        if (this.#live !== live) return;
        this.#live = undefined;
        resolve(reason);
        kernel.dispose();
        this.#ending = endSession(SessionAPI, live.sessionId, settings).catch((error: unknown) =>
          log(`A kernel could not be ended: ${error instanceof Error ? error.message : error}`),
        );
      };
      this.#supervise(live, (id) => KernelAPI.getKernelModel(id, settings));
      await this.#whenReady(live, limits.kernelStartMs);
      await this.#setUp(live, behaviourCode);
    } catch (cause) {
      this.#lose('it did not start');
      throw toStartError(address, cause);
    }
    if (this.#isClosed) this.#lose('the sandbox was closed');
  }

  async #whenReady({ kernel, lost }: Live, startMs: number): Promise<void> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new ApiError('sandbox-unavailable', `The kernel was not ready within ${startMs / 1000} s`)),
      startMs,
    );
    const failed = lost.then((reason) => {
      throw new ApiError('sandbox-unavailable', `The kernel did not start: ${reason}`);
    });
    // The handshake alone never settles when the token is refused on the WebSocket.
    await Promise.race([kernel.info, late, failed]).finally(() => clearTimeout(timer));
  }

  /** Gives the kernel up when it has died, is gone from the server, or its server stays away. */
  #supervise({ kernel, lost }: Live, findModel: (id: string) => Promise<unknown>): void {
    kernel.statusChanged.connect((_kernel, status) => {
      if (status === 'autorestarting' || status === 'dead' || status === 'terminating') this.#lose('the kernel died');
    });
    let probing: NodeJS.Timeout | undefined;
    const probe = async (since: number): Promise<void> => {
      let isThere = true;
      try {
        isThere = (await findModel(kernel.id)) !== undefined;
        if (isThere && !kernel.isDisposed && kernel.connectionStatus !== 'connected') void kernel.reconnect();
      } catch {
        if (performance.now() - since > this.#options.limits.serverLostMs) {
          this.#lose('the Jupyter server is out of reach');
        }
      }
      if (!isThere) this.#lose('the kernel is gone from the Jupyter server');
      if (!kernel.isDisposed && kernel.connectionStatus !== 'connected') {
        probing = setTimeout(() => probe(since), PROBE_MS).unref();
      }
    };
    kernel.connectionStatusChanged.connect((_kernel, status) => {
      clearTimeout(probing);
      if (status === 'connected' || kernel.isDisposed) return;
      probing = setTimeout(() => probe(performance.now()), FIRST_PROBE_MS).unref();
    });
    void lost.then(() => clearTimeout(probing));
  }

  /** Waits out a cut connection: until it is back, or the kernel is given up. */
  async #whenConnected(): Promise<void> {
    const live = this.#live;
    if (!live || live.kernel.connectionStatus === 'connected') return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const listen = () => {
      if (live.kernel.connectionStatus === 'connected') resolve();
    };
    live.kernel.connectionStatusChanged.connect(listen);
    await Promise.race([promise, live.lost]);
    if (!live.kernel.isDisposed) live.kernel.connectionStatusChanged.disconnect(listen);
  }

  async #runSetup(code: string): Promise<void> {
    await this.start();
    const live = this.#live;
    if (!live) throw new ApiError('sandbox-unavailable', 'The kernel has ended');
    await this.#setUp(live, code);
  }

  async #setUp(live: Live, code: string): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<string>();
    const timer = setTimeout(() => resolve('it took too long'), SETUP_MS);
    const done = live.kernel
      .requestExecute({ code, silent: true, store_history: false, allow_stdin: false })
      .done.then(({ content }) => (content.status === 'ok' ? undefined : 'it raised an exception'))
      .catch(() => 'the kernel dropped it');
    const failure = await Promise.race([done, live.lost, late]).finally(() => clearTimeout(timer));
    if (failure !== undefined) throw new ApiError('sandbox-unavailable', `The kernel could not be set up: ${failure}`);
  }
}

/** Older kernels take note of an interrupt while code awaits something, but go on sleeping until a message wakes them: any will do. */
async function interruptKernel(kernel: SupervisedKernel): Promise<void> {
  await kernel.interrupt();
  await kernel.requestKernelInfo();
}
