import { contract } from '../../contract/index.ts';
import { listEndpoints } from '../../contract/kit.ts';
import { checkAgentOptions } from '../agents/command-agent.ts';
import { readProxyUrl } from '../codemode/proxy-address.ts';
import { checkDataFolder } from '../home-folder.ts';
import { checkIsFree, checkIsGuarded } from '../http/listen.ts';
import { readRateLimits } from '../http/rate-limit.ts';
import type { Options } from '../options.ts';
import { openPrices } from '../prices/prices.ts';
import { toSettings } from '../sandbox/sandbox-settings.ts';
import { checkStore } from '../store/check-store.ts';
import { readApiKeys } from './http.ts';
import { openModels } from './models.ts';
import { toSandboxRequest } from './sandbox.ts';

/**
 * Everything that refuses a start, before anything is written: throws one sentence. `listens`: whether it is the start of a server with an address. The parts check the same again, each where it needs it:
 * what is true now may not be when they open.
 */
export async function checkOptions(
  options: Options,
  environment: NodeJS.ProcessEnv,
  { listens = true }: { readonly listens?: boolean } = {},
): Promise<void> {
  const { host, port, 'find-free-port': findFreePort, 'data-dir': dataFolder, 'mcp-proxy-url': proxyUrl } = options;
  checkAgentOptions(options);
  openModels(options, environment);
  openPrices({ file: options.prices, log: { warn() {} } });
  toSettings(toSandboxRequest(options));
  if (proxyUrl !== undefined) readProxyUrl(proxyUrl);
  readRateLimits(
    options['rate-limit'],
    [...listEndpoints(contract)].map(([name]) => name),
  );
  const apiKeys = readApiKeys(options);
  checkDataFolder(dataFolder);
  checkStore(dataFolder);
  if (!listens) return;
  checkIsGuarded(options, apiKeys);
  await checkIsFree({ host, port, findFreePort });
}
