import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { missingJupyter, startJupyter } from '../scripts/jupyter-server.ts';
import { codeCases, expectedOf } from './fixtures/codemode/cases.ts';
import { changes, expectTools } from './fixtures/codemode/changed-code.ts';
import { startCodingServer } from './fixtures/codemode/coding-server.ts';
import { startPlainServer } from './fixtures/plain-server.ts';

// In CI its absence is a failure.
const isSkipped = missingJupyter !== undefined && !process.env.CI;
if (isSkipped) console.warn(`Tests with a Jupyter server are skipped: ${missingJupyter}`);

// A busy machine starts an interpreter slowly.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

type Server = Awaited<ReturnType<typeof startCodingServer>>;
type Jupyter = Awaited<ReturnType<typeof startJupyter>>;

const KEY = 'operator-key-canary';
/** Python that asks this server with the token of its kernel. */
const ASK = `
import json, os, urllib.request, urllib.error
def ask(method, path, token=None, body=None):
    url = os.environ["AGENT_RUNTIMES_MCP_PROXY_URL"].replace("/mcp/proxy", path)
    token = os.environ["AGENT_RUNTIMES_MCP_PROXY_TOKEN"] if token is None else token
    headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method)) as answer:
            return [answer.status, json.loads(answer.read())]
    except urllib.error.HTTPError as error:
        return [error.code, json.loads(error.read())]
`;

describe.skipIf(isSkipped)('an agent with codemode, in Jupyter', () => {
  let jupyter: Jupyter;
  let server: Server;
  beforeAll(async () => {
    jupyter = await startJupyter();
    server = await startCodingServer({ apiKey: KEY });
    const body = { jupyter_sandbox: `${jupyter.url}?token=${jupyter.token}` };
    const answer = await server.call('POST', '/agents/mcp-servers/start', body);
    expect(answer.body).toEqual({
      agents_processed: ['coder'],
      started_servers: [],
      stopped_servers: [],
      already_running: ['typed'],
      already_stopped: [],
      failed_servers: [],
      codemode_rebuilt: true,
      env_vars_set: [],
      sandbox_configured: true,
      sandbox_variant: 'local-jupyter',
      mcp_proxy_url: `${server.url}/api/v1/mcp/proxy`,
      message: 'Started 0 server(s) across 1 agent(s), 1 already running, sandbox=local-jupyter',
    });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await jupyter[Symbol.asyncDispose]();
  });

  it.each(codeCases)('$title', async (one) => {
    expect(await server.run(one.code)).toEqual(expectedOf(one));
  });

  it.each(changes)('calls tools after its code has changed %s', async (_title, code) => {
    await expectTools(server, code, true);
    await expectTools(server, code, false);
  });

  it('ends code that waits for a tool at its time limit, and keeps its variables', async () => {
    await server.call('POST', '/agents', { id: 'waiting', enable_codemode: true, selected_mcp_servers: ['other'] });
    const first = 'from generated.mcp.other import echo, hang\nkept = await echo(text="kept")';
    expect(await server.run(first, 'waiting')).toMatchObject({ status: 'ok', error: null });
    for (const wait of ['await hang()', 'hang.sync()']) {
      expect(await server.runToLimit(wait, 'waiting')).toMatchObject({ status: 'timeout', tool_calls: 1 });
      const after = 'kept + await echo(text="!")';
      expect(await server.run(after, 'waiting')).toMatchObject({ result: { 'text/plain': "'kept!'" } });
    }
  });

  it('makes calls that are in the step of the run whose code its kernel runs', async () => {
    const code = 'from generated.mcp.typed import echo, fail\nawait echo(text="x")\nfail.sync()';
    expect(await server.tool('execute_code', { code, timeout: 60 })).toMatchObject({ is_error: true });
    expect(await server.lastCalls('coder')).toEqual([
      { by: 'model', tool: 'execute_code', server: null, status: 'failed' },
      { by: 'execute_code', tool: 'typed__echo', server: 'typed', status: 'done' },
      { by: 'execute_code', tool: 'typed__fail', server: 'typed', status: 'failed' },
    ]);
  });

  it('gives its kernel a token that calls tools of this agent and does nothing else', async () => {
    const { result } = await server.run(`${ASK}
[
    ask("POST", "/mcp/proxy/typed/tools/echo", body={"arguments": {"text": "x"}}),
    ask("POST", "/mcp/proxy/other/tools/echo", body={"arguments": {"text": "x"}})[1],
    [ask("GET", path)[0] for path in ("/agents", "/mcp/proxy/servers", "/mcp/servers", "/agents/sandbox/status")],
    ask("POST", "/agents/coder/execute", body={"code": "1"})[0],
    ask("POST", "/mcp/proxy/typed/tools/echo", token="arp_x", body={})[0],
    ask("POST", "/mcp/proxy/typed/tools/echo", token="", body={})[0],
    "${KEY}" in str(dict(os.environ)),
]`);
    expect(result?.['application/json']).toEqual([
      [200, { success: true, result: 'x', error: null, is_error: false }],
      {
        success: false,
        result: null,
        error: "This agent may not use the MCP server 'other'; it may use: ['typed']",
        is_error: true,
        kind: 'denied',
      },
      [401, 401, 401, 401],
      401,
      401,
      401,
      false,
    ]);
  });

  it('has a token that is worth nothing beside an execution, nor after its kernel', async () => {
    const { result } = await server.run('import os\nos.environ["AGENT_RUNTIMES_MCP_PROXY_TOKEN"]');
    const token = String(result?.['text/plain']).slice(1, -1);
    const call = async () => {
      const response = await fetch(`${server.url}/api/v1/mcp/proxy/typed/tools/echo`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: '{"arguments":{"text":"x"}}',
      });
      return [response.status, await response.json()];
    };
    expect(await call()).toMatchObject([200, { kind: 'denied', error: 'No execution of this agent is running' }]);
    await server.call('POST', '/agents/sandbox/restart');
    expect(await call()).toMatchObject([401, { code: 'unauthorized' }]);
    expect(await server.run('import generated')).toMatchObject({ status: 'ok' });
    expect(server.logged()).not.toContain(token);
    expect(server.logged()).not.toContain(jupyter.token);
  });

  it('sends its calls elsewhere when it is told to, and no token with them', async () => {
    await using elsewhere = await startPlainServer();
    // On this machine, but on another port than this server.
    const address = `http://127.0.0.1:${new URL(elsewhere.url).port}/proxy`;
    const body = (mcp_proxy_url: string) => ({
      jupyter_sandbox: `${jupyter.url}?token=${jupyter.token}`,
      mcp_proxy_url,
    });
    const answer = await server.call('POST', '/agents/coder/mcp-servers/start', body(address));
    expect(answer.body).toMatchObject({ mcp_proxy_url: address });
    const token = 'import os\nos.environ["AGENT_RUNTIMES_MCP_PROXY_TOKEN"]';
    expect(await server.run(token)).toMatchObject({ result: { 'text/plain': "''" } });
    await server.run('from generated.mcp.typed import echo\nawait echo(text="x")');
    expect(elsewhere.requests.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ['/proxy/typed/tools/echo', undefined],
    ]);
    const refused = await server.call('POST', '/agents/mcp-servers/start', body('file:///etc/passwd'));
    expect(refused).toMatchObject({ status: 422, body: { code: 'validation-failed' } });
    await server.call('POST', '/agents/mcp-servers/start', body(`${server.url}/api/v1/mcp/proxy`));
    expect(await server.run('from generated.mcp.typed import echo\nawait echo(text="x")')).toMatchObject({
      result: { 'text/plain': "'x'" },
    });
  });
});
