/**
 * The second phase of a pod: waits until the server and Jupyter answer, then has the server start the MCP servers of its agents, run
 * code in Jupyter and rebuild the tools of code. Does nothing to what is so already, so it may run again at any time.
 * With `--watch` it stays, and does it again after the server was restarted. Needs Node alone.
 */
import { setTimeout as sleep } from 'node:timers/promises';

const { env } = process;
const server = new URL(env.AGENT_RUNTIMES_URL || 'http://127.0.0.1:8765').origin;
const jupyter = new URL(env.JUPYTER_URL || 'http://127.0.0.1:2300');
const token = env.JUPYTER_TOKEN ?? '';
const proxy = env.AGENT_RUNTIMES_MCP_PROXY_URL || `${server}/api/v1/mcp/proxy`;
const timeoutMs = Number(env.COMPANION_TIMEOUT || 900) * 1000;
const watchMs = Number(env.COMPANION_INTERVAL || 10) * 1000;
/** The variables of this process that MCP servers are to have. */
const passedOn = (env.COMPANION_ENV_VARS ?? '').split(',').filter((name) => name.trim());

/** What waiting does not change, such as a wrong token. */
class Refused extends Error {}

/** The answer to a request that succeeds. Throws `Refused` when it never will. */
async function ask(
  url: string,
  { bearer = '', body, seconds = 60 }: { bearer?: string; body?: unknown; seconds?: number },
) {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(bearer && { authorization: bearer }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    redirect: 'error',
    signal: AbortSignal.timeout(seconds * 1000),
  });
  const text = await response.text();
  if (response.ok) return Object(JSON.parse(text));
  const isFinal = response.status >= 400 && response.status < 500 && ![408, 425, 429].includes(response.status);
  const message = `${new URL(url).pathname} answered ${response.status}: ${text.slice(0, 500)}`;
  throw isFinal ? new Refused(message) : new Error(message);
}

/** Tries until it succeeds, with growing pauses, and says once what it waits for. */
async function persist<Result>(what: string, attempt: () => Promise<Result>): Promise<Result> {
  const deadline = performance.now() + timeoutMs;
  for (let pauseMs = 100, isTold = false; ; pauseMs = Math.min(pauseMs * 2, 5000)) {
    try {
      return await attempt();
    } catch (cause) {
      if (cause instanceof Refused || performance.now() + pauseMs > deadline) throw cause;
      if (!isTold) console.log(`waiting for ${what}: ${reasonOf(cause)}`);
      isTold = true;
      await sleep(pauseMs);
    }
  }
}

const reasonOf = (cause: unknown): string => {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  return inner instanceof Error ? inner.message || inner.name : String(inner);
};

const key = env.AGENT_RUNTIMES_API_KEY ? `Bearer ${env.AGENT_RUNTIMES_API_KEY}` : '';
const sandbox = () => ask(`${server}/api/v1/agents/sandbox/status`, { bearer: key });
const shownJupyter = jupyter.origin + jupyter.pathname.replace(/\/+$/, '');

/** Brings everything up; returns what the server says about it. */
async function bootstrap(): Promise<string> {
  await persist('the server', () => ask(`${server}/api/v1/health`, {}));
  await persist('Jupyter', () => ask(`${shownJupyter}/api/status`, { bearer: token && `token ${token}` }));
  const url = new URL(jupyter);
  if (token) url.searchParams.set('token', token);
  const body = {
    env_vars: passedOn.flatMap((name) => {
      const value = env[name.trim()];
      return value === undefined ? [] : [{ name: name.trim(), value }];
    }),
    jupyter_sandbox: url.href,
    mcp_proxy_url: proxy,
  };
  const answer = await persist('the MCP servers', () =>
    ask(`${server}/api/v1/agents/mcp-servers/start`, { bearer: key, body, seconds: 300 }),
  );
  for (const { server_id, error } of answer.failed_servers) console.log(`${server_id} did not start: ${error}`);
  return answer.message;
}

async function isDone(): Promise<boolean> {
  const { variant, jupyter_url } = await sandbox();
  return variant === 'local-jupyter' && jupyter_url === shownJupyter;
}

try {
  console.log(await bootstrap());
  while (process.argv.includes('--watch')) {
    await sleep(watchMs);
    // While the server is away there is nothing to do: it is asked again in a moment.
    if (!(await isDone().catch(() => true))) console.log(await bootstrap());
  }
} catch (cause) {
  console.error(`companion: ${reasonOf(cause)}`);
  process.exitCode = 1;
}
