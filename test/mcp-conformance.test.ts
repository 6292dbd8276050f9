import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './support/temporary-folder.ts';
import { poll, startWholeServer } from './support/whole-server.ts';

const SUITE = createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/dist/index.js');
const fixture = (name: string) => fileURLToPath(new URL(`fixtures/mcp-conformance/${name}`, import.meta.url));
const REVISION = '2025-11-25';

/** How many checks each scenario makes. */
const SERVER_SCENARIOS = {
  'server-initialize': 3,
  'logging-set-level': 2,
  ping: 2,
  'completion-complete': 2,
  'tools-list': 3,
  'tools-call-simple-text': 2,
  'tools-call-image': 2,
  'tools-call-audio': 2,
  'tools-call-embedded-resource': 2,
  'tools-call-mixed-content': 2,
  'tools-call-with-logging': 2,
  'tools-call-error': 2,
  'tools-call-with-progress': 2,
  'tools-call-sampling': 2,
  'tools-call-elicitation': 2,
  'elicitation-sep1034-defaults': 6,
  'server-sse-multiple-streams': 2,
  'elicitation-sep1330-enums': 6,
  'resources-list': 2,
  'resources-read-text': 2,
  'resources-read-binary': 2,
  'resources-templates-read': 2,
  'resources-subscribe': 2,
  'resources-unsubscribe': 2,
  'prompts-list': 2,
  'prompts-get-simple': 2,
  'prompts-get-with-args': 2,
  'prompts-get-embedded-resource': 2,
  'prompts-get-with-image': 2,
  'dns-rebinding-protection': 2,
  'server-session-lifecycle': 3,
  'json-schema-2020-12': 8,
  'server-sse-polling': 2,
};

const CLIENT_SCENARIOS = {
  initialize: 1,
  tools_call: 2,
  'sse-retry': 3,
  'json-schema-2020-12-preservation': 9,
};

/** What the suite prints, from a run on this Node and this machine alone. */
async function runSuite(...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [SUITE, ...args], {
    timeout: 90_000,
    maxBuffer: 64 * 1024 * 1024,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE },
  });
  return stdout + stderr;
}

// A scenario that checks nothing passes too, so what it has checked is what counts.
describe(`the official conformance suite, revision ${REVISION}`, () => {
  it('passes the door to one server in every server scenario', async () => {
    await using folder = await temporaryFolder();
    const server = {
      command: process.execPath,
      args: [fixture('server.mjs')],
      env: { NODE_COMPILE_CACHE: folder.path },
    };
    await using whole = await startWholeServer({ mcpServers: { fixture: server } });
    await poll(whole, '/mcp/servers/fixture', (body) => JSON.stringify(body).includes('"status":"running"'));
    const url = `${whole.url}/api/v1/mcp/servers/fixture/mcp`;
    const output = await runSuite('server', '--url', url, '--requirements', REVISION);
    const passed = [...output.matchAll(/^✓ ([\w-]+): (\d+) passed, 0 failed$/gm)];
    expect(Object.fromEntries(passed.map(([, scenario, count]) => [scenario, Number(count)]))).toEqual(
      SERVER_SCENARIOS,
    );
    expect(output).toContain('Total: 83 passed, 0 failed');
    expect(output).not.toMatch(/^✗|warnings? [1-9]/m);
    console.log(`door: 83 of 83 checks in ${passed.length} server scenarios`);
  }, 90_000);

  // The auth scenarios are for clients that sign in by OAuth; ours sends the headers it is given. The one on defaults of
  // elicitation is for clients that can be asked; ours says that it cannot.
  it.concurrent.each(Object.entries(CLIENT_SCENARIOS))(
    'passes our connections as a client: %s',
    async (scenario, count) => {
      const client = `${process.execPath} ${fixture('client.ts')}`;
      const output = await runSuite('client', '--command', client, '--scenario', scenario, '--spec-version', REVISION);
      expect(/^Passed: .*/m.exec(output)?.[0]).toBe(`Passed: ${count}/${count}, 0 failed, 0 warnings`);
      expect(output).not.toMatch(/CLIENT (TIMED OUT|EXITED)/);
      console.log(`client: ${count} of ${count} checks in ${scenario}`);
    },
    60_000,
  );
});
