import { Mutex } from '../../async/mutex.ts';
import { settlesWithin } from '../../async/settles-within.ts';
import { type ConfigProblem, describeProblem, readConfigFile } from '../definitions/config-file.ts';
import { FileWatch } from '../definitions/config-watch.ts';
import type { ServerDefinition } from '../definitions/server-definition.ts';
import type { ServerLog } from '../processes/server-log.ts';
import type { RunningServers } from './running-servers.ts';

/** Which file is followed, and how. */
export interface ConfigServersOptions {
  readonly file: string;
  /** False: the servers are known, and run once somebody asks for them. */
  readonly startThem: boolean;
  readonly log?: ServerLog | undefined;
  readonly watchIntervalMs?: number | undefined;
}

/** A server that takes longer keeps nobody from using the others; a run that needs it waits for it. */
const FIRST_STARTS_MS = 60_000;

/** Keeps the servers of the config file known, running, and in step with the file. */
export class ConfigServers {
  readonly #servers: RunningServers;
  readonly #options: ConfigServersOptions;
  readonly #watch: FileWatch;
  readonly #aborted = new AbortController();
  #problems: readonly ConfigProblem[] = [];
  readonly #reading = new Mutex();
  #firstStarts: Promise<void> | undefined;
  #isSettled = false;

  constructor(servers: RunningServers, options: ConfigServersOptions) {
    this.#servers = servers;
    this.#options = options;
    this.#watch = new FileWatch(options.file, () => void this.reload(), { intervalMs: options.watchIntervalMs });
  }

  /** What is wrong with the file as it is now. */
  get problems(): readonly ConfigProblem[] {
    return this.#problems;
  }

  /** Whether each server has once come up or failed to, or had a minute for it. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Makes the servers of the file known, so that agents may select them; starts none and logs no problem: {@link open} does. */
  async learn(): Promise<void> {
    const { file, startThem } = this.#options;
    for (const definition of (await readConfigFile(file)).servers) {
      const server = await this.#servers.define(definition);
      if (!startThem) server.hold();
    }
  }

  /** Reads the file and begins to start its servers; resolves when they are known, not when they run. */
  async open(): Promise<void> {
    await this.#watch.start();
    await this.reload();
    const starts = Promise.all(this.#servers.list('config').map((server) => server.settled())).then(() => undefined);
    this.#firstStarts = settlesWithin(starts, FIRST_STARTS_MS).then(() => {
      this.#isSettled = true;
    });
  }

  /** Resolves when each server has once come up or failed to, or had a minute for it. */
  async settled(): Promise<void> {
    await this.#firstStarts;
  }

  /** Reads the file again: starts what is new, restarts what has changed, ends what is gone, and leaves the rest alone. */
  reload(): Promise<void> {
    return this.#reading.run(() => this.#reload());
  }

  async #reload(): Promise<void> {
    const { file, log } = this.#options;
    const { servers, problems } = await readConfigFile(file);
    if (this.#aborted.signal.aborted) return;
    for (const problem of problems) log?.warn({ file }, describeProblem(problem));
    this.#problems = problems;
    // A file that is broken as a whole says nothing about the servers it used to name.
    if (problems.some(({ entry, isNote }) => entry === undefined && !isNote) && servers.length === 0) return;
    const named = new Set([...servers.map(({ id }) => id), ...problems.map(({ entry }) => entry)]);
    const gone = this.#servers.list('config').filter(({ definition }) => !named.has(definition.id));
    await Promise.all([
      ...gone.map(({ definition }) => this.#servers.remove('config', definition.id)),
      ...servers.map((definition) => this.#apply(definition)),
    ]);
  }

  async #apply(definition: ServerDefinition): Promise<void> {
    const isNew = this.#servers.find({ id: definition.id, origin: 'config' }) === undefined;
    const server = await this.#servers.define(definition, { inBackground: true });
    if (isNew && !this.#options.startThem) server.hold();
    if (definition.enabled && this.#options.startThem && !server.isWanted && !server.isHeld) server.startInBackground();
  }

  /** Stops following the file. The servers run on. */
  close(): void {
    this.#aborted.abort();
    this.#watch.close();
  }
}
