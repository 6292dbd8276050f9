import { parseArgs } from 'node:util';

/** What a cluster is to be. */
export interface ClusterOptions {
  readonly replicas: number;
  /** The port of the balancer; undefined: the usual one, or any when that is taken. */
  readonly port: number | undefined;
  /** Where everything is kept; undefined: nothing is. */
  readonly dataFolder: string | undefined;
  /** Whether a replica that has ended is started again. */
  readonly isRestarted: boolean;
}

/** The text of `--help`. */
export const clusterHelp = `Usage: npm run cluster -- [options]

Starts replicas of the server, a PostgreSQL that they share and a balancer before them, for trying it on this machine.

  --replicas N       how many, from 1 to 20 (3)
  --port PORT        port of the balancer (8765, or any free one when that is taken)
  --data-dir FOLDER  where everything is kept; absent: in a temporary folder, which goes at the end
  --restart          start a replica again that has ended
  --help             print this`;

/** Reads the command line. Throws one sentence about what is wrong with it. */
export function readClusterOptions(args: readonly string[]): ClusterOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      replicas: { type: 'string', default: '3' },
      port: { type: 'string' },
      'data-dir': { type: 'string' },
      restart: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    replicas: numberFrom(1, 20, '--replicas', values.replicas),
    port: values.port === undefined ? undefined : numberFrom(0, 65_535, '--port', values.port),
    dataFolder: values['data-dir'],
    isRestarted: values.restart,
  };
}

function numberFrom(least: number, most: number, name: string, text: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new Error(`${name} must be a whole number from ${least} to ${most}`);
}
