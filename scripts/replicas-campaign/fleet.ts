/** Several servers on one PostgreSQL, each behind a proxy of its own whose connections to it can be broken. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DroppingProxy, startDroppingProxy } from '../dropping-proxy.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { type ServerProcess, startServerProcess } from '../server-process.ts';
import type { PlannedModel } from './model.ts';
import type { NotedTools } from './tools.ts';

/** What a replica is at the moment; `gone`: it has ended, as it was asked to. */
type ReplicaState = 'up' | 'stopped' | 'draining' | 'killed' | 'gone';

/** One server process. */
export interface Replica {
  /** Such as `b2`: the third that was started in its place. */
  readonly name: string;
  readonly place: number;
  readonly server: ServerProcess;
  /** Between it and PostgreSQL. */
  readonly proxy: DroppingProxy;
  /** How the rows name it. */
  readonly id: string;
  state: ReplicaState;
  /** When it was killed, or ended, on the clock of `Date`. */
  endedAt?: number;
}

interface FleetOptions {
  /** Where everything is kept; to be empty. */
  readonly folder: string;
  readonly replicas: number;
  readonly model: PlannedModel;
  readonly tools: NotedTools;
  /** The file Node runs; absent: the sources of this repository. */
  readonly entry?: string | undefined;
}

/** The agents of the campaign; the runs of the second go on elsewhere when their process is gone. */
export const AGENT = 'campaign';
export const DURABLE_AGENT = 'campaign-durable';
/** How long a replica that is told to end lets its runs go on, in seconds. */
const GRACE_S = 4;
const START_MS = 120_000;
const READY_LOOK_MS = 50;
const MCP_SERVER = 'campaign';

/** The servers and their database. */
export class Fleet implements AsyncDisposable {
  readonly postgres: PostgresServer;
  /** The database, past all proxies. */
  readonly databaseUrl: string;
  /** All that were ever started. */
  readonly all: Replica[] = [];
  readonly #options: FleetOptions;
  readonly #proxies: readonly DroppingProxy[];
  readonly #stack: AsyncDisposableStack;
  readonly #starts: number[];
  /** Whether the servers know agents whose runs are durable. */
  hasDurable = false;

  private constructor(
    options: FleetOptions,
    opened: Pick<Fleet, 'postgres' | 'databaseUrl'> & {
      readonly proxies: readonly DroppingProxy[];
      readonly stack: AsyncDisposableStack;
    },
  ) {
    this.#options = options;
    this.postgres = opened.postgres;
    this.databaseUrl = opened.databaseUrl;
    this.#proxies = opened.proxies;
    this.#stack = opened.stack;
    this.#starts = opened.proxies.map(() => 0);
  }

  /** Starts everything. The tables are there then, and the agent. */
  static async open(options: FleetOptions): Promise<Fleet> {
    await using stack = new AsyncDisposableStack();
    const folder = join(options.folder, 'postgres');
    await mkdir(folder, { recursive: true });
    // What is killed here is the server and not the machine: what it has given to the system is not lost.
    const settings = { fsync: 'off', max_connections: '200' };
    const postgres = stack.use(await startPostgres({ folder, settings }));
    const databaseUrl = await postgres.createDatabase('campaign');
    const proxies: DroppingProxy[] = [];
    for (let place = 0; place < options.replicas; place++)
      proxies.push(stack.use(await startDroppingProxy(databaseUrl)));
    const config = { mcpServers: { [MCP_SERVER]: { url: options.tools.url } } };
    await writeFile(join(options.folder, 'mcp.json'), JSON.stringify(config));
    const fleet = new Fleet(options, { postgres, databaseUrl, proxies, stack: stack.move() });
    try {
      // The first makes the agents, and the others find them.
      const first = await fleet.start(0);
      await fleet.#makeAgent(first, AGENT);
      const { durable } = await fleet.#makeAgent(first, DURABLE_AGENT, { durable: true });
      fleet.hasDurable = durable === true;
      await Promise.all(proxies.slice(1).map((_, index) => fleet.start(index + 1)));
      return fleet;
    } catch (cause) {
      await fleet[Symbol.asyncDispose]();
      throw cause;
    }
  }

  /** Those that a balancer would ask. */
  get up(): Replica[] {
    return this.all.filter(({ state }) => state === 'up');
  }

  /** Starts one in a place where none is any more, and resolves once it is ready. */
  async start(place: number): Promise<Replica> {
    const proxy = this.#proxies[place];
    if (!proxy) throw new Error(`there is no place ${place}`);
    const starts = (this.#starts[place] ?? 0) + 1;
    this.#starts[place] = starts;
    const name = `${'abcdefgh'[place]}${starts}`;
    const { folder, model, entry } = this.#options;
    const server = await startServerProcess({
      args: [
        ...['--database-url', proxy.url, '--data-dir', join(folder, `data-${place}`)],
        ...['--mcp-config', join(folder, 'mcp.json'), '--model', model.model],
        ...['--rate-limit', '1000000/min', '--shutdown-grace', String(GRACE_S), '--log-format', 'json'],
      ],
      environment: { PATH: process.env.PATH, HOME: folder, ...model.environment },
      startMs: START_MS,
      ...(entry !== undefined && { entry }),
    });
    await untilReady(server);
    const replica: Replica = { name, place, server, proxy, id: idIn(server.output()), state: 'up' };
    this.all.push(replica);
    return replica;
  }

  /** Ends one with kill -9. */
  kill(replica: Replica): void {
    replica.state = 'killed';
    replica.endedAt = Date.now();
    replica.server.kill('SIGKILL');
  }

  /** Lets one stand still, or go on. */
  stop(replica: Replica): void {
    replica.state = 'stopped';
    replica.server.kill('SIGSTOP');
  }

  goOn(replica: Replica): void {
    replica.server.kill('SIGCONT');
    replica.state = 'up';
  }

  /** Tells one to end, and resolves with its exit code once it has. */
  async drain(replica: Replica): Promise<number | null> {
    replica.state = 'draining';
    replica.server.kill('SIGTERM');
    const code = await replica.server.ended;
    replica.state = 'gone';
    replica.endedAt = Date.now();
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { server } of this.all) server.kill('SIGKILL');
    await Promise.all(this.all.map(({ server }) => server.ended));
    await this.#stack.disposeAsync();
  }

  async #makeAgent({ server }: Replica, id: string, more: object = {}): Promise<{ readonly durable?: unknown }> {
    const response = await fetch(`${server.url}/api/v1/agents`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        id,
        selected_mcp_servers: [{ id: MCP_SERVER, origin: 'config' }],
        approvals: { tools: ['*guarded'] },
        max_steps: 50,
        ...more,
      }),
      signal: AbortSignal.timeout(START_MS),
    });
    if (response.status !== 201) throw new Error(`no agent: ${response.status} ${await response.text()}`);
    return Object(await response.json());
  }
}

/** How a process names itself in the rows, as it has logged. */
function idIn(output: string): string {
  const id = /"replica":"([^"]+)"[^\n]*share the database/.exec(output)?.[1];
  if (id === undefined) throw new Error(`a server that shares nothing: ${output.slice(-2000)}`);
  return id;
}

async function untilReady({ url, output }: ServerProcess): Promise<void> {
  for (const deadline = performance.now() + START_MS; performance.now() < deadline; ) {
    const { status } = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(START_MS) });
    if (status === 200) return;
    await sleep(READY_LOOK_MS);
  }
  throw new Error(`A server is not ready: ${output().slice(-2000)}`);
}
