import type { SecretBox } from '../../secrets/secret-box.ts';
import type { ServerDefinition, ServerOrigin } from '../definitions/server-definition.ts';
import type { Variables } from '../processes/launch.ts';
import type { ServerLog } from '../processes/server-log.ts';
import type { SupervisedServer } from './supervised-server.ts';

interface Desire {
  readonly body: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** What all processes of a service are to do, by name. */
export interface SharedDesires {
  readonly names: readonly string[];
  find(name: string): Desire | undefined;
  put(name: string, toDesire: (before: Desire | undefined) => Desire): Promise<Desire>;
  delete(name: string): Promise<void>;
  /** Calls `listener` with each that another process has stored. */
  onForeign(listener: (name: string, desire: Desire) => void): () => void;
}

/** Where wishes are shared, and how the variables that come with them are stored. */
export interface WishOptions {
  /** Absent: this process is the only one. */
  readonly desires?: SharedDesires | undefined;
  /** Absent: variables stay with the process that was given them. */
  readonly secrets?: SecretBox | undefined;
  readonly log?: ServerLog | undefined;
}

type FindServer = (reference: { readonly id: string; readonly origin: ServerOrigin }) => SupervisedServer | undefined;

/**
 * Starts and stops servers because somebody named them. Where several processes are one service, each of them does so, also one that
 * starts later, by what was said last. Each has a process of its own of a server, and a start that fails here may go well elsewhere.
 */
export class ServerWishes {
  readonly #options: WishOptions;
  readonly #find: FindServer;

  constructor(find: FindServer, options: WishOptions) {
    this.#find = find;
    this.#options = options;
    options.desires?.onForeign((name, desire) => this.#apply(name, desire));
  }

  /** Runs a server, with variables for it alone; says whether it ran with them before. Throws why it could not. */
  async start(server: SupervisedServer, variables: Variables): Promise<'running' | 'started'> {
    const wished = await this.#put(server, 'start', variables);
    try {
      return await server.startByName(variables);
    } finally {
      this.#complyAgain(nameOf(server.definition), wished);
    }
  }

  /** Ends a server; it then waits to be started by name. */
  async stop(server: SupervisedServer): Promise<void> {
    const wished = await this.#put(server, 'stop');
    try {
      await server.stopByName();
    } finally {
      this.#complyAgain(nameOf(server.definition), wished);
    }
  }

  /** Keeps a server that does not run here from being started by mere use. */
  async hold(server: SupervisedServer): Promise<void> {
    const wished = await this.#put(server, 'stop');
    server.hold();
    this.#complyAgain(nameOf(server.definition), wished);
  }

  /** Begins to start a server that was stopped, as one that is enabled. */
  async resume(server: SupervisedServer): Promise<void> {
    const wished = await this.#put(server, 'start');
    server.startInBackground();
    this.#complyAgain(nameOf(server.definition), wished);
  }

  /** Takes back what was said of a server: it is disabled, or gone. */
  async forget({ id, origin }: WishedServer): Promise<void> {
    await this.#options.desires?.delete(nameOf({ id, origin }));
  }

  /** Whether a server is stopped for all processes of the service. */
  isStopped(definition: WishedServer): boolean {
    return this.#options.desires?.find(nameOf(definition))?.body.wish === 'stop';
  }

  /** Whether somebody wants a server to run: here, or on all processes of the service, though it may not run here. */
  isWanted(server: SupervisedServer): boolean {
    return server.isWanted || this.#options.desires?.find(nameOf(server.definition))?.body.wish === 'start';
  }

  /** Begins to start what others have named before this process was there. */
  startWished(): void {
    const { desires } = this.#options;
    for (const name of desires?.names ?? []) {
      const desire = desires?.find(name);
      if (desire?.body.wish === 'start') this.#apply(name, desire);
    }
  }

  async #put(
    { definition: { id, origin } }: SupervisedServer,
    wish: 'start' | 'stop',
    variables: Variables = {},
  ): Promise<Desire | undefined> {
    return this.#options.desires?.put(nameOf({ id, origin }), (before) => {
      // They are kept until it is stopped.
      const kept = wish === 'start' ? before?.secrets : undefined;
      return { body: { wish }, secrets: { ...kept, ...this.#seal({ id, origin }, variables) } };
    });
  }

  /** Does what was asked for last, if that is something else than what was done now: both may have been done at once. */
  #complyAgain(name: string, done: Desire | undefined): void {
    const desire = this.#options.desires?.find(name);
    if (desire && desire !== done) this.#apply(name, desire);
  }

  #apply(name: string, desire: Desire): void {
    const [prefix, origin, ...rest] = name.split('/');
    if (prefix !== PREFIX || !isOrigin(origin)) return;
    const of = { id: rest.join('/'), origin };
    const server = this.#find(of);
    if (!server) return;
    const { body, secrets } = desire;
    const done = body.wish === 'stop' ? server.stopByName() : server.startByName(this.#open(of, secrets));
    done
      // Its status says so, too.
      .catch((err) => this.#options.log?.warn({ mcp_server: of.id, err }, 'What was asked for elsewhere failed here'))
      .finally(() => this.#complyAgain(name, desire));
  }

  #seal(of: WishedServer, variables: Variables): Record<string, string> {
    const { secrets } = this.#options;
    const values = Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
    return secrets
      ? Object.fromEntries(values.map(({ name, value }) => [name, secrets.seal(value, purposeOf(of, name))]))
      : {};
  }

  #open(of: WishedServer, sealed: Desire['secrets']): Variables {
    const opened = Object.entries(sealed).map(
      ([name, text]) => [name, this.#options.secrets?.open(text, purposeOf(of, name))] as const,
    );
    return Object.fromEntries(opened.filter(([, value]) => value !== undefined));
  }
}

type WishedServer = Pick<ServerDefinition, 'id' | 'origin'>;

const PREFIX = 'mcp-server';
const nameOf = ({ id, origin }: WishedServer) => `${PREFIX}/${origin}/${id}`;
const purposeOf = ({ id, origin }: WishedServer, variable: string) =>
  JSON.stringify(['variable of a started server', origin, id, variable]);
const isOrigin = (text: string | undefined): text is ServerOrigin =>
  text === 'config' || text === 'custom' || text === 'catalog';
