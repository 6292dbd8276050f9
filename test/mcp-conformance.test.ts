import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { poll, startWholeServer } from './support/whole-server.ts';

const require = createRequire(import.meta.url);
const SUITE = require.resolve('@modelcontextprotocol/conformance/dist/index.js');
const EVERYTHING = require.resolve('@modelcontextprotocol/server-everything/dist/index.js');
const CLIENT = fileURLToPath(new URL('fixtures/mcp/conformance-client.ts', import.meta.url));

/** Runs a scenario of the official suite; what it says of its checks. A suite that checked nothing also passes: the count tells. */
async function run(side: 'client' | 'server', scenario: string, ...args: string[]): Promise<string> {
  const all = [SUITE, side, ...args, '--scenario', scenario, '--spec-version', '2025-11-25'];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, all, { timeout: 30_000 });
  return /Passed: .*/.exec(stdout + stderr)?.[0] ?? stdout + stderr;
}
const passed = (count: number) => `Passed: ${count}/${count}, 0 failed, 0 warnings`;

describe('the official conformance suite, for 2025-11-25', () => {
  it.each([
    ['initialize', 1],
    ['tools_call', 2],
    ['sse-retry', 3],
  ])('passes our connections as a client: %s', async (scenario, count) => {
    expect(await run('client', scenario, '--command', `${process.execPath} ${CLIENT}`)).toBe(passed(count));
  });

  it('passes the door to one server', async () => {
    await using server = await startWholeServer({
      mcpServers: { everything: { command: process.execPath, args: [EVERYTHING] } },
    });
    await poll(server, '/configure/mcp-toolsets-status', (body) => JSON.stringify(body).includes('"ready_count":1'));
    const url = `${server.url}/api/v1/mcp/servers/everything/mcp`;
    const scenarios = {
      'server-initialize': 3,
      'server-session-lifecycle': 3,
      'logging-set-level': 2,
      ping: 2,
      'tools-list': 3,
      'server-sse-multiple-streams': 2,
      'resources-list': 2,
      'resources-subscribe': 2,
      'prompts-list': 2,
      'dns-rebinding-protection': 2,
    };
    for (const [scenario, count] of Object.entries(scenarios)) {
      expect([scenario, await run('server', scenario, '--url', url)]).toEqual([scenario, passed(count)]);
    }
  }, 60_000);
});
