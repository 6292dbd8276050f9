import { SilenceTimer } from '../../async/silence-timer.ts';
import { ApiError } from '../../call/errors.ts';
import type { SupervisedKernel } from './jupyter-client.ts';

interface LiveKernelOptions {
  readonly connection: SupervisedKernel;
  /** Ends the kernel on its server. */
  readonly end: () => Promise<void>;
  readonly log: (message: string) => void;
}

// Far more than a kernel takes, on a tenth of a core too: a kernel tells nothing while it works on a request.
const SETUP_MS = 120_000;
/** How long a kernel may take to start, in times that it may be silent. */
const MAX_SILENCES = 10;

/** A kernel of a Jupyter server, from its start to the moment it is given up. */
export class LiveKernel {
  readonly connection: SupervisedKernel;
  readonly #options: LiveKernelOptions;
  readonly #lost = Promise.withResolvers<string>();
  #isLost = false;
  #ending: Promise<void> | undefined;

  constructor(options: LiveKernelOptions) {
    this.#options = options;
    this.connection = options.connection;
  }

  get isConnected(): boolean {
    return this.connection.connectionStatus === 'connected';
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** Resolves with the reason when the kernel is given up. */
  get lost(): Promise<string> {
    return this.#lost.promise;
  }

  /** Gives the kernel up and ends it in the background; the first reason counts. */
  lose(reason: string): void {
    if (this.#isLost) return;
    const { end, log } = this.#options;
    this.#isLost = true;
    this.#lost.resolve(reason);
    this.connection.dispose();
    this.#ending = end().catch((error: unknown) =>
      log(`A kernel could not be ended: ${error instanceof Error ? error.message : error}`),
    );
  }

  /** Resolves once a kernel that was given up has ended, or could not be ended. */
  async whenEnded(): Promise<void> {
    await this.#ending;
  }

  /** Waits for a kernel that starts; rejects when it is lost first, or is silent for longer than `silenceMs`. */
  async whenReady(silenceMs: number): Promise<void> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    using silence = new SilenceTimer({
      allowedMs: silenceMs,
      totalMs: silenceMs * MAX_SILENCES,
      onSilence: (ms) =>
        reject(new ApiError('sandbox-unavailable', `The kernel was not ready, and silent, for ${ms / 1000} s`)),
    });
    const heard = () => silence.heard();
    this.connection.statusChanged.connect(heard);
    this.connection.connectionStatusChanged.connect(heard);
    const failed = this.lost.then((reason) => {
      throw new ApiError('sandbox-unavailable', `The kernel did not start: ${reason}`);
    });
    // The handshake alone never settles when the token is refused on the WebSocket.
    await Promise.race([this.connection.info, late, failed]).finally(() => {
      if (this.connection.isDisposed) return;
      this.connection.statusChanged.disconnect(heard);
      this.connection.connectionStatusChanged.disconnect(heard);
    });
  }

  /** Waits out a cut connection: until it is back, or the kernel is given up. */
  async whenConnected(): Promise<void> {
    if (this.#isLost || this.isConnected) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const listen = () => {
      if (this.isConnected) resolve();
    };
    this.connection.connectionStatusChanged.connect(listen);
    await Promise.race([promise, this.lost]);
    if (!this.connection.isDisposed) this.connection.connectionStatusChanged.disconnect(listen);
  }

  /** Runs code of ours, unseen by the agent; rejects when it fails. */
  async setUp(code: string): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<string>();
    const timer = setTimeout(() => resolve('it took too long'), SETUP_MS);
    const done = this.connection
      .requestExecute({ code, silent: true, store_history: false, allow_stdin: false })
      .done.then(({ content }) => (content.status === 'ok' ? undefined : 'it raised an exception'))
      .catch(() => 'the kernel dropped it');
    const failure = await Promise.race([done, this.lost, late]).finally(() => clearTimeout(timer));
    if (failure !== undefined) throw new ApiError('sandbox-unavailable', `The kernel could not be set up: ${failure}`);
  }
}
