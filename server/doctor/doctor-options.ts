/** What the doctor is told on its command line: the options of the server it is to look at, and a few of its own. */
import { helpText, type Options, readOptions } from '../options.ts';

const OWN = {
  '--network': 'ask the providers whose keys are set whether they take them, and for the time',
  '--no-mcp': 'do not start the servers of the MCP config',
  '--no-sandbox': 'do not start an interpreter',
  '--json': 'print one JSON object',
} as const;

/** How the doctor is run. */
export interface DoctorOptions {
  readonly options: Options;
  /** The flags on the command line, without their values. */
  readonly flags: ReadonlySet<string>;
  readonly mayAskNetwork: boolean;
  readonly mayStartMcpServers: boolean;
  readonly mayStartSandbox: boolean;
  readonly asJson: boolean;
}

/** Reads the arguments behind `doctor`. Throws one sentence about a wrong one. */
export function readDoctorOptions(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): DoctorOptions | { readonly print: 'help' | 'version' } {
  const read = readOptions(
    args.filter((arg) => !(arg in OWN)),
    environment,
  );
  if ('print' in read) return read;
  return {
    options: read,
    flags: new Set(args.filter((arg) => arg.startsWith('--')).map((arg) => arg.split('=', 1)[0] ?? '')),
    mayAskNetwork: args.includes('--network'),
    mayStartMcpServers: !args.includes('--no-mcp'),
    mayStartSandbox: !args.includes('--no-sandbox'),
    asJson: args.includes('--json'),
  };
}

/** The text of `doctor --help`. */
export function doctorHelp(): string {
  const width = Math.max(...Object.keys(OWN).map((flag) => flag.length)) + 4;
  const [, ...options] = helpText().split('\n\nOptions');
  return [
    'Usage: agent-runtimes doctor [options]',
    '',
    'Looks at everything that a server with these options would need, and says what is amiss and what to do. Changes nothing, also',
    'beside a server that runs. Ends with 0, with 1 when something failed, with 2 when it was called wrongly.',
    '',
    ...Object.entries(OWN).map(([flag, help]) => `  ${flag.padEnd(width)}${help}`),
    '',
    `Options of the server${options.join('')}`,
  ].join('\n');
}
