import { variablesIn } from './expand.ts';

/** Where a server was defined. The same id may be defined in each of them. */
export type ServerOrigin = 'config' | 'custom' | 'catalog';

/** Every origin, in the order in which a bare id is looked up. */
export const ORIGINS: readonly ServerOrigin[] = ['config', 'custom', 'catalog'];

/** A program that is spoken to over its standard input and output. */
export interface StdioLaunch {
  readonly type: 'stdio';
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
}

/** A server behind a URL. */
export interface RemoteLaunch {
  /** `http` falls back to SSE when the server does not speak streamable HTTP. */
  readonly type: 'http' | 'sse';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** How a server is run or reached. Its texts may hold `${VAR}` references. */
export type Launch = StdioLaunch | RemoteLaunch;

/** What it takes to run an MCP server, as its owner wrote it. */
export interface ServerDefinition {
  readonly id: string;
  readonly origin: ServerOrigin;
  readonly name: string;
  readonly description: string;
  /** False: known, but neither started at boot nor on use. */
  readonly enabled: boolean;
  readonly launch: Launch;
  /** The variables without which it is not worth starting. */
  readonly requiredEnvVars: readonly string[];
  /** Values of variables that belong to this definition alone. They reach nobody but the server, and are stored sealed or not at all. */
  readonly withheld?: Readonly<Record<string, string>> | undefined;
  /** Such values that are stored and cannot be opened, as they are stored: their key may be there again one day. */
  readonly unopened?: Readonly<Record<string, string>> | undefined;
  /** How long one call may be silent; absent: the default. */
  readonly callTimeoutMs?: number | undefined;
}

/** Every text of a launch that may hold references. */
export function textsOf(launch: Launch): string[] {
  if (launch.type !== 'stdio') return [launch.url, ...Object.values(launch.headers)];
  return [launch.command, ...launch.args, ...Object.values(launch.env), launch.cwd ?? ''];
}

/** The same launch with each text that may hold references in its place as `change` makes it. */
export function mapTexts(launch: Launch, change: (text: string) => string): Launch {
  const changeAll = (values: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
  if (launch.type !== 'stdio')
    return { type: launch.type, url: change(launch.url), headers: changeAll(launch.headers) };
  return {
    type: 'stdio',
    command: change(launch.command),
    args: launch.args.map(change),
    env: changeAll(launch.env),
    cwd: launch.cwd === undefined ? undefined : change(launch.cwd),
  };
}

/** The variables a launch refers to and has no default for, each once, in the order of appearance. */
export function requiredVariables(launch: Launch): string[] {
  return [...new Set(textsOf(launch).flatMap((text) => variablesIn(text)))];
}
