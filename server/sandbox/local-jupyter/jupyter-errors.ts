import { ApiError } from '../../call/errors.ts';
import type { JupyterAddress } from './jupyter-url.ts';

/** The error for a caller when no kernel came up: it names the step that failed, and repeats nothing the server sent. */
export function toStartError({ baseUrl }: JupyterAddress, cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause;
  const server = `The Jupyter server at ${new URL(baseUrl).host}`;
  const fail = (what: string) => new ApiError('sandbox-unavailable', `${server} ${what}`, { cause });
  const response: unknown = cause instanceof Error && 'response' in cause ? cause.response : undefined;
  if (response instanceof Response) return fail(explainAnswer(response));
  return fail(
    cause instanceof TypeError && cause.message.startsWith('not reachable')
      ? `is ${cause.message}`
      : 'started no kernel',
  );
}

function explainAnswer({ status, headers }: Response): string {
  const isLogin = status >= 300 && status < 400 && /\/login/.test(headers.get('location') ?? '');
  if (status === 401 || status === 403 || isLogin) return `refused the token (HTTP ${status})`;
  if (status >= 300 && status < 400) return `answered with a redirect (HTTP ${status}), which is not followed`;
  if (status === 404) return 'has no Jupyter API at this URL (HTTP 404)';
  return `started no kernel (HTTP ${status})`;
}
