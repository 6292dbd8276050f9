/** What the command `acp` is told: which agent, where its server is, and the options of a server of its own. */
import { z } from 'zod';
import { CommandError } from '../command-error.ts';
import { helpText, type Options, readOptions } from '../options.ts';

const OWN = {
  '--agent': { value: 'ID', help: 'the agent that is spoken to' },
  '--url': {
    value: 'URL',
    help: 'a server that runs, such as http://127.0.0.1:8765; absent: the one of the data folder',
  },
  '--api-key': { value: 'KEY', help: 'its key; better given as the variable AGENT_RUNTIMES_API_KEY' },
} as const;

const ServerUrl = z.url({ protocol: /^https?$/ });

/** How the command is run. */
export interface AcpOptions {
  readonly agentId: string;
  /** Absent: the server of the data folder; where there is none, one in this process, with `options`. */
  readonly url: string | undefined;
  readonly apiKey: string | undefined;
  readonly options: Options;
}

/** Reads the arguments behind `acp`. Throws one sentence about a wrong one. */
export function readAcpOptions(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): AcpOptions | { readonly print: 'help' | 'version' } {
  const { own, others } = splitArguments(args);
  const options = readOptions(others, environment);
  if ('print' in options) return options;
  const { '--agent': agentId, '--url': url, '--api-key': apiKey = environment.AGENT_RUNTIMES_API_KEY } = own;
  if (!agentId) throw new CommandError('--agent ID is needed; see acp --help');
  if (url !== undefined && !ServerUrl.safeParse(url).success)
    throw new CommandError('--url: must be an http or https URL');
  // Whoever asks for the demo agent in an empty data folder shall have it.
  const demo = options.demo || agentId === 'demo';
  return { agentId, url, apiKey: apiKey || undefined, options: { ...options, demo } };
}

function splitArguments(args: readonly string[]) {
  const own: Partial<Record<keyof typeof OWN, string>> = {};
  const others: string[] = [];
  const rest = args.values();
  for (const arg of rest) {
    const [name = ''] = arg.split('=', 1);
    if (!isOwn(name)) {
      others.push(arg);
      continue;
    }
    const value = arg === name ? rest.next().value : arg.slice(name.length + 1);
    if (value === undefined) throw new CommandError(`${name} needs a value; see acp --help`);
    own[name] = value;
  }
  return { own, others };
}

const isOwn = (name: string): name is keyof typeof OWN => Object.hasOwn(OWN, name);

/** The text of `acp --help`. */
export function acpHelp(): string {
  const rows = Object.entries(OWN).map(([name, { value, help }]) => [`${name} ${value}`, help] as const);
  const width = Math.max(...rows.map(([flag]) => flag.length)) + 4;
  const [, ...options] = helpText().split('\n\nOptions');
  return [
    'Usage: agent-runtimes acp --agent ID [--url URL] [options]',
    '',
    'Speaks the Agent Client Protocol on its standard input and output, as editors such as Zed and those of JetBrains start it. The log',
    'goes to the standard error. Ends when its input ends. Without --url the server is the one that has the data folder, such as that of',
    'another window; where none has, the agent runs in this process.',
    '',
    ...rows.map(([flag, help]) => `  ${flag.padEnd(width)}${help}`),
    '',
    `Options of a server in this process${options.join('')}`,
  ].join('\n');
}
