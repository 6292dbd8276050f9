/** The command `doctor` as its operator meets it: one line a finding, an exit code, and nothing left behind. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test, vi } from 'vitest';
import type { Check, DoctorWorld } from '../server/doctor/finding.ts';
import { runChecks } from '../server/doctor/run-checks.ts';
import { readOptions } from '../server/options.ts';
import { version } from '../server/version.ts';
import { childrenOf, isAlive, until } from './support/processes.ts';
import { startServer } from './support/server.ts';
import { BUILT } from './support/server-process.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

// The command and what it starts are processes of their own.
vi.setConfig({ testTimeout: 120_000 });

const QUICK = ['--no-mcp', '--no-sandbox', '--port', '0'];

interface Ended {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs it with no variable of this machine but the path. */
function doctor(home: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const env = { PATH: process.env.PATH, HOME: home, TMPDIR: home, ...environment };
  return new Promise((resolve) => {
    execFile(process.execPath, [BUILT, 'doctor', ...args], { env, timeout: 100_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

/** Each file below a folder with its size and its time of change. */
async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  const lines = entries.map(async (name) => {
    const { size, mtimeMs } = await lstat(join(folder, name));
    return `${name} ${size} ${mtimeMs}`;
  });
  return (await Promise.all(lines)).sort();
}

test('a machine on which nothing is amiss: one line a finding, the exit code 0, and no file anywhere', async () => {
  await using home = await temporaryFolder();
  const { code, stdout, stderr } = await doctor(home.path, QUICK, { OPENAI_API_KEY: 'canary-key' });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const [summary, empty, ...lines] = stdout.trimEnd().split('\n').reverse();
  expect(summary).toMatch(/^\d+ ok, \d+ to know of, 0 failed, \d+ not looked at$/);
  expect(empty).toBe('');
  expect(lines.length).toBeGreaterThan(10);
  for (const line of lines) expect(line).toMatch(/^(ok {2}|warn|skip) {2}\w[\w ]{19} \S/);
  expect(lines.at(-1)).toMatch(
    new RegExp(`^ok {4}program {14}agent-runtimes ${version.replaceAll('.', '\\.')} on Node v`),
  );
  expect(stdout).not.toContain('canary');
  expect(await readdir(home.path)).toEqual([]);
});

test('what failed is said with what to do, and makes the exit code 1; the same as JSON', async () => {
  await using home = await temporaryFolder();
  const args = [...QUICK, '--host', '0.0.0.0'];
  const { code, stdout } = await doctor(home.path, args);
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^fail {2}API keys {13}Refusing to listen on 0\.0\.0\.0 without an API key: .*: make one with /m,
  );
  const json = await doctor(home.path, [...args, '--json']);
  expect(json.code).toBe(1);
  const report = JSON.parse(json.stdout);
  expect(report).toMatchObject({ version, verdict: 'fail' });
  const shown = stdout.split('\n').filter((line) => /^(ok|warn|fail|skip)/.test(line));
  expect(report.findings.map(({ verdict }: { verdict: string }) => verdict)).toEqual(
    shown.map((line) => line.split(' ', 1)[0]),
  );
  expect(report.findings).toContainEqual({
    verdict: 'fail',
    check: 'API keys',
    found: expect.stringContaining('Refusing to listen'),
    advice: 'make one with openssl rand -hex 32',
  });
});

test.each([['--nope'], ['--port', 'x'], ['word']])('a wrong use ends with 2 and one sentence: %s', async (...args) => {
  await using home = await temporaryFolder();
  const { code, stdout, stderr } = await doctor(home.path, args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^agent-runtimes doctor: .*\n$/);
});

test('its help names its own options and those of the server', async () => {
  await using home = await temporaryFolder();
  const { code, stdout } = await doctor(home.path, ['--help']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Usage: agent-runtimes doctor \[options\]\n/);
  for (const flag of ['--network', '--no-mcp', '--no-sandbox', '--json', '--data-dir FOLDER', '--log-format FORMAT'])
    expect(stdout).toContain(`\n  ${flag} `);
});

test('beside a server it finds the server, and changes none of its files', async () => {
  await using server = await startServer({ args: ['--log-level', 'silent'] });
  await server.ok('POST', '/agents', { id: 'a' });
  await server.ok('POST', '/agents/a/prompt/sync', { message: 'hello' });
  const folder = join(server.home, 'data');
  // What a server and its readers share of the store is memory, and no part of it.
  const files = async () => (await listFiles(folder)).filter((line) => !line.includes('.db-shm'));
  const before = await files();
  const { port } = new URL(server.url);
  const args = ['--no-mcp', '--no-sandbox', '--data-dir', folder, '--port', port];
  const { code, stdout } = await doctor(server.home, args, { AGENT_MODEL: 'demo:rules' });
  expect(code).toBe(0);
  expect(stdout).toContain(`a server has it, process ${server.pid}; `);
  expect(stdout).toContain('1 conversation, ');
  expect(stdout).toContain(`agent-runtimes ${version} answers at ${port} of 127.0.0.1`);
  expect(await files()).toEqual(before);
  await server.ok('POST', '/agents/a/prompt/sync', { message: 'still there' });
});

test('what a killed server has left is read, and left as it is', async () => {
  await using home = await temporaryFolder();
  const folder = join(home.path, 'data');
  {
    await using server = await startServer({ args: ['--data-dir', folder] });
    await server.ok('POST', '/agents', { id: 'a' });
    await server.ok('POST', '/agents/a/prompt/sync', { message: 'hello' });
    server.kill('SIGKILL');
    await server.ended;
  }
  const before = await listFiles(folder);
  expect(before.join('\n')).toMatch(/\.db-wal [1-9]/);
  const { stdout } = await doctor(home.path, [...QUICK, '--data-dir', folder]);
  expect(stdout).toMatch(/^ok {4}data folder lock {5}no server has it$/m);
  expect(stdout).toMatch(/^ok {4}store {16}1 conversation, /m);
  expect(await listFiles(folder)).toEqual(before);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  'a %s in the middle of starts leaves no process and no file',
  async (signal) => {
    await using home = await temporaryFolder();
    const config = join(home.path, 'mcp.json');
    // It says nothing, hears nothing, and has a child of its own.
    const command = { command: 'sh', args: ['-c', "trap '' INT TERM; sleep 300 & wait; sleep 300"] };
    await writeFile(config, JSON.stringify({ mcpServers: { silent: command } }));
    const before = await readdir(home.path);
    const child = spawn(process.execPath, [BUILT, 'doctor', '--port', '0', '--mcp-config', config], {
      env: { PATH: process.env.PATH, HOME: home.path, TMPDIR: home.path },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { pid = 0 } = child;
    const ended = once(child, 'close');
    const started = await descendants(child, 2);
    child.kill(signal);
    expect(await ended).toEqual([130, null]);
    expect(started.filter(isAlive)).toEqual([]);
    expect(isAlive(pid)).toBe(false);
    expect(await readdir(home.path)).toEqual(before);
  },
);

test('a reader of the report who leaves ends the command, without a stack and without a process that is left', async () => {
  await using home = await temporaryFolder();
  const config = join(home.path, 'mcp.json');
  const silent = { command: 'sh', args: ['-c', 'sleep 300 & wait'] };
  // It cannot be started: told at once, while the other one is waited for.
  await writeFile(config, JSON.stringify({ mcpServers: { silent, gone: { command: '/no/such/program' } } }));
  const child = spawn(process.execPath, [BUILT, 'doctor', '--port', '0', '--mcp-config', config], {
    env: { PATH: process.env.PATH, HOME: home.path, TMPDIR: home.path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const said = text(child.stderr);
  // The first line is read, and none after it.
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [code] = await ended;
  expect([code, await said]).toEqual([130, 'agent-runtimes doctor: interrupted\n']);
  expect(childrenOf(process.pid)).toEqual([]);
});

test('an interpreter in the middle of its first start ends with the command, and leaves no file', async () => {
  await using home = await temporaryFolder();
  const child = spawn(process.execPath, [BUILT, 'doctor', '--port', '0', '--no-mcp'], {
    env: { PATH: process.env.PATH, HOME: home.path, TMPDIR: home.path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  await until(
    async () => (await readdir(home.path, { recursive: true })).some((name) => name.includes('python-')),
    'a snapshot is made',
    60_000,
  );
  const started = await descendants(child, 1);
  child.kill('SIGINT');
  expect(await ended).toEqual([130, null]);
  expect(started.filter(isAlive)).toEqual([]);
  expect(await readdir(home.path)).toEqual([]);
});

/** The processes below a process, once there are that many. */
async function descendants({ pid = 0 }: ChildProcess, atLeast: number): Promise<number[]> {
  const below = (one: number): number[] => childrenOf(one).flatMap((each) => [each, ...below(each)]);
  const find = () => {
    try {
      return below(pid);
    } catch {
      return []; // one has ended in between
    }
  };
  await until(() => find().length >= atLeast, `it has ${atLeast} processes below it`, 60_000);
  return find();
}

const worldOfTests = (): Omit<DoctorWorld, 'heard'> => {
  const options = readOptions([], {});
  if ('print' in options) throw new Error('The arguments ask for help');
  return {
    options,
    environment: {},
    flags: new Set(),
    mayAskNetwork: false,
    mayStartMcpServers: false,
    mayStartSandbox: false,
    clocksAhead: [],
    agentModels: new Set(),
    signal: new AbortController().signal,
  };
};

test('a check that hangs is given up after its silence, and one that breaks does not keep the others from being made', async () => {
  const hanging: Check = {
    name: 'hanging',
    silenceMs: 50,
    run: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve([]))),
  };
  const broken: Check = {
    name: 'broken',
    silenceMs: 1000,
    run: () => Promise.reject(new TypeError('x is undefined')),
  };
  const fine: Check = {
    name: 'fine',
    silenceMs: 1000,
    run: async () => [{ verdict: 'ok', check: 'fine', found: 'all' }],
  };
  const findings = await Array.fromAsync(runChecks([hanging, broken, fine], worldOfTests()));
  expect(findings).toEqual([
    { verdict: 'fail', check: 'hanging', found: 'there was no sign of life for 0.05 s', advice: expect.any(String) },
    {
      verdict: 'fail',
      check: 'broken',
      found: 'it could not be looked at: x is undefined',
      advice: expect.any(String),
    },
    { verdict: 'ok', check: 'fine', found: 'all' },
  ]);
});

test('a finding is told before its check is done, and a check that shows signs of life takes as long as it likes', async () => {
  const isRead = Promise.withResolvers<void>();
  const telling: Check = {
    name: 'telling',
    silenceMs: 60_000,
    async *run() {
      yield { verdict: 'ok', check: 'telling', found: 'first' };
      await isRead.promise;
      yield { verdict: 'ok', check: 'telling', found: 'second' };
    },
  };
  const busy: Check = {
    name: 'busy',
    silenceMs: 500,
    async run({ heard }) {
      for (let times = 0; times < 20; times++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        heard();
      }
      return [{ verdict: 'ok', check: 'busy', found: 'done' }];
    },
  };
  const told: string[] = [];
  for await (const { found } of runChecks([telling, busy], worldOfTests())) {
    told.push(found);
    isRead.resolve();
  }
  expect(told).toEqual(['first', 'second', 'done']);
});

test('a check that is given up has ended when the last thing is told', async () => {
  const events: string[] = [];
  const endsLate: Check = {
    name: 'ends late',
    silenceMs: 50,
    async *run({ signal }) {
      try {
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        yield { verdict: 'ok', check: 'ends late', found: 'too late' };
      } finally {
        events.push('ended');
      }
    },
  };
  for await (const { found } of runChecks([endsLate], worldOfTests())) events.push(found);
  expect(events).toEqual(['there was no sign of life for 0.05 s', 'ended']);
});
