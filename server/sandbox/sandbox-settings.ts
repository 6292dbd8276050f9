import { ApiError } from '../call/errors.ts';
import { type JupyterAddress, parseJupyterUrl, toShownUrl } from './local-jupyter/jupyter-url.ts';
import type { SandboxVariant } from './sandbox.ts';

/** Where code runs: in this server's own interpreter, or on a Jupyter server. */
export type SandboxSettings =
  | { readonly variant: 'local-eval' }
  | { readonly variant: 'local-jupyter'; readonly jupyter: JupyterAddress };

/** Settings as a caller states them. */
export interface SandboxRequest {
  readonly variant?: 'local-eval' | 'local-jupyter' | 'eval' | 'jupyter' | undefined;
  readonly jupyter_url?: string | null | undefined;
  readonly jupyter_token?: string | null | undefined;
}

/** Settings from a request; throws what a caller is told when the URL is missing or not allowed. */
export function toSettings({ variant, jupyter_url, jupyter_token }: SandboxRequest): SandboxSettings {
  if (variant === undefined || variant === 'local-eval' || variant === 'eval') return { variant: 'local-eval' };
  if (!jupyter_url) throw new ApiError('jupyter-url-required', 'jupyter_url is required when variant is local-jupyter');
  return { variant: 'local-jupyter', jupyter: parseJupyterUrl(jupyter_url, jupyter_token ?? undefined) };
}

/** Whether two settings mean the same sandbox. */
export function isSame(a: SandboxSettings, b: SandboxSettings): boolean {
  if (a.variant === 'local-eval' || b.variant === 'local-eval') return a.variant === b.variant;
  return a.jupyter.baseUrl === b.jupyter.baseUrl && a.jupyter.token === b.jupyter.token;
}

/** Settings without their secret, for anybody to see. */
export function toShown(settings: SandboxSettings): {
  variant: SandboxVariant;
  jupyter_url: string | null;
  jupyter_token_set: boolean;
} {
  return settings.variant === 'local-eval'
    ? { variant: 'local-eval', jupyter_url: null, jupyter_token_set: false }
    : {
        variant: 'local-jupyter',
        jupyter_url: toShownUrl(settings.jupyter),
        jupyter_token_set: settings.jupyter.token !== '',
      };
}
