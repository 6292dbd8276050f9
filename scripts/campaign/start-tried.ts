import { join } from 'node:path';
import { ownFolder } from '../own.ts';
import { startServerProcess } from '../server-process.ts';
import { Caller } from './caller.ts';
import type { TriedServer } from './odd-case.ts';

/** How a server under trial is started. */
export interface StartTried {
  /** The file Node runs; the sources of this repository unless told otherwise. */
  readonly entry?: string | undefined;
  readonly args?: readonly string[] | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** The key with which it is asked, where `environment` sets keys. */
  readonly key?: string | undefined;
  /** Writes what is there before it starts. */
  readonly prepare?: ((home: string) => Promise<unknown>) | undefined;
  /** A home that is there already, and stays. */
  readonly home?: string;
}

/** A slow machine with other work needs its time. */
const START_MS = 120_000;

/** The arguments and variables of a server whose home is `home`. It knows no variable of this machine but the path. */
export const triedOptions = (
  home: string,
  { args = [], environment = {} }: Pick<StartTried, 'args' | 'environment'>,
) => ({
  args: ['--demo', '--rate-limit', '1000000/min', '--mcp-config', join(home, 'mcp.json'), ...args],
  environment: { PATH: process.env.PATH, HOME: home, AGENT_MODEL: 'demo:rules', ...environment },
  startMs: START_MS,
});

/** Starts the command with an empty home and the demo agent, and asks the agent a first question, which must be answered. */
export async function startTried(options: StartTried = {}): Promise<TriedServer> {
  await using stack = new AsyncDisposableStack();
  const home = options.home ?? stack.use(await ownFolder('agent-runtimes-campaign-')).path;
  await options.prepare?.(home);
  const { entry, key } = options;
  const server = stack.use(await startServerProcess({ ...triedOptions(home, options), ...(entry && { entry }) }));
  const caller = new Caller({ url: server.url, key });
  // The demo agent has its tools before its first question, however slow the machine.
  await caller.ask('POST', '/agents/demo/mcp-servers/start', {});
  const problem = await askDemo(caller, 'known');
  if (problem) throw new Error(`The server answers nobody: ${problem}; it said: ${server.output().slice(-1000)}`);
  const owned = stack.move();
  return { url: server.url, key, home, output: server.output, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Asks the demo agent what it can answer. What came, when that is wrong. */
export async function askDemo(caller: Caller, conversation?: string): Promise<string | undefined> {
  const body = { message: 'What is 17 * 23?', ...(conversation && { conversation_id: conversation }) };
  const { status, text, events } = await caller.stream('/agents/demo/prompt', body);
  const said = events.map(({ type, content }) => (type === 'text' ? content : '')).join('');
  return said.includes('391') && events.at(-1)?.type === 'done' ? undefined : `${status} ${text.slice(-300)}`;
}
