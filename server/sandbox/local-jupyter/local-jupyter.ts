import { ApiError } from '../../call/errors.ts';
import type { Execution, PythonModules, RunOptions, Sandbox } from '../sandbox.ts';
import { toStartError } from './jupyter-errors.ts';
import { KernelExecution } from './kernel-execution.ts';
import { environmentCode, modulesCode } from './kernel-setup.ts';
import type { LiveKernel } from './live-kernel.ts';
import { type KernelOptions, loadJupyterClient } from './open-kernel.ts';
import { openReadyKernel } from './ready-kernel.ts';

/** A kernel of a Jupyter server, used by one agent from its start to its death. */
export class LocalJupyter implements Sandbox {
  readonly variant = 'local-jupyter';
  readonly #options: KernelOptions;
  #starting: Promise<void> | undefined;
  #isStarting = false;
  #kernel: LiveKernel | undefined;
  #isClosed = false;

  constructor(options: KernelOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#isStarting || (this.#kernel !== undefined && !this.#kernel.isLost);
  }

  async start(): Promise<void> {
    this.#starting ??= this.#start().finally(() => {
      this.#isStarting = false;
    });
    await this.#starting;
    await this.#kernel?.whenConnected();
  }

  async run(code: string, options: RunOptions): Promise<Execution> {
    const kernel = await this.#startedKernel();
    return new KernelExecution({ kernel, limits: this.#options.limits, run: options }).run(code);
  }

  async setModules(modules: PythonModules): Promise<void> {
    await (await this.#startedKernel()).setUp(modulesCode(modules));
  }

  async setEnvironment(variables: Readonly<Record<string, string>>): Promise<void> {
    await (await this.#startedKernel()).setUp(environmentCode(variables));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#starting?.catch(() => {});
    this.#kernel?.lose('the sandbox was closed');
    await this.#kernel?.whenEnded();
  }

  /** Does nothing: the kernel is no process of this machine's, and the next run of this server ends it. */
  kill(): void {}

  async #start(): Promise<void> {
    this.#isStarting = true;
    const { address, log } = this.#options;
    const client = await loadJupyterClient(log);
    try {
      this.#kernel = await openReadyKernel(client, this.#options);
    } catch (cause) {
      throw toStartError(address, cause);
    }
    if (this.#isClosed) this.#kernel.lose('the sandbox was closed');
  }

  async #startedKernel(): Promise<LiveKernel> {
    await this.start();
    if (!this.#kernel || this.#kernel.isLost) throw new ApiError('sandbox-unavailable', 'The kernel has ended');
    return this.#kernel;
  }
}
