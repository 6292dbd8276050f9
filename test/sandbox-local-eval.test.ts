import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { OutputEvent } from '../server/sandbox/sandbox.ts';
import { expectResponsive, probeHealth } from './fixtures/sandbox/health-probe.ts';
import { openLocalEval } from './fixtures/sandbox/local-eval-sandboxes.ts';
import { openSandboxApi } from './fixtures/sandbox/sandbox-api.ts';

// A busy machine starts an interpreter slowly.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describe('an execution in local-eval', () => {
  const python = shareLocalEval();

  test('answers the value of the last expression and keeps variables for the next', async () => {
    await python.run('x = 20');
    expect(await python.run('x * 2 + 2')).toEqual({
      status: 'ok',
      stdout: '',
      stderr: '',
      result: { 'text/plain': '42' },
      displays: [],
      error: null,
      exitCode: null,
      isTruncated: false,
      variablesLost: false,
      notices: [],
    });
    expect((await python.run('{"b": [1, None], "ä": "😀"}')).result).toEqual({
      'text/plain': "{'b': [1, None], 'ä': '😀'}",
      'application/json': { b: [1, null], ä: '😀' },
    });
    expect((await python.run('x;')).result).toBeNull();
  });

  test('streams what is printed while it still runs', async () => {
    const seen = Promise.withResolvers<string>();
    const stop = new AbortController();
    const running = python.run('import time\nprint("early")\ntime.sleep(60)', {
      signal: stop.signal,
      onOutput: (event) => seen.resolve(JSON.stringify(event)),
    });
    expect(await seen.promise).toBe('{"type":"stdout","text":"early\\n"}');
    stop.abort();
    expect(await running).toMatchObject({ status: 'cancelled', stdout: 'early\n', variablesLost: false });
  });

  test('keeps stdout and stderr apart and their pieces in order', async () => {
    const { stdout, stderr } = await python.run(
      'import sys\nprint("a")\nprint("b", file=sys.stderr)\nprint("c", end="")',
    );
    expect([stdout, stderr]).toEqual(['a\nc', 'b\n']);
    expect(python.events.slice(-3).map(({ type }) => type)).toEqual(['stdout', 'stderr', 'stdout']);
  });

  test('answers a traceback of the code alone', async () => {
    const { status, error } = await python.run('def f():\n    return 1 / 0\nf()');
    expect(status).toBe('error');
    expect({ ...error, traceback: error?.traceback.replaceAll(/<cell \d+>/g, '<cell N>') }).toEqual({
      name: 'ZeroDivisionError',
      message: 'division by zero',
      traceback:
        'Traceback (most recent call last):\n  File "<cell N>", line 3, in <module>\n    f()\n    ~^^\n' +
        '  File "<cell N>", line 2, in f\n    return 1 / 0\n           ~~^~~\nZeroDivisionError: division by zero\n',
    });
    expect((await python.run('if:')).error).toMatchObject({ name: 'SyntaxError' });
  });

  test('awaits at top level, and a coroutine that is the last expression', async () => {
    await python.run('import asyncio\nasync def f():\n    await asyncio.sleep(0.01)\n    return """a\nb"""');
    expect((await python.run('(await f()) + "!"')).result).toEqual({ 'text/plain': "'a\\nb!'" });
    expect((await python.run('f()')).result).toEqual({ 'text/plain': "'a\\nb'" });
  });

  test('shows images and other rich values by mime type', async () => {
    await python.run(
      'class Dot:\n    def __repr__(self): return "Dot()"\n    def _repr_png_(self): return b"\\x89PNG"\n    def _repr_html_(self): return "<b>.</b>"',
    );
    const shown = { 'text/plain': 'Dot()', 'text/html': '<b>.</b>', 'image/png': 'iVBORw==' };
    expect(await python.run('display(Dot(), 1)\nDot()')).toMatchObject({
      result: shown,
      displays: [shown, { 'text/plain': '1' }],
    });
  });

  test('ends with the exit code the code asks for, and the interpreter stays', async () => {
    expect(await python.run('y = 1\nraise SystemExit(3)')).toMatchObject({ status: 'exit', exitCode: 3, error: null });
    expect(await python.run('import sys\nsys.exit("bye")')).toMatchObject({ exitCode: 1, stderr: 'bye\n' });
    expect((await python.run('y')).result).toEqual({ 'text/plain': '1' });
  });

  test('says at once that input() has nobody to ask and which packages there are', async () => {
    expect((await python.run('input("name? ")')).error).toMatchObject({ name: 'EOFError' });
    const { error } = await python.run('import httpx');
    expect(error?.traceback).toContain('for other packages use the variant local-jupyter');
  });

  test('ends background work with the execution that began it', async () => {
    const begin = [
      'import asyncio',
      'cell, worked_in = 1, []',
      'work = lambda: worked_in.append(cell)',
      'async def tick():',
      '    while True:',
      '        work()',
      '        await asyncio.sleep(0.001)',
      'task = asyncio.ensure_future(tick())',
      'asyncio.get_event_loop().call_later(0.01, work)',
      'await asyncio.sleep(0)',
    ].join('\n');
    expect(await python.run(begin)).toMatchObject({ status: 'ok' });
    // Longer than both would wait: what is still there is due before this.
    const after = await python.run('cell = 2\nawait asyncio.sleep(0.05)\n(task.cancelled(), set(worked_in))');
    expect(after.result).toMatchObject({ 'text/plain': '(True, {1})' });
  });
});

describe('code that calls tools', () => {
  const setUp =
    'import asyncio, json\nfrom _sandbox_bridge import call_sync, call_async\nrequest = json.dumps({"server": "s", "tool": "add", "arguments": {"a": 1}})';

  test('gets their answers blocking, awaited and gathered', async () => {
    await using python = await openLocalEval();
    await python.run(setUp);
    const answer = { success: true, result: { server: 's', tool: 'add', args: { a: 1 } } };
    expect((await python.run('json.loads(call_sync(request))')).result?.['application/json']).toEqual(answer);
    expect((await python.run('json.loads(await call_async(request))')).result?.['application/json']).toEqual(answer);
    expect((await python.run('len(await asyncio.gather(*[call_async(request) for _ in range(50)]))')).result).toEqual({
      'text/plain': '50',
    });
  });

  test('gets a refusal for what is no call, and for a handler that fails, without its message', async () => {
    await using python = await openLocalEval();
    await python.run(setUp);
    const failing = { onToolCall: () => Promise.reject(new Error('canary-5d1')) };
    const answers = await python.run(
      '[call_sync("{"), call_sync("[]"), call_sync("x" * 2000000), call_sync(request)]',
      failing,
    );
    expect(answers.result?.['application/json']).toEqual([
      '{"success":false,"kind":"invalid_input","error":"A tool call needs server, tool and arguments"}',
      '{"success":false,"kind":"invalid_input","error":"A tool call needs server, tool and arguments"}',
      '{"success":false,"kind":"invalid_input","error":"the arguments are larger than 1 MB"}',
      '{"success":false,"kind":"transport","error":"The call of add on s failed"}',
    ]);
  });

  test('is interrupted while a tool does not answer, and the tool is told', async () => {
    await using python = await openLocalEval();
    await python.run(`${setUp}\nkept = 1`);
    const failing = 'import json\nif not json.loads(call_sync(request))["success"]: raise ConnectionError';
    for (const code of [
      'call_sync(request)\nwhile True: pass',
      'await call_async(request)\nwhile True: pass',
      failing,
      failing.replace('call_sync(request)', 'await call_async(request)'),
    ]) {
      const interrupt = new AbortController();
      const told = Promise.withResolvers<void>();
      const hanging = {
        signal: interrupt.signal,
        onToolCall: (_server: string, _tool: string, _args: unknown, { signal }: { signal: AbortSignal }) => {
          signal.addEventListener('abort', () => told.resolve());
          interrupt.abort();
          return Promise.withResolvers<never>().promise;
        },
      };
      expect(await python.run(code, hanging)).toMatchObject({ status: 'cancelled', variablesLost: false });
      await told.promise;
    }
    expect((await python.run('kept')).result).toEqual({ 'text/plain': '1' });
  });

  test('imports the modules it was given last', async () => {
    await using python = await openLocalEval();
    await python.sandbox.setModules({ 'generated/__init__.py': '', 'generated/a.py': 'V = 1', 'generated/b.py': '' });
    await python.sandbox.setEnvironment({ AGENT_MODE: 'test' });
    expect(
      (await python.run('import os, generated.b\nfrom generated.a import V\n(V, os.environ["AGENT_MODE"])')).result,
    ).toMatchObject({
      'text/plain': "(1, 'test')",
    });
    await python.sandbox.setModules({ 'generated/__init__.py': '', 'generated/a.py': 'V = 2' });
    expect((await python.run('from generated.a import V\nV')).result).toEqual({ 'text/plain': '2' });
    expect((await python.run('import generated.b')).error).toMatchObject({ name: 'ModuleNotFoundError' });
  });
});

describe('code that does not end', () => {
  const python = shareLocalEval();

  test.each([
    ['a loop', 'while True: pass'],
    ['a sleep', 'import time\ntime.sleep(60)'],
    ['an awaited sleep', 'import asyncio\nawait asyncio.sleep(60)'],
    ['a regular expression', 'import re\nre.match(r"(a+)+$", "a" * 40 + "b")'],
    ['a big number', '10 ** (10 ** 8)'],
  ])('is interrupted at the time limit and keeps its variables: %s', async (_name, code) => {
    await python.run('x = 7');
    expect(await python.run(code, { timeoutMs: 250 })).toMatchObject({
      status: 'timeout',
      error: { name: 'TimeoutError', message: 'The code ran longer than 0.25 s and was stopped' },
      variablesLost: false,
    });
    expect((await python.run('x')).result).toEqual({ 'text/plain': '7' });
  });

  test.each([
    ['computes', 'while True: pass'],
    ['waits', 'import asyncio\nawait asyncio.sleep(60)'],
  ])('ends where it %s when the interrupt hit the event loop below it', async (_name, end) => {
    const hitLoop = 'signal.getsignal(signal.SIGINT)(signal.SIGINT, sys._getframe().f_back)';
    const { status } = await python.run(`import signal, sys\nx = 7\n${hitLoop}\nx = 8\n${end}`);
    expect(status).toBe('error');
    expect((await python.run('x')).result).toEqual({ 'text/plain': '8' });
  });

  test('shows where it was interrupted, and nothing of what interrupts it', async () => {
    const { error } = await python.run('while True: pass', { timeoutMs: 250 });
    expect(error?.traceback.trim().split('\n').slice(-2)[0]).toMatch(/while True|\^/);
    expect(error?.traceback).not.toContain('runner');
  });

  test.each([
    ['a loop in C', 'sum(range(10 ** 12))'],
    [
      'code that catches the interrupt',
      'while True:\n    try:\n        while True: pass\n    except BaseException: pass',
    ],
    [
      'code that ignores the interrupt',
      'import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass',
    ],
  ])('is ended with its interpreter when it resists: %s', async (_name, code) => {
    await using python = await openLocalEval({ graceMs: 300 });
    expect(await python.run(code, { timeoutMs: 250 })).toMatchObject({
      status: 'timeout',
      variablesLost: true,
      notices: ['The Python process was ended (it did not react to the interrupt): all variables are lost.'],
    });
    expect(python.sandbox.isRunning).toBe(false);
  });

  test('leaves no process when the server is killed', async () => {
    const host = spawn(process.execPath, [join(import.meta.dirname, 'fixtures/sandbox/spinning-host.ts')]);
    const [line] = await once(host.stdout, 'data');
    const pid = Number(String(line).trim());
    expect(pid).toBeGreaterThan(0);
    process.kill(pid, 0);
    host.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);
  });
});

describe('hostile code', () => {
  const python = shareLocalEval();
  const canary = 'canary-9c41f2';
  const hiddenFile = join(tmpdir(), 'agent-runtimes-canary.txt');

  test.each([
    ['a huge string', 'a = "a" * (1 << 30)', 'MemoryError'],
    ['a growing list', 'l = []\nwhile True: l.append("a" * 1000000)', 'MemoryError'],
    ['recursion', 'def f(): return f()\nf()', 'RecursionError'],
    ['a file of the host', 'open("/etc/passwd").read()', 'FileNotFoundError'],
    ['the environment of a process', 'open("/proc/self/environ").read()', 'FileNotFoundError'],
    ['a program', 'import subprocess\nsubprocess.run(["id"])', 'OSError'],
    ['a fork', 'import os\nos.fork()', 'OSError'],
    ['a thread', 'import threading\nthreading.Thread(target=print).start()', 'RuntimeError'],
    [
      'code from a string in JavaScript',
      'import _sandbox_bridge as b\nb.write.constructor("return process")()',
      'JsException',
    ],
    ['run_js', 'import pyodide.code\npyodide.code.run_js("1")', 'ImportError'],
    ['a package from the network', 'import pyodide_js\nawait pyodide_js.loadPackage("numpy")', 'ModuleNotFoundError'],
    ['the JavaScript global object', 'import js\njs.process', 'AttributeError'],
  ])('gets an exception and keeps its interpreter: %s', async (_name, code, name) => {
    await python.run('x = 7');
    expect((await python.run(code)).error).toMatchObject({ name });
    expect((await python.run('x')).result).toEqual({ 'text/plain': '7' });
  });

  test.each([
    ['a deep structure', 'import json\njson.loads("[" * 100000)', /interpreter crashed/],
    ['an exit of the interpreter', 'import os\nos._exit(3)', /interpreter crashed/],
    ['an abort', 'import os\nos.abort()', /interpreter crashed/],
    ['eval in JavaScript', 'import ctypes\nctypes.CDLL(None).emscripten_run_script(b"1")', /interpreter crashed/],
    [
      'a full memory file system',
      'f = open("/tmp/x", "ab")\nwhile True: f.write(b"y" * 1000000)',
      /more than 400 MB of memory/,
    ],
    [
      'buffers outside the heap',
      'from pyodide.ffi import to_js\nk = []\nwhile True: k.append(to_js(bytearray(20_000_000)))',
      /more than 400 MB of memory/,
    ],
  ])('ends its own process and nothing else: %s', async (_name, code, reason) => {
    await using health = await probeHealth();
    await using python = await openLocalEval({ maxResidentMb: 400 });
    const { status, error, variablesLost } = await python.run(code, { timeoutMs: 50_000 });
    expect([status, variablesLost]).toEqual(['killed', true]);
    expect(error?.message).toMatch(reason);
    await expectResponsive(health);
  });

  test.each([
    ['computes', () => computeFor(80)],
    ['sleeps', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 80)],
  ])('would be found out if the server %s too long for its sake', async (_name, holdUp) => {
    await using health = await probeHealth();
    for (let round = 0; round < 2; round++) {
      await health.nextAnswer();
      holdUp();
    }
    await health.nextAnswer();
    await expect(expectResponsive(health)).rejects.toThrow(/expected/);
  });

  test('cannot flood the server with output', async () => {
    await using health = await probeHealth();
    await using python = await openLocalEval();
    const flood = await python.run('while True: print("x" * 1000)', { timeoutMs: 500 });
    expect([flood.status, flood.stdout.length, flood.isTruncated]).toEqual(['timeout', 1_000_000, true]);
    expect(flood.notices[0]).toMatch(/^The output was cut at 1000000 characters; \d+ more were dropped\.$/);
    const shows = await python.run('while True: display("x" * 90000)', { timeoutMs: 500 });
    expect([shows.status, shows.displays.length <= 200]).toEqual(['timeout', true]);
    await expectResponsive(health);
  });

  test.each([
    ['results that are nested deeply', forgeOutcome(`"x":' + "[" * 500_000 + "]" * 500_000 + '`), 'killed'],
    [
      'displayed data of many keys',
      flood('display', '"{" + ",".join(f\'"k{i}":0\' for i in range(300_000)) + "}"'),
      'killed',
    ],
    ['displayed images without end', flood('display', '\'{"image/png":"\' + "x" * 4_000_000 + \'"}\''), 'timeout'],
    ['tool calls without end', flood('call_async', '\'{"server":"s","tool":"t","arguments":{}}\''), 'killed'],
    [
      'tool calls that are nested deeply',
      flood('call_async', '\'{"server":"s","tool":"t","arguments":{"a":\' + "[" * 400_000 + "]" * 400_000 + "}}"'),
      'killed',
    ],
  ])('does not hold the server up: %s', async (_name, code, status) => {
    await using health = await probeHealth();
    await using python = await openLocalEval({ graceMs: 300 });
    const refusing = {
      // What is to be ended for what it does is not ended for its time before, on a slow machine either.
      timeoutMs: status === 'killed' ? 20_000 : 1500,
      onToolCall: async () => ({ success: false, kind: 'limit', error: '' }) as const,
    };
    expect(await python.run(code, refusing)).toMatchObject({ status, variablesLost: true });
    await expectResponsive(health);
  });

  test('cannot forge what its process reports', async () => {
    await using python = await openLocalEval();
    const forged = await python.run(
      forgeOutcome('}, "error": null, "exit_code": null}}\\n{"type": "display", "data": {'),
    );
    expect(forged).toMatchObject({ status: 'error', error: { name: 'RuntimeError' }, displays: [] });
    const { error } = await python.run('raise type("A" * 1_000_000, (Exception,), {})("b" * 1_000_000)');
    expect([error?.name.length, error?.message.length]).toEqual([200, 20_000]);
    const many = await python.run(
      'class Many:\n    def _repr_mimebundle_(self, **_): return {f"k{i}": "" for i in range(1000)}\nMany()',
    );
    expect(Object.keys(many.result ?? {})).toHaveLength(32);
  });

  test('does not go on after its end, not even in JavaScript', async () => {
    const setUp =
      `${RUNNER}import asyncio\n` +
      'from _sandbox_bridge import write\nfrom pyodide.ffi import to_js\n' +
      'o = write.constructor.prototype.__proto__.constructor.new()\nloop = to_js([])\nloop.push(o)\n' +
      'setattr(o, "then", loop.forEach.bind(loop))\nasync def never_ends(*_): await loop[0]\n' +
      'async def start(*_): asyncio.ensure_future(never_ends())\n';
    await using python = await openLocalEval({ graceMs: 300, idleCheckMs: 200 });
    expect(await python.run(`${setUp}runner["_end_tasks"] = start`, { timeoutMs: 1000 })).toMatchObject({
      status: 'timeout',
      variablesLost: true,
    });
    await using sleeper = await openLocalEval({ idleCheckMs: 100 });
    // As if a process were busy on its own: it answers nothing, and is ended.
    await sleeper.run('kept = 1');
    expect(sleeper.sandbox.isRunning).toBe(true);
    process.kill(await findNewestChild(), 'SIGSTOP');
    await expect.poll(() => sleeper.sandbox.isRunning, { timeout: 40_000 }).toBe(false);
  });

  test('finds no secret of the server and reaches no network', async () => {
    process.env.CANARY_SECRET = canary;
    await writeFile(hiddenFile, canary);
    let connections = 0;
    const target = createServer(() => {}).on('connection', () => {
      connections += 1;
    });
    await once(target.listen(0, '127.0.0.1'), 'listening');
    const { port } = target.address() as AddressInfo;
    await using python = await openLocalEval();
    const attempts = [
      'import os\nprint(dict(os.environ))\nprint(os.system("env"), os.system("cat /proc/*/environ"))\nprint(os.listdir("/"))',
      `import ctypes\nprint(ctypes.CDLL(None).system(b"cat ${hiddenFile}"), ctypes.CDLL(None).getenv(b"CANARY_SECRET"))`,
      `import os\nfor root, folders, files in os.walk("/"):\n    print(root, files)\nprint(open(${JSON.stringify(hiddenFile)}).read())`,
      `import socket\nsocket.create_connection(("127.0.0.1", ${port}), timeout=1).send(b"x")`,
      `import urllib.request\nprint(urllib.request.urlopen("http://127.0.0.1:${port}/", timeout=1).read())`,
      `from pyodide.http import pyfetch\nprint(await (await pyfetch("http://127.0.0.1:${port}/")).string())`,
      'import gc\nfor o in gc.get_objects()[::20]:\n    try: print(str(o)[:100])\n    except Exception: pass',
      'import _sandbox_bridge as b\nimport pyodide.ffi\nF = b.write.constructor\nprint(F.prototype, dir(F), dir(b), b.write.caller)',
      'import sys\nfor m in list(sys.modules.values()):\n    for n in dir(m):\n        v = getattr(m, n, None)\n        if hasattr(v, "js_id"): print(m.__name__, n, dir(v), str(v)[:300])',
    ];
    let shown = '';
    for (const code of attempts) shown += JSON.stringify(await python.run(code));
    target.close();
    delete process.env.CANARY_SECRET;
    expect(shown).toContain('HOME');
    expect(shown).not.toContain(canary);
    expect(connections).toBe(0);
  });
});

describe.each(['pyodide', 'python'] as const)('code in %s that is stopped before it begins', (engine) => {
  test('ends as its caller or its time limit says, and neither stops what comes after it', async () => {
    await using python = await openLocalEval({}, engine);
    await python.run('x = 7');
    const cancelled = { status: 'cancelled', variablesLost: false };
    for (let round = 0; round < 5; round++) {
      expect(await python.run('while True: pass', { timeoutMs: 1 })).toMatchObject({ ...cancelled, status: 'timeout' });
      expect(await python.run('while True: pass', { signal: AbortSignal.abort() })).toMatchObject(cancelled);
      expect(await python.run('x')).toMatchObject({ status: 'ok', result: { 'text/plain': '7' } });
    }
  });
});

describe('the python engine', () => {
  test('runs the same code in the python3 of this machine', async () => {
    await using api = openSandboxApi({
      localEvalEngine: 'python',
      host: {
        callTool: async (_agentId, _server, _tool, args) => ({ success: true, result: args }),
        modules: async () => ({ version: '1', modules: { 'given.py': 'V = 5' } }),
        environment: async () => ({ GIVEN: 'yes' }),
      },
    });
    const run = (code: string, timeout = 20) => api.call('execute', { agent_id: 'a', code, timeout });
    expect(
      await run('import os, sys, json\nfrom given import V\nprint("hi")\n[V, os.environ["GIVEN"], sys.platform]'),
    ).toMatchObject({
      stdout: 'hi\n',
      result: { 'application/json': [5, 'yes', process.platform] },
    });
    const calling =
      'from _sandbox_bridge import call_sync, call_async\nr = json.dumps({"server": "s", "tool": "t", "arguments": {"n": 1}})\n' +
      '[json.loads(call_sync(r))["result"], json.loads(await call_async(r))["result"]]';
    expect(await run(calling)).toMatchObject({ result: { 'application/json': [{ n: 1 }, { n: 1 }] }, tool_calls: 2 });
    for (const code of ['while True: pass', 'import time\ntime.sleep(60)', 'import asyncio\nawait asyncio.sleep(60)']) {
      expect(await run(code, 0.3)).toMatchObject({ status: 'timeout', variables_lost: false });
    }
    expect(await run('V, 1 / 0')).toMatchObject({ status: 'error', error: { name: 'ZeroDivisionError' } });
    expect(await run('a = "a" * (1 << 30)')).toMatchObject({ status: 'error', error: { name: 'MemoryError' } });
    expect(await run('V')).toMatchObject({ result: { 'text/plain': '5' } });
  });
});

/** One sandbox for tests that leave it as it was. */
function shareLocalEval() {
  const run: Awaited<ReturnType<typeof openLocalEval>>['run'] = (code, options) => opened.run(code, options);
  const shared = { run, events: [] as OutputEvent[] };
  let opened: Awaited<ReturnType<typeof openLocalEval>>;
  beforeAll(async () => {
    opened = await openLocalEval();
    shared.events = opened.events;
  });
  afterAll(() => opened.sandbox.close());
  return shared;
}

/** The names of what runs code, for code that looks for them. */
const RUNNER = 'import sys\nrunner = sys._getframe(1).f_globals\n';

/** Code that replaces the outcome of its execution; `text` stands inside the result. */
const forgeOutcome = (text: string) =>
  `${RUNNER}real = runner["json"]\nclass forge:\n    def dumps(*_, **__):\n        runner["json"] = real\n        return '{"status": "ok", "result": {${text}}, "error": null, "exit_code": null}'\nrunner["json"] = forge\nNone`;

/** Code that gives a text to the bridge again and again, from C, where no interrupt reaches it. */
const flood = (name: string, text: string) =>
  `import _sandbox_bridge, collections, itertools\ncollections.deque(map(_sandbox_bridge.${name}, itertools.repeat(${text})), maxlen=0)`;

function computeFor(ms: number): void {
  const { user } = process.threadCpuUsage();
  while (process.threadCpuUsage().user - user < ms * 1000);
}

/** The process that this one started last. Numbers do not tell: they begin anew when they reach the machine's limit. */
async function findNewestChild(): Promise<number> {
  const listing = spawn('pgrep', ['--newest', '--parent', String(process.pid)]);
  const [text] = await once(listing.stdout, 'data');
  return Number(text);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
