import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Agents } from '../agents/agents.ts';
import { CommandError } from '../command-error.ts';
import type { Log } from '../http/log.ts';
import type { Publish } from '../live-events/publish.ts';
import type { Options } from '../options.ts';
import type { CallWatch } from '../runs/call-watch.ts';
import type { Runs } from '../runs/runs.ts';
import { createSandboxHandlers } from '../sandbox/sandbox-handlers.ts';
import { SandboxManager } from '../sandbox/sandbox-manager.ts';
import type { SandboxStart } from '../sandbox/sandbox-pool.ts';
import type { SandboxRequest } from '../sandbox/sandbox-settings.ts';
import { ServiceSandboxes } from '../sandbox/service-sandboxes.ts';
import { SharedSettings } from '../sandbox/shared-settings.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import type { CodemodeParts } from './codemode.ts';
import type { SharedRecords } from './shared-records.ts';

interface SandboxesOptions {
  readonly options: Options;
  readonly agents: Agents;
  readonly codemode: CodemodeParts;
  readonly shared: SharedRecords;
  readonly secrets: SecretBox | undefined;
  readonly runs: Runs;
  readonly log: Log;
  readonly publish: Publish;
  /** Told of each start of an interpreter. */
  readonly onStart: (start: SandboxStart) => void;
  readonly watchRequest: () => CallWatch;
}

/** Opens the sandboxes of the agents. Nothing runs in them yet. */
export async function openSandboxes({
  options,
  agents,
  codemode,
  shared: { desires, asks, replica },
  secrets,
  runs,
  log,
  watchRequest,
  ...told
}: SandboxesOptions) {
  const dataFolder = options['data-dir'];
  const sandboxes = new SandboxManager({
    cacheFolder: join(dataFolder, 'cache'),
    owner: ownerOf(dataFolder),
    localEvalEngine: options['local-eval-engine'],
    host: codemode.host,
    log: (message) => log.warn(message),
    keepsElsewhere: (tenant) => service.keepsElsewhere(tenant),
    ...told,
  });
  const service: ServiceSandboxes = new ServiceSandboxes({ manager: sandboxes, asks, replica });
  agents.onChange(({ id, status, isForeign }) => {
    if (status === 'deleted' && isForeign) void sandboxes.closeAgent(id);
  });
  await sandboxes.sweep();
  const started = toSandboxRequest(options);
  await sandboxes.configure(started);
  const settings = new SharedSettings({
    manager: sandboxes,
    started,
    useProxy: (url) => codemode.host.useProxy(url),
    desires,
    secrets,
    log: (message) => log.warn(message),
  });
  await settings.open();
  return {
    sandboxes,
    settings,
    handlers: {
      sandbox: createSandboxHandlers({
        manager: sandboxes,
        service,
        configure: (request) => settings.configure(request),
        requireAgent: (id) => agents.get(id),
        isDraining: () => runs.isDraining,
        watchRequest,
      }),
    },
    /** Begins what a first execution would wait for, where all agents write code. */
    prepare() {
      if (options.codemode) sandboxes.prepare().catch((cause) => log.warn({ err: cause }, 'the sandbox is not ready'));
    },
    close: () => sandboxes.close(),
  };
}

/** Where agents run code before anybody has said so by a call. Throws one sentence when the options contradict each other. */
export function toSandboxRequest({ 'sandbox-variant': variant, 'jupyter-sandbox': url }: Options): SandboxRequest {
  const isJupyter = variant === undefined ? url !== undefined : variant.endsWith('jupyter');
  if (isJupyter && url === undefined)
    throw new CommandError('--sandbox-variant local-jupyter needs --jupyter-sandbox URL');
  if (!isJupyter && url !== undefined)
    throw new CommandError('--jupyter-sandbox needs --sandbox-variant local-jupyter, or none');
  return isJupyter ? { variant: 'local-jupyter', jupyter_url: url } : { variant: 'local-eval' };
}

/** Names this server to Jupyter: the same for each run on a data folder, so that one finds the kernels that the one before left behind. */
function ownerOf(dataFolder: string): string {
  return createHash('sha256').update(`${hostname()}:${dataFolder}`).digest('hex').slice(0, 16);
}
