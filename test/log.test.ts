/** What the server writes of what happens: for people on a terminal, in JSON for tools. */
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { findPython } from '../scripts/find-python.ts';
import { startServerProcess } from '../scripts/server-process.ts';
import { ApiError } from '../server/call/errors.ts';
import { createLog, type Log, toLogFormat } from '../server/http/log.ts';
import { until } from './support/processes.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

/** What is written of what `write` logs, without the times. */
function logged(options: Omit<Parameters<typeof createLog>[0], 'level' | 'destination'>, write: (log: Log) => void) {
  let text = '';
  const destination = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  write(createLog({ level: 'debug', destination, ...options }));
  return text.replace(/"time":\d+/g, '"time":0').replace(/^(.{0,4})\d\d:\d\d:\d\d\.\d{3}/gm, '$1TIME');
}
const pretty = (write: (log: Log) => void) => logged({ format: 'pretty' }, write);

const REQUEST = {
  request_id: 'id-1',
  method: 'GET',
  path: '/api/v1/runs/r1',
  operation: 'runs.get',
  status: 200,
  ms: 1.25,
  caller: '127.0.0.1',
  cut: undefined,
  run_id: 'r1',
  conversation_id: 'c1',
};

test('a tool gets one JSON object a line, with the fields it had before there was another format', () => {
  const write = (log: Log) => {
    log.info(REQUEST, 'request');
    log.warn({ mcp_server: 'files', problems: [{ tool: 'a', detail: 'two\nlines' }] }, 'left out');
  };
  const lines =
    '{"level":30,"time":0,"request_id":"id-1","method":"GET","path":"/api/v1/runs/r1","operation":"runs.get","status":200,"ms":1.25,"caller":"127.0.0.1","run_id":"r1","conversation_id":"c1","msg":"request"}\n' +
    '{"level":40,"time":0,"mcp_server":"files","problems":[{"tool":"a","detail":"two\\nlines"}],"msg":"left out"}\n';
  expect(logged({}, write)).toBe(lines);
  expect(logged({ format: 'json' }, write)).toBe(lines);
});

test('a person gets one line a record: the time, the level, the message, and what the message does not say', () => {
  expect(
    pretty((log) => {
      log.info(REQUEST, 'request');
      log.info({ ...REQUEST, status: 404, cut: true }, 'request');
      log.warn({ mcp_server: 'files', status: 'failed', error: 'no such file' }, "MCP server 'files' has failed");
      log.debug({ runs: 2, nothing: null, list: ['a', { b: 1 }] }, 'looked');
    }),
  ).toBe(
    [
      'TIME info  GET /api/v1/runs/r1 200 1.25 ms caller=127.0.0.1 run_id=r1 conversation_id=c1',
      'TIME info  GET /api/v1/runs/r1 404 1.25 ms (the caller left) caller=127.0.0.1 run_id=r1 conversation_id=c1 request_id=id-1',
      `TIME warn  MCP server 'files' has failed error="no such file"`,
      'TIME debug looked runs=2 list=["a",{"b":1}]',
      '',
    ].join('\n'),
  );
});

test('what others wrote neither breaks the line nor reaches the terminal as a command', () => {
  const hostile =
    'one\r\n12:00:00.000 fatal \u001b[31mred\u001b[0m \u001b]0;title\u0007\u009b2J\u0000 \u202eevil \u2028end';
  const text = logged({ format: 'pretty', isColored: false }, (log) => {
    log.warn({ error: hostile, 'na\nme': { deep: hostile } }, hostile);
    log.info({ ...REQUEST, path: `/x\u001b[2J${'y'.repeat(5000)}` }, 'request');
  });
  expect(text.split('\n')).toHaveLength(3);
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(text).toContain(String.raw`warn  one\r\n12:00:00.000 fatal red `);
  expect(text).toContain(String.raw`\u{202e}evil \u{2028}end`);
  expect(text.length).toBeLessThan(6000);
});

test('colors are those of the level, and end with what they color', () => {
  const text = logged({ format: 'pretty', isColored: true }, (log) => log.error({ tool: 'a\u001b[7mb' }, 'it failed'));
  expect(text).toBe('\u001b[2mTIME\u001b[22m \u001b[31merror\u001b[39m it failed \u001b[2mtool=ab\u001b[22m\n');
});

test.each(['pretty', 'json'] as const)('no secret is in a line in the format %s', (format) => {
  const text = logged({ format }, (log) =>
    log.warn(
      {
        apiToken: 'canary-1',
        headers: { authorization: 'Bearer canary-2' },
        error: 'GET https://user:canary-3@host/?token=canary-4 said\npassword=canary-5',
        err: new Error('Bearer canary-6'),
      },
      'secret=canary-7',
    ),
  );
  expect(text).not.toContain('canary');
  expect(text.match(/\[redacted\]/g)?.length).toBeGreaterThanOrEqual(7);
});

test('a fault of this server has its stack, below its line where people read it; an expected error is its sentence', () => {
  const fault = new TypeError('x is\n    at all (undefined)');
  fault.stack = `${fault}\n    at first (a.ts:1:2)\n    at second (b.ts:3:4)`;
  const refused = new ApiError('model-not-configured', 'Set KEY', { cause: fault });
  const write = (log: Log) => {
    log.error({ err: fault }, 'it failed');
    log.warn({ err: refused }, 'refused');
  };
  const frames = ['    at all (undefined)', '    at first (a.ts:1:2)', '    at second (b.ts:3:4)'];
  expect(pretty(write).split('\n')).toEqual([
    String.raw`TIME error it failed TypeError: x is\n    at all (undefined)`,
    ...frames,
    'TIME warn  refused Set KEY (model-not-configured)',
    '',
  ]);
  const [first, second] = logged({}, write)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(first.err).toEqual({ type: 'TypeError', message: fault.message, stack: fault.stack });
  expect(second.err).toEqual({ type: 'ApiError', message: 'Set KEY', code: 'model-not-configured' });
});

test.each([
  ['a terminal', {}, true, {}, { format: 'pretty', isColored: true }],
  ['a terminal without colors', {}, true, { NO_COLOR: '1' }, { format: 'pretty', isColored: false }],
  ['a terminal that knows none', {}, true, { TERM: 'dumb' }, { format: 'pretty', isColored: false }],
  ['a terminal, asked for JSON', { 'log-format': 'json' }, true, {}, { format: 'json', isColored: true }],
  ['a file', {}, undefined, {}, { format: 'json', isColored: false }],
  ['a file, asked for lines', { 'log-format': 'pretty' }, undefined, {}, { format: 'pretty', isColored: false }],
] as const)('the format on %s', (_, options, isTTY, environment, expected) => {
  expect(toLogFormat(options, isTTY === undefined ? {} : { isTTY }, environment)).toEqual(expected);
});

const found = findPython({ modules: ['pty'], packages: ['python3'], script: 'scripts/setup-jupyter.ts' });
test.skipIf('missing' in found)('on a terminal the command writes colored lines, and in a pipe JSON', async () => {
  await using home = await temporaryFolder();
  const start = (within: readonly string[], folder: string) =>
    startServerProcess({
      within,
      args: ['--data-dir', join(home.path, folder), '--mcp-config', join(home.path, 'none.json')],
      environment: { PATH: process.env.PATH, HOME: home.path, AGENT_MODEL: 'openai:gpt-4o', TERM: 'xterm' },
    });
  const sentence = "Model 'openai:gpt-4o' needs OPENAI_API_KEY to be set";
  const terminal = ['python' in found ? found.python : '', '-c', 'import pty, sys; pty.spawn(sys.argv[1:])'];
  await using onTerminal = await start(terminal, 'one');
  await until(() => onTerminal.output().includes(sentence), 'the terminal has the warning');
  const line = onTerminal
    .output()
    .split('\r\n')
    .find((each) => each.includes(sentence));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colors are made of them.
  expect(line).toMatch(/^\u001b\[2m\d\d:\d\d:\d\d\.\d{3}\u001b\[22m \u001b\[33mwarn \u001b\[39m Model /);
  await using inPipe = await start([], 'two');
  await until(() => inPipe.output().includes(sentence), 'the pipe has the warning');
  const json =
    inPipe
      .output()
      .split('\n')
      .find((each) => each.includes(sentence)) ?? '';
  expect(JSON.parse(json)).toEqual({
    level: 40,
    time: expect.any(Number),
    model: 'openai:gpt-4o',
    agents: 0,
    msg: sentence,
  });
});
