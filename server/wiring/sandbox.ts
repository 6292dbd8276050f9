/** What the sandbox is told by the options, and what it tells the front door. */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Codemode } from '../codemode/codemode.ts';
import { CommandError } from '../command-error.ts';
import type { Options } from '../options.ts';
import type { SandboxRequest } from '../sandbox/sandbox-settings.ts';

/** Where the containers of a pod share files, when there is such a folder. */
const SHARED_CODE_FOLDER = '/mnt/shared-agent/generated';

/** Where agents run code before anybody has said so by a call. */
export function toSandboxRequest({ 'sandbox-variant': variant, 'jupyter-sandbox': url }: Options): SandboxRequest {
  const isJupyter = variant === undefined ? url !== undefined : variant.endsWith('jupyter');
  if (isJupyter && url === undefined)
    throw new CommandError('--sandbox-variant local-jupyter needs --jupyter-sandbox URL');
  if (!isJupyter && url !== undefined)
    throw new CommandError('--jupyter-sandbox needs --sandbox-variant local-jupyter, or none');
  return isJupyter ? { variant: 'local-jupyter', jupyter_url: url } : { variant: 'local-eval' };
}

/** The same for each run on a data folder, so that a run finds the kernels that the one before left behind. */
export function ownerOf(dataFolder: string): string {
  return createHash('sha256').update(`${hostname()}:${dataFolder}`).digest('hex').slice(0, 16);
}

/** A folder that the containers of a pod share wins over the data folder. */
export function defaultCodeFolder(dataFolder: string): string {
  return existsSync(SHARED_CODE_FOLDER) ? SHARED_CODE_FOLDER : join(dataFolder, 'generated');
}

/** Kernels have a token of their own, which is good for tool calls and for nothing else. */
export function identifySandbox(codemode: Codemode, operation: string, authorization: unknown): string | undefined {
  const agentId = operation === 'mcpProxy.call' ? codemode.findCaller(authorization) : undefined;
  return agentId && `sandbox of ${agentId}`;
}
