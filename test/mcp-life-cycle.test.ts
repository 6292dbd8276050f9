import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { nameProcess } from '../server/async/process-name.ts';
import { createRedactor } from '../server/mcp/definitions/secrets.ts';
import type { ServerDefinition } from '../server/mcp/definitions/server-definition.ts';
import { pidSpace } from '../server/mcp/processes/proc.ts';
import { StartTurns } from '../server/mcp/processes/start-turns.ts';
import { DEFAULT_LIMITS } from '../server/mcp/servers/connection-limits.ts';
import { describeFailure } from '../server/mcp/servers/describe-failure.ts';
import { defaultBackoffMs } from '../server/mcp/servers/restarts.ts';
import { startForgetfulServer } from './fixtures/mcp/forgetful-server.ts';
import { childPids, createServers, FIXTURE, fixtureServer, isAlive, openFiles, until } from './support/mcp-servers.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const signal = AbortSignal.timeout(60_000);
const grace = { input: 100, term: 200 };
const fixtureLaunch = (...args: string[]) => ({
  type: 'stdio' as const,
  command: process.execPath,
  args: [FIXTURE, ...args],
  env: {},
});
const text = (value: string) => ({ content: [{ type: 'text', text: value }], isError: false });

describe('a server that runs', () => {
  it('lists its tools, answers calls, and is gone after a stop', async () => {
    await using servers = createServers();
    const server = await servers.define(fixtureServer('a'));
    expect([server.status, server.tools]).toEqual(['stopped', []]);
    await server.start({ keepTrying: false });
    const { pid } = server;
    expect(server.status).toBe('running');
    expect(server.tools.map(({ name }) => name)).toContain('echo');
    expect(await server.call('echo', { text: 'hi' }, { signal })).toEqual(text('hi'));
    await server.stop();
    expect([server.status, server.tools, isAlive(pid ?? 0)]).toEqual(['stopped', [], false]);
    await expect(server.call('echo', {}, { signal })).rejects.toMatchObject({ code: 'mcp-server-not-running' });
  });

  it('answers with its own errors as results', async () => {
    await using servers = createServers();
    const server = await servers.define(fixtureServer('a'));
    await server.start({ keepTrying: false });
    expect(await server.call('fail', {}, { signal })).toEqual({ ...text('It did not work'), isError: true });
    expect(await server.call('nonsense', {}, { signal })).toMatchObject({ isError: true });
  });

  it.each([-32000, -32001])(
    'answers with error %i as with any other, though the SDK has a meaning for it',
    async (code) => {
      await using servers = createServers();
      const server = await servers.define(fixtureServer('a'));
      await server.start({ keepTrying: false });
      const { pid } = server;
      const refused = { ...text(`MCP error ${code}: I refuse`), isError: true };
      expect(await server.call('refuse', { text: String(code) }, { signal })).toEqual(refused);
      expect([server.status, server.pid]).toEqual(['running', pid]);
    },
  );

  it('has its own variables and a few safe ones, and no other of this process', async () => {
    await using servers = createServers({
      environment: {
        PATH: process.env.PATH,
        HTTPS_PROXY: 'http://proxy:1',
        TAVILY_API_KEY: 'k',
        SECRET: 's',
        NODE_OPTIONS: '',
      },
    });
    const server = await servers.define(
      fixtureServer('a', 'good', {
        launch: {
          type: 'stdio',
          command: process.execPath,
          args: [FIXTURE],
          // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference
          env: { MINE: '${TAVILY_API_KEY}!' },
        },
      }),
    );
    await server.start({ variables: { GIVEN: 'g' }, keepTrying: false });
    const [part] = (await server.call('env', {}, { signal })).content;
    const { PATH, ...rest } = JSON.parse(part?.type === 'text' ? part.text : '');
    expect(PATH).toBe(process.env.PATH);
    expect(rest).toEqual({ HTTPS_PROXY: 'http://proxy:1', MINE: 'k!', GIVEN: 'g' });
    expect(process.env.GIVEN).toBeUndefined();
  });

  it('that prints junk on its standard output is understood all the same', async () => {
    await using servers = createServers();
    const server = await servers.define(fixtureServer('a', 'junk'));
    await server.start({ keepTrying: false });
    expect(await server.call('echo', { text: 'hi' }, { signal })).toEqual(text('hi'));
    expect(server.stderrLines(10).join('\n')).toContain('[on standard output] Starting up...');
  });

  it('lists tools over several pages, and with one cursor for ever', async () => {
    await using servers = createServers();
    const [pages, endless] = await Promise.all([
      servers.define(fixtureServer('pages', 'pages')),
      servers.define(fixtureServer('endless', 'endless')),
    ]);
    await Promise.all([pages.start({ keepTrying: false }), endless.start({ keepTrying: false })]);
    expect(pages.tools.map(({ name }) => name)).toEqual(['tool-0', 'tool-1', 'tool-2', 'tool-3', 'tool-4']);
    expect(endless.tools.map(({ name }) => name)).toEqual(['again']);
  });

  it('of an npx package that is pinned and installed starts without npx', async () => {
    await using home = await temporaryFolder();
    const specifier = '@scope/mcp-fixture@1.2.3';
    const modules = join(home.path, '.npm', '_npx', 'f342ad2c6e0e8266', 'node_modules');
    await mkdir(join(modules, '@scope', 'mcp-fixture'), { recursive: true });
    await mkdir(join(modules, '.bin'));
    const manifest = { name: '@scope/mcp-fixture', version: '1.2.3', bin: { 'mcp-fixture': 'index.js' } };
    await writeFile(join(modules, '@scope', 'mcp-fixture', 'package.json'), JSON.stringify(manifest));
    const program = `#!/bin/sh\nexec ${process.execPath} ${FIXTURE} "$@"\n`;
    await writeFile(join(modules, '.bin', 'mcp-fixture'), program, { mode: 0o755 });
    const npx = (...args: string[]) =>
      fixtureServer(args.join(), '', { launch: { type: 'stdio', command: 'npx', args, env: { HOME: home.path } } });
    await using servers = createServers({ environment: { PATH: home.path } });
    const installed = await servers.define(npx('-y', specifier, 'pages'));
    await installed.start({ keepTrying: false });
    expect(installed.tools.length).toBe(5);
    for (const other of [npx('-y', '@scope/mcp-fixture@1.2.4'), npx('-y', '@scope/mcp-fixture')]) {
      const server = await servers.define(other);
      await expect(server.start({ keepTrying: false })).rejects.toThrow("has no command 'npx'");
    }
  });

  it('that is still to be downloaded says so in its log while it starts', async () => {
    await using bin = await temporaryFolder();
    const program = `#!/bin/sh\nread go\nexec ${process.execPath} ${FIXTURE}\n`;
    await writeFile(join(bin.path, 'npx'), program, { mode: 0o755 });
    await using servers = createServers({ environment: { PATH: `${bin.path}:${process.env.PATH}` } });
    const launch = { type: 'stdio' as const, command: 'npx', args: ['-y', 'some-server'], env: {} };
    const server = await servers.define(fixtureServer('a', '', { launch }));
    const started = server.start({ keepTrying: false });
    await until(() => server.stderrLines(1).length > 0, 'it says something');
    expect([server.status, server.stderrLines(9)]).toEqual([
      'starting',
      ['[npx first downloads what is not on this machine: this can take a minute]'],
    ]);
    await server.stop();
    await expect(started).rejects.toThrow('was stopped while it started');
  });

  it.skipIf(process.platform !== 'linux')('that computes for longer than it may be silent is waited for', async () => {
    await using servers = createServers({ limits: { ...DEFAULT_LIMITS, startTimeoutMs: 1000, graceMs: grace } });
    const server = await servers.define(fixtureServer('a', '', { launch: fixtureLaunch('busy', '3000') }));
    await server.start({ keepTrying: false });
    expect(server.status).toBe('running');
  });

  it('that speaks for longer than it may be silent is waited for', async () => {
    await using servers = createServers({ limits: { ...DEFAULT_LIMITS, startTimeoutMs: 1000, graceMs: grace } });
    const server = await servers.define(fixtureServer('a', '', { launch: fixtureLaunch('chatty', '3000') }));
    await server.start({ keepTrying: false });
    expect(server.status).toBe('running');
  });

  it('that takes a while to answer is waited for, and delays no other', async () => {
    await using folder = await temporaryFolder();
    await using servers = createServers();
    const mayAnswer = join(folder.path, 'may-answer');
    const args = [FIXTURE, 'late', mayAnswer];
    const launch = { type: 'stdio' as const, command: process.execPath, args, env: {} };
    const [slow, quick] = [
      await servers.define(fixtureServer('slow', '', { launch })),
      await servers.define(fixtureServer('quick')),
    ];
    const started = slow.start({ keepTrying: false });
    await quick.start({ keepTrying: false });
    expect([slow.status, quick.status]).toEqual(['starting', 'running']);
    await writeFile(mayAnswer, '');
    await started;
    expect([slow.status, slow.tools.length]).toEqual(['running', 9]);
  });

  it('that changes its tools is asked for them again', async () => {
    await using servers = createServers();
    const server = await servers.define(fixtureServer('a'));
    await server.start({ keepTrying: false });
    const { revision } = servers;
    await server.call('grow', {}, { signal });
    await until(() => server.tools.some(({ name }) => name === 'grown'), 'the new tool is listed');
    expect(servers.revision).toBeGreaterThan(revision);
  });
});

describe('a call', () => {
  it('of a server that is silent for too long times out; progress keeps it alive', async () => {
    await using servers = createServers({ limits: { ...DEFAULT_LIMITS, callTimeoutMs: 600, graceMs: grace } });
    const server = await servers.define(fixtureServer('a'));
    await server.start({ keepTrying: false });
    const [hang, slow] = await Promise.allSettled([
      server.call('hang', {}, { signal }),
      server.call('slow', {}, { signal }),
    ]);
    expect(hang).toMatchObject({ status: 'rejected', reason: { code: 'mcp-server-timeout', status: 504 } });
    expect(slow).toMatchObject({ status: 'fulfilled', value: text('slow but steady') });
    expect(server.status).toBe('running');
  });

  it('has an upper bound whatever progress it reports', async () => {
    await using servers = createServers({
      limits: { ...DEFAULT_LIMITS, callTimeoutMs: 400, callTotalMs: 400, graceMs: grace },
    });
    const server = await servers.define(fixtureServer('a'));
    await server.start({ keepTrying: false });
    await expect(server.call('slow', {}, { signal })).rejects.toMatchObject({ code: 'mcp-server-timeout' });
  });

  it('ends at once when it is aborted, with the reason given', async () => {
    await using servers = createServers();
    const server = await servers.define(fixtureServer('a'));
    await server.start({ keepTrying: false });
    const abort = new AbortController();
    const call = server.call('hang', {}, { signal: abort.signal });
    abort.abort(new Error('no longer wanted'));
    await expect(call).rejects.toThrow('no longer wanted');
    expect(await server.call('echo', { text: 'hi' }, { signal })).toEqual(text('hi'));
  });

  it('whose answer is over the limit of a message fails, and the server lives on', async () => {
    await using servers = createServers();
    const server = await servers.define(fixtureServer('a'));
    await server.start({ keepTrying: false });
    const result = await server.call('huge', { text: String(50 * 1024 * 1024) }, { signal });
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result.content)).toMatch(/The result was dropped: 52428\d+ bytes are over the limit/);
    expect(await server.call('echo', { text: 'hi' }, { signal })).toEqual(text('hi'));
  });

  it('during which the server dies fails within a second, and the server comes back by itself', async () => {
    await using servers = createServers();
    const server = await servers.define(fixtureServer('a'));
    await server.start({ keepTrying: false });
    const { pid } = server;
    const started = performance.now();
    await expect(server.call('die', {}, { signal })).rejects.toMatchObject({
      code: 'mcp-server-failed',
      message: "MCP server 'a' was ended by SIGKILL during the call of 'die'",
    });
    expect(performance.now() - started).toBeLessThan(1000);
    expect(server.status).toBe('restarting');
    expect(server.tools.length).toBeGreaterThan(0);
    // A call in between waits for the restart.
    expect(await server.call('echo', { text: 'back' }, { signal })).toEqual(text('back'));
    expect(server.status).toBe('running');
    expect(server.pid).not.toBe(pid);
  });
});

describe('a server that lives on but', () => {
  it.each([
    ['hears nothing', ['deafen', 'echo'], "MCP server 'a' closed its standard input during the call of 'echo'"],
    ['cannot answer', ['mute'], "MCP server 'a' closed its standard output during the call of 'mute'"],
  ])('%s is ended and started anew', async (_name, tools, message) => {
    await using servers = createServers();
    const server = await servers.define(fixtureServer('a'));
    await server.start({ keepTrying: false });
    const { pid = 0 } = server;
    const calls = tools.map((tool) => () => server.call(tool, {}, { signal }));
    const last = calls.pop();
    for (const call of calls) await call();
    await expect(last?.()).rejects.toMatchObject({ code: 'mcp-server-failed', message });
    await until(() => !isAlive(pid), 'it is gone');
    expect(await server.call('echo', { text: 'back' }, { signal })).toEqual(text('back'));
  });
});

describe('a server that dies', () => {
  it.each([
    ['again and again waits longer each time', 60_000, [0, 1, 2]],
    ['after it has been healthy is brought back at once', 0, [0, 0, 0]],
  ])('%s', async (_name, healthyMs, expected) => {
    const waits: number[] = [];
    const backoffMs = (failures: number) => {
      waits.push(failures);
      return 1;
    };
    await using servers = createServers({ healthyMs, backoffMs });
    const server = await servers.define(fixtureServer('a'));
    await server.start({ keepTrying: false });
    for (const _death of expected) {
      await expect(server.call('die', {}, { signal })).rejects.toMatchObject({ code: 'mcp-server-failed' });
    }
    expect(waits).toEqual(expected);
  });
});

describe('a server that cannot start', () => {
  const failWith = async (definition: ServerDefinition, change = {}) => {
    await using servers = createServers({
      limits: { ...DEFAULT_LIMITS, startTimeoutMs: 10_000, graceMs: grace },
      ...change,
    });
    const server = await servers.define(definition);
    const before = childPids().length;
    await expect(server.start({ keepTrying: false })).rejects.toThrow();
    expect(server.status).toBe('failed');
    expect(childPids().length).toBe(before);
    return server.error;
  };
  const command = (name: string): ServerDefinition =>
    fixtureServer('a', '', { launch: { type: 'stdio', command: name, args: [], env: {} } });

  it('says how it ended and what it said last', async () => {
    expect(await failWith(fixtureServer('a', 'exit'))).toBe(
      "MCP server 'a' exited with code 3: The licence of this server has expired",
    );
  });

  it('says what was wrong in it, not where its stack was', async () => {
    const args = ['/no/such/server.js'];
    const missing = fixtureServer('a', '', { launch: { type: 'stdio', command: process.execPath, args, env: {} } });
    expect(await failWith(missing)).toBe(
      "MCP server 'a' exited with code 1: Error: Cannot find module '/no/such/server.js' | code: 'MODULE_NOT_FOUND', | requireStack: []",
    );
  });

  it('says so when it never answers', async () => {
    const limits = { ...DEFAULT_LIMITS, startTimeoutMs: 400, graceMs: grace };
    expect(await failWith(fixtureServer('a', 'silent'), { limits })).toBe(
      "MCP server 'a' gave no sign of life for 0.4 s",
    );
  });

  it('says so when it shows life for ever and never answers', async () => {
    const limits = { ...DEFAULT_LIMITS, startTimeoutMs: 400, startTotalMs: 1000, graceMs: grace };
    expect(await failWith(fixtureServer('a', '', { launch: fixtureLaunch('chatty', '600000') }), { limits })).toMatch(
      /^MCP server 'a' did not answer within 1 s: still at it/,
    );
  });

  it('says so when there is no such command', async () => {
    expect(await failWith(command('no-such-command'))).toBe("MCP server 'a' has no command 'no-such-command'");
  });

  it('names the variables that are not set, and never starts', async () => {
    const definition = fixtureServer('a', 'good', { requiredEnvVars: ['A_KEY', 'B_KEY', 'C_KEY'] });
    expect(await failWith(definition, { environment: { B_KEY: 'b' } })).toBe(
      "MCP server 'a' needs A_KEY, C_KEY to be set",
    );
  });

  it('for want of a variable does once it is given', async () => {
    await using servers = createServers();
    const server = await servers.define(fixtureServer('a', 'good', { requiredEnvVars: ['KEY'] }));
    await expect(server.start({ keepTrying: true })).rejects.toThrow("MCP server 'a' needs KEY to be set");
    await server.start({ variables: { KEY: 'k' }, keepTrying: true });
    expect([server.status, server.error]).toEqual(['running', undefined]);
  });

  it('never shows half of a secret where its reason is cut', () => {
    const before = 'x'.repeat(290);
    const reason = describeFailure(new Error(`${before} canary-secret`), createRedactor(['canary-secret']));
    expect(reason).toBe(`failed (${before} ***)`);
  });

  it('never shows a secret it was given', async () => {
    const echoes = fixtureServer('a', '', {
      launch: {
        type: 'stdio',
        command: process.execPath,
        args: ['-e', 'const { KEY, STORE, MODEL } = process.env; console.error(KEY, STORE, MODEL); process.exit(1)'],
        env: { STORE: 'postgres://me:CANARY@localhost/db', MODEL: 'sk-CANARY-0123456789' },
      },
    });
    await using servers = createServers();
    const server = await servers.define(echoes);
    await expect(server.start({ variables: { KEY: 'tvly-CANARY' }, keepTrying: false })).rejects.toThrow();
    expect(server.error).toBe("MCP server 'a' exited with code 1: *** postgres://***@localhost/db ***");
  });

  it('is tried again with growing waits for as long as it is wanted, and runs as soon as it can', async () => {
    await using folder = await temporaryFolder();
    const waits: number[] = [];
    const flag = join(folder.path, 'may-run');
    await using servers = createServers({
      backoffMs: (failures) => {
        waits.push(failures);
        return 1;
      },
    });
    const script = `if (!require('fs').existsSync(${JSON.stringify(flag)})) process.exit(1); import(${JSON.stringify(FIXTURE)})`;
    const server = await servers.define(
      fixtureServer('a', '', {
        launch: { type: 'stdio', command: process.execPath, args: ['-e', script], env: {} },
      }),
    );
    await expect(server.start({ keepTrying: true })).rejects.toThrow();
    await until(() => waits.length >= 3, 'it was tried again');
    await writeFile(flag, '');
    await until(() => server.status === 'running', 'it runs');
    expect(waits.slice(0, 3)).toEqual([1, 2, 3]);
  });

  it('is tried again after 0, 1, 2, 4 … 30 seconds, give or take a quarter', () => {
    expect(defaultBackoffMs(0)).toBe(0);
    for (const [failures, seconds] of [
      [1, 1],
      [2, 2],
      [3, 4],
      [5, 16],
      [6, 30],
      [100, 30],
    ] as const) {
      const waits = Array.from({ length: 50 }, () => defaultBackoffMs(failures) / 1000);
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(seconds * 0.75);
      expect(Math.max(...waits)).toBeLessThanOrEqual(seconds * 1.25);
    }
  });
});

describe('many at once', () => {
  it('50 starts of one server start it once', async () => {
    await using servers = createServers();
    const server = await servers.define(fixtureServer('a'));
    const before = childPids().length;
    const starts = Array.from({ length: 50 }, () => server.start({ keepTrying: false }));
    await until(() => childPids().length > before, 'a child is there');
    await Promise.all(starts);
    expect(childPids().length).toBe(before + 1);
    expect(new Set([server.pid, ...childPids().slice(before)]).size).toBe(1);
  });

  it('a stop in the middle of a start ends it, and the next start runs', async () => {
    await using servers = createServers();
    const server = await servers.define(fixtureServer('a'));
    const before = childPids().length;
    const start = server.start({ keepTrying: false });
    start.catch(() => undefined);
    await until(() => childPids().length > before, 'a child is there');
    const stop = server.stop();
    const again = server.start({ keepTrying: false });
    await expect(start).rejects.toThrow("MCP server 'a' was stopped while it started");
    await stop;
    await again;
    expect(server.status).toBe('running');
    expect(childPids().length).toBe(before + 1);
  });

  it('one that is disabled while it is started anew does not start', async () => {
    await using servers = createServers();
    const server = await servers.define(fixtureServer('a'));
    await server.start({ keepTrying: false });
    const { definition } = server;
    const changed = servers.define({ ...definition, name: 'Renamed' });
    await servers.define({ ...definition, enabled: false });
    await changed;
    expect([server.status, server.definition.enabled]).toEqual(['stopped', false]);
  });

  it.each(['removed', 'stopped by name'])('one that is %s while it is started anew does not start', async (how) => {
    await using servers = createServers();
    const server = await servers.define(fixtureServer('a'));
    await server.start({ keepTrying: false });
    const before = childPids().length;
    const changed = servers.define({ ...server.definition, name: 'Renamed' });
    await (how === 'removed' ? servers.remove('custom', 'a') : server.stopByName());
    await changed;
    await server.settled();
    expect([server.status, server.isHeld, childPids().length]).toEqual(['stopped', true, before - 1]);
  });

  it('one that is stopped while it is started by name with other variables does not start', async () => {
    await using servers = createServers();
    const server = await servers.define(fixtureServer('a', 'good', { requiredEnvVars: ['KEY'] }));
    await server.startByName({ KEY: 'old' });
    const started = server.startByName({ KEY: 'new' });
    const refused = expect(started).rejects.toMatchObject({ code: 'mcp-start-failed' });
    await server.stopByName();
    await refused;
    expect([server.status, server.isHeld]).toEqual(['stopped', true]);
  });

  it('a start with variables is not lost in one that began without them', async () => {
    await using servers = createServers({ environment: { PATH: process.env.PATH, KEY: 'old' } });
    const server = await servers.define(fixtureServer('a', 'good', { requiredEnvVars: ['KEY'] }));
    const first = server.start({ keepTrying: true });
    first.catch(() => undefined);
    const starts = Array.from({ length: 5 }, () => server.startByName({ KEY: 'new' }));
    expect(await Promise.all(starts)).toEqual(['started', 'started', 'started', 'started', 'started']);
    expect(JSON.stringify(await server.call('env', {}, { signal }))).toContain('\\"KEY\\":\\"new\\"');
  });

  it('50 starts and stops leave no process and no open file', async () => {
    await using servers = createServers();
    const server = await servers.define(fixtureServer('a'));
    await server.start({ keepTrying: false });
    await server.stop();
    const before = { children: childPids().length, files: openFiles() };
    for (let cycle = 0; cycle < 50; cycle++) {
      await server.start({ keepTrying: false });
      await server.stop();
    }
    expect({ children: childPids().length, files: openFiles() }).toEqual(before);
  });

  it('start a few at a time, and one that hangs gives way to the next', async () => {
    const turns = new StartTurns({ atOnce: 2, maxMs: 100 });
    const [first, hangs] = await Promise.all([turns.next(), turns.next()]);
    const begun: string[] = [];
    const third = turns.next().then((end) => {
      begun.push('third');
      return end;
    });
    const fourth = turns.next().then(() => begun.push('fourth'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toEqual([]);
    first();
    first();
    await third;
    expect(begun).toEqual(['third']);
    await fourth;
    expect(begun).toEqual(['third', 'fourth']);
    hangs();
  });

  it('one that floods its standard error, one that hangs and one that dies delay no other', async () => {
    await using servers = createServers({ limits: { ...DEFAULT_LIMITS, startTimeoutMs: 10_000, graceMs: grace } });
    const [flood, silent, exit, good] = await Promise.all(
      ['flood', 'silent', 'exit', 'good'].map((mode) => servers.define(fixtureServer(mode, mode))),
    );
    const others = [silent, exit].map((server) => server?.start({ keepTrying: false }));
    for (const other of others) other?.catch(() => undefined);
    const flooded = flood?.start({ keepTrying: false });
    await good?.start({ keepTrying: false });
    expect(silent?.status).toBe('starting');
    await flooded;
    await until(() => flood?.stderrLines(1)[0] === 'end of flood', 'the flood is read');
    expect(flood?.stderrLines(1000).join('\n').length).toBeLessThanOrEqual(64 * 1024);
    const started = performance.now();
    await servers.close();
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('calls whose session the server has forgotten share one new session', async () => {
    await using remote = await startForgetfulServer();
    await using servers = createServers();
    const launch = { type: 'http', url: remote.url, headers: {} } as const;
    const server = await servers.define(fixtureServer('a', '', { launch }));
    await server.start({ keepTrying: false });
    const results = await Promise.all([server.call('echo', {}, { signal }), server.call('echo', {}, { signal })]);
    const inSecond = { content: [{ type: 'text', text: 'in session 2' }] };
    expect([results, remote.sessions()]).toEqual([[inSecond, inSecond], 2]);
  });
});

describe('nothing is left behind', () => {
  const wrapped = (script: string): ServerDefinition =>
    fixtureServer('a', '', { launch: { type: 'stdio', command: 'sh', args: ['-c', script], env: {} } });

  it.each([
    ['a server behind sh -c that ignores SIGTERM', `${process.execPath} ${FIXTURE} stubborn; true`],
    ['a server behind two shells', `sh -c '${process.execPath} ${FIXTURE} stubborn; true'; true`],
  ])('%s is gone with its whole group', async (_name, script) => {
    await using servers = createServers();
    const server = await servers.define(wrapped(script));
    await server.start({ keepTrying: false });
    const [part] = (await server.call('pid', {}, { signal })).content;
    const inner = Number(part?.type === 'text' ? part.text : 0);
    const { pid: leader = 0 } = server;
    expect([leader !== inner, isAlive(inner), isAlive(leader)]).toEqual([true, true, true]);
    await server.stop();
    expect([isAlive(inner), isAlive(leader)]).toEqual([false, false]);
  });

  it('a grandchild is ended when its server dies by itself', async () => {
    await using folder = await temporaryFolder();
    await using servers = createServers({ backoffMs: () => 60_000 });
    const pids = join(folder.path, 'pids');
    const server = await servers.define(
      fixtureServer('a', '', {
        launch: { type: 'stdio', command: process.execPath, args: [FIXTURE, 'child', pids], env: {} },
      }),
    );
    await server.start({ keepTrying: false });
    const [, grandchild = 0] = (await readFile(pids, 'utf8')).split(' ').map(Number);
    await until(() => server.stderrLines(1).includes('grandchild ready'), 'the grandchild ignores SIGTERM');
    await expect(server.call('die', {}, { signal })).rejects.toMatchObject({ code: 'mcp-server-failed' });
    await until(() => !isAlive(grandchild), 'the grandchild is gone');
  });

  it('children of a killed process are ended by the next one, and no stranger is', async () => {
    await using folder = await temporaryFolder();
    const script = fileURLToPath(new URL('fixtures/mcp/owner.ts', import.meta.url));
    const owner = spawn(process.execPath, [script, folder.path, '10'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(owner.stdout, 'data');
    const pids = String(line).trim().split(' ').map(Number);
    const stranger = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    expect(pids.map(isAlive)).toEqual(Array.from({ length: 10 }, () => true));

    await using servers = createServers({ dataFolder: folder.path });
    expect(servers.sweep()).toBe(0); // the owner lives
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    expect(servers.sweep()).toBeGreaterThan(0);
    await until(() => !pids.some(isAlive), 'they are gone');
    expect(await readdir(join(folder.path, 'mcp-processes'))).toEqual([]);
    expect(isAlive(stranger.pid ?? 0)).toBe(true);
    stranger.kill('SIGKILL');
  });

  it('a record of a number that another process has by now ends nothing', async () => {
    await using folder = await temporaryFolder();
    const stranger = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    const { pid = 0 } = stranger;
    const { startTime } = nameProcess(pid) ?? {};
    const dead = `${2 ** 22 - 1}_1`;
    await mkdir(join(folder.path, 'mcp-processes'));
    for (const name of [
      `${pidSpace()}_${dead}_${pid}_1`, // of a process that had its number before
      `another-space_${dead}_${pid}_${startTime}`, // of before the last boot, or of another container
      ...['0_0', '1_1', `-${pid}_${startTime}`].map((leader) => `${pidSpace()}_${dead}_${leader}`),
      'something-else',
    ]) {
      await writeFile(join(folder.path, 'mcp-processes', name), '');
    }
    await using servers = createServers({ dataFolder: folder.path });
    expect(servers.sweep()).toBe(0);
    expect(isAlive(pid)).toBe(true);
    expect(await readdir(join(folder.path, 'mcp-processes'))).toEqual([]);
    await writeFile(join(folder.path, 'mcp-processes', `${pidSpace()}_${dead}_${pid}_${startTime}`), '');
    expect(servers.sweep()).toBe(1);
    await until(() => !isAlive(pid), 'the one that is named is gone');
  });

  it('a folder that cannot be written to keeps no server from running, and is told of', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'mcp-processes'), 'no folder');
    const warnings: string[] = [];
    const log = { info: () => undefined, warn: (_details: object, message: string) => warnings.push(message) };
    await using servers = createServers({ dataFolder: folder.path, log });
    const server = await servers.define(fixtureServer('a'));
    await server.start({ keepTrying: false });
    expect(await server.call('echo', { text: 'hi' }, { signal })).toEqual(text('hi'));
    expect(warnings).toEqual(['The record of an MCP server process cannot be written']);
    const { pid = 0 } = server;
    await server.stop();
    expect(isAlive(pid)).toBe(false);
  });
});
