import { contract } from '../../contract/index.ts';
import { listEndpoints } from '../../contract/kit.ts';
import { checkAgentOptions } from '../agents/command-agent.ts';
import { readProxyUrl } from '../codemode/proxy-address.ts';
import { CommandError } from '../command-error.ts';
import { checkDataFolder } from '../home-folder.ts';
import { checkIsFree, checkIsGuarded } from '../http/listen.ts';
import { readRateLimits } from '../http/rate-limit.ts';
import type { Options } from '../options.ts';
import { openPrices } from '../prices/prices.ts';
import { findUrlProblem } from '../replicas/connection.ts';
import { toSettings } from '../sandbox/sandbox-settings.ts';
import { checkStore } from '../store/check-store.ts';
import { readApiKeys } from './http.ts';
import { openModels } from './models.ts';
import { toSandboxRequest } from './sandbox.ts';
import { openSecrets } from './secrets.ts';

/** What is wrong by itself, whatever there is on this machine; each throws one sentence. */
const VALUE_CHECKS: readonly ((options: Options) => unknown)[] = [
  checkAgentOptions,
  ({ prices }) => openPrices({ file: prices, log: { warn() {} } }),
  checkDatabaseOptions,
  ({ 'mcp-proxy-url': url }) => url !== undefined && readProxyUrl(url),
  ({ 'rate-limit': rules }) =>
    readRateLimits(
      rules,
      [...listEndpoints(contract)].map(([name]) => name),
    ),
];

/** Throws one sentence about an address of a database that cannot be meant, without any of it. */
function checkDatabaseOptions(options: Options): void {
  for (const name of ['database-url', 'database-direct-url'] as const) {
    const url = options[name];
    const problem = url !== undefined && findUrlProblem(url);
    if (problem) throw new CommandError(`--${name}: ${problem}`);
  }
  if (options['database-direct-url'] !== undefined && options['database-url'] === undefined)
    throw new CommandError('--database-direct-url needs --database-url');
}

/** Why a start with these options is refused, whatever there is on this machine: one sentence each. */
export function findFaults(options: Options): string[] {
  return VALUE_CHECKS.flatMap((check) => {
    try {
      check(options);
      return [];
    } catch (cause) {
      return [cause instanceof Error ? cause.message : String(cause)];
    }
  });
}

/**
 * Everything that refuses a start, before anything is written: throws one sentence. `listens`: whether it is the start of a server with an address. The parts check the same again, each where it needs it:
 * what is true now may not be when they open.
 */
export async function checkOptions(
  options: Options,
  environment: NodeJS.ProcessEnv,
  { listens = true }: { readonly listens?: boolean } = {},
): Promise<void> {
  const { host, port, 'find-free-port': findFreePort, 'data-dir': dataFolder } = options;
  for (const check of VALUE_CHECKS) check(options);
  openModels(options, environment);
  toSettings(toSandboxRequest(options));
  const apiKeys = readApiKeys(options);
  openSecrets(options);
  checkDataFolder(dataFolder);
  checkStore(dataFolder);
  if (!listens) return;
  checkIsGuarded(options, apiKeys);
  await checkIsFree({ host, port, findFreePort });
}
