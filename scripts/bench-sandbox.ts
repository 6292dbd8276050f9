/**
 * Measures both sandboxes against a bare python3 child and a bare Jupyter client, in one run and interleaved.
 * Prints medians, and the ratios that a slow or busy machine does not change much. `npm run bench:sandbox -- [rounds] [--json] [--against FILE]`
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import WebSocket from 'ws';
import { SandboxManager } from '../server/sandbox/sandbox-manager.ts';
import { codeCallNames, DIRECT, measureCodeCalls } from './bench/code-calls.ts';
import { median } from './bench/figures.ts';
import { openReport } from './bench/report.ts';
import { startJupyter } from './jupyter-server.ts';
import { own, ownFolder } from './own.ts';
import { findOrInstallJupyter } from './setup-jupyter.ts';

const report = openReport();
const { rounds = 7 } = report.options;
const WARM_RUNS = 100;
const PREPARE = [
  'import json, asyncio',
  'from _sandbox_bridge import call_sync, call_async',
  'request = json.dumps({"server": "s", "tool": "t", "arguments": {"n": 1}})',
].join('\n');
const calls = {
  'blocking, one by one': 'for _ in range(100): json.loads(call_sync(request))',
  'awaited, one by one': 'for _ in range(100): json.loads(await call_async(request))',
  'awaited together': 'for a in await asyncio.gather(*[call_async(request) for _ in range(100)]): json.loads(a)',
};

/** The least a child process can do: reads a line of code, evaluates it, writes a line. */
const ECHO = 'import sys\nfor line in sys.stdin:\n    print(eval(line), flush=True)\n';

async function time(action: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await action();
  return performance.now() - started;
}

class BarePython {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  constructor(python: string) {
    this.#child = spawn(python, ['-c', ECHO], { stdio: ['pipe', 'pipe', 'inherit'] });
    if (!this.#child.stdout) throw new Error('no pipe');
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }
  async evaluate(code: string): Promise<string> {
    this.#child.stdin?.write(`${code}\n`);
    return (await this.#lines.next()).value;
  }
  async close(): Promise<void> {
    this.#child.kill();
    await once(this.#child, 'exit');
  }
}

/** A Jupyter client of nothing but a WebSocket. */
class BareJupyter {
  readonly #socket: WebSocket;
  constructor(socket: WebSocket) {
    this.#socket = socket;
  }
  static async open(url: string, token: string): Promise<BareJupyter> {
    const headers = { authorization: `token ${token}` };
    const answer = await fetch(`${url}/api/kernels`, { method: 'POST', headers, body: '{"name":"python3"}' });
    const { id }: { id: string } = Object(await answer.json());
    const socket = new WebSocket(`${url.replace('http', 'ws')}/api/kernels/${id}/channels`, { headers });
    await once(socket, 'open');
    const client = new BareJupyter(socket);
    await client.execute('0');
    return client;
  }
  async execute(code: string): Promise<void> {
    const id = randomUUID();
    const header = { msg_id: id, msg_type: 'execute_request', username: '', session: id, date: '', version: '5.3' };
    const content = { code, silent: false, store_history: false, user_expressions: {}, allow_stdin: false };
    const { promise, resolve } = Promise.withResolvers<void>();
    let open = 2;
    const listen = (data: WebSocket.RawData) => {
      const message = Object(JSON.parse(String(data)));
      if (message.parent_header?.msg_id !== id) return;
      if (message.msg_type === 'execute_reply' || message.content?.execution_state === 'idle') open -= 1;
      if (!open) resolve();
    };
    this.#socket.on('message', listen);
    this.#socket.send(JSON.stringify({ channel: 'shell', header, parent_header: {}, metadata: {}, content }));
    await promise;
    this.#socket.off('message', listen);
  }
  close(): void {
    this.#socket.close();
  }
}

report.section('sandbox', 'Code of agents, against a bare python3 child and a bare Jupyter client');
const found = findOrInstallJupyter();
const python = 'python' in found ? found.python : 'python3';
await using folder = await ownFolder('bench-sandbox-');
const host = { callTool: async () => ({ success: true, result: { ok: true } }) as const };
const TENANT = { agentId: 'a', owner: '' };
const openManager = () =>
  own(
    () => new SandboxManager({ cacheFolder: folder.path, owner: 'bench', host }),
    (manager) => manager.close(),
  );
const samples = new Map<string, number[]>();
const add = (name: string, ms: number) => samples.set(name, [...(samples.get(name) ?? []), ms]);

{
  await using owned = await openManager();
  const manager = owned.value;
  add('snapshot, made once', await time(() => manager.prepare()));
}
for (let round = 0; round < rounds; round++) {
  let bare: BarePython | undefined;
  add(
    'python3 cold',
    await time(async () => {
      bare = new BarePython(python);
      await bare.evaluate('1 + 1');
    }),
  );
  await using owned = await openManager();
  const manager = owned.value;
  add('local-eval cold', await time(() => manager.execute(TENANT, '1 + 1')));
  await manager.execute(TENANT, PREPARE);
  for (let run = 0; run < WARM_RUNS; run++) {
    add('python3 warm', await time(async () => bare?.evaluate('1 + 1')));
    add('local-eval warm', await time(() => manager.execute(TENANT, '1 + 1')));
  }
  for (const [name, code] of Object.entries(calls))
    add(`local-eval 100 tool calls ${name}`, await time(() => manager.execute(TENANT, code)));
  await bare?.close();
}
if ('python' in found) {
  await using jupyter = await startJupyter();
  for (let round = 0; round < Math.min(3, rounds); round++) {
    let bare: BareJupyter | undefined;
    add(
      'bare Jupyter client cold',
      await time(async () => {
        bare = await BareJupyter.open(jupyter.url, jupyter.token);
      }),
    );
    await using owned = await openManager();
    const manager = owned.value;
    await manager.configure({ variant: 'local-jupyter', jupyter_url: jupyter.url, jupyter_token: jupyter.token });
    add('local-jupyter cold', await time(() => manager.execute(TENANT, '1 + 1')));
    for (let run = 0; run < WARM_RUNS / 3; run++) {
      add('bare Jupyter client warm', await time(async () => bare?.execute('1 + 1')));
      add('local-jupyter warm', await time(() => manager.execute(TENANT, '1 + 1')));
    }
    bare?.close();
  }
  await measureCodeCalls(rounds, jupyter, add);
} else {
  report.note(`local-jupyter is not measured: ${found.missing}`);
  await measureCodeCalls(rounds, undefined, add);
}

const goals = new Map([
  ['local-eval warm', 2],
  ['local-eval cold', 500],
  ...Object.keys(calls).map((name) => [`local-eval 100 tool calls ${name}`, 60] as const),
]);
for (const [name, values] of samples) {
  const atMost = goals.get(name);
  report.row(name, {
    time: { values, unit: 'ms', ...(atMost !== undefined && { atMost }) },
    least: { values: [Math.min(...values)], unit: 'ms' },
  });
}
for (const [ours, baseline] of [
  ['local-eval cold', 'python3 cold'],
  ['local-eval warm', 'python3 warm'],
  ['local-jupyter cold', 'bare Jupyter client cold'],
  ['local-jupyter warm', 'bare Jupyter client warm'],
  ...['local-eval', 'local-jupyter'].flatMap(codeCallNames).map((name) => [name, DIRECT] as const),
] as const) {
  const ratio = median(samples.get(ours) ?? []) / median(samples.get(baseline) ?? []);
  if (samples.has(ours)) report.row(`${ours}, ratio`, { [baseline]: { values: [ratio], unit: 'x' } });
}
report.end();
