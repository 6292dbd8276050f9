/** Times 100 calls of a real MCP tool from the code of an agent, through everything that is between them. */
import { createLog } from '../../server/http/log.ts';
import { startHttpServer } from '../../server/http/server.ts';
import { readOptions } from '../../server/options.ts';
import { createRuntime } from '../../server/wiring/runtime.ts';
import { own, ownFolder } from '../own.ts';

const IMPORT = 'import asyncio\nfrom generated.mcp.toolbox import calculate';
const calls = {
  'blocking, one by one': 'for i in range(100): calculate.sync(expression="6 * 7")',
  'awaited, one by one': 'for i in range(100): await calculate(expression="6 * 7")',
  'awaited together': 'r = await asyncio.gather(*[calculate(expression="6 * 7") for i in range(100)])',
};
const direct = 'from Node over HTTP, one by one';

/** The names of the measurements of one variant. */
export const codeCallNames = (variant: string): string[] => Object.keys(calls).map((name) => nameOf(variant, name));
/** The baseline: the same calls without any Python. */
export const DIRECT = `100 MCP calls ${direct}`;
const nameOf = (variant: string, name: string) => `100 MCP calls from ${variant}, ${name}`;

/** Runs a server of its own; `add` is told each time in milliseconds. */
export async function measureCodeCalls(
  rounds: number,
  jupyter: { readonly url: string; readonly token: string } | undefined,
  add: (name: string, ms: number) => void,
): Promise<void> {
  await using folder = await ownFolder('bench-code-calls-');
  const options = readOptions(['--port', '0', '--codemode', '--no-config-mcp-servers', '--data-dir', folder.path], {});
  if ('print' in options) throw new Error('not options');
  const runtime = await createRuntime({ options, environment: process.env, log: createLog({ level: 'silent' }) });
  await using _runtime = await own(
    () => runtime,
    () => runtime.close(),
  );
  const server = await startHttpServer(runtime.http);
  await using _server = await own(
    () => server,
    () => server.close({ graceMs: 0 }),
  );
  runtime.start(server.url);
  const post = async (path: string, body: object) => {
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = Object(await response.json());
    if (!response.ok || answer.error) throw new Error(`${path} failed: ${JSON.stringify(answer)}`);
    return answer;
  };
  const run = (code: string) => post('/agents/bench/execute', { code, timeout: 60 });
  await post('/agents', { id: 'bench', selected_mcp_servers: ['toolbox'] });
  await post('/agents/mcp-servers/start', {});
  for (const variant of jupyter ? ['local-eval', 'local-jupyter'] : ['local-eval']) {
    if (jupyter && variant === 'local-jupyter') {
      await post('/agents/mcp-servers/start', { jupyter_sandbox: `${jupyter.url}?token=${jupyter.token}` });
    }
    await run(IMPORT);
    for (let round = 0; round < rounds; round++) {
      const started = performance.now();
      for (let call = 0; call < 100; call++) {
        await post('/mcp/proxy/toolbox/tools/calculate', { arguments: { expression: '6 * 7' } });
      }
      add(DIRECT, performance.now() - started);
      for (const [name, code] of Object.entries(calls)) add(nameOf(variant, name), (await run(code)).duration_ms);
    }
  }
}
