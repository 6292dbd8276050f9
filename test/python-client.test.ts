/** The Python client, run by python3 against servers of this process and of a process of its own. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { findHttpx } from '../scripts/setup-httpx.ts';
import type { RunEvent } from '../server/runs/run-events.ts';
import { noUsage } from './support/ag-ui-runs.ts';
import { type AgUiTestServer, speakAndWait, startAgUiServer } from './support/ag-ui-server.ts';
import { startServer } from './support/server.ts';

const found = findHttpx();
// In CI its absence is a failure.
const isSkipped = 'missing' in found && !process.env.CI;
if (isSkipped) console.warn(`Tests of the Python client are skipped: ${found.missing}`);

vi.setConfig({ testTimeout: 60_000 });

const CLIENT = fileURLToPath(new URL('../client/python', import.meta.url));
const answer = (messageId: string, ...tokens: string[]): RunEvent[] => [
  { type: 'text-started', messageId },
  ...tokens.map((delta) => ({ type: 'text-delta' as const, messageId, delta })),
  { type: 'text-ended', messageId },
  { type: 'run-ended', outcome: { status: 'finished', pending: [] }, usage: noUsage },
];

/** Runs the body of an async function and resolves with the lines it prints. */
async function python(body: string, environment: Record<string, string> = {}): Promise<string[]> {
  if ('missing' in found) throw new Error(found.missing);
  const code = `import asyncio, json, os
from contextlib import aclosing
import httpx
from agent_runtimes.transports.clients import *
URL = os.environ.get("URL", "")

async def main():
${body.replace(/^/gm, '    ')}

asyncio.run(main())`;
  const env = { PATH: process.env.PATH, PYTHONPATH: CLIENT, PYTHONDONTWRITEBYTECODE: '1', ...environment };
  const { stdout } = await promisify(execFile)(found.python, ['-W', 'error', '-c', code], { env, timeout: 30_000 });
  return stdout.split('\n').slice(0, -1);
}
const ask = (server: AgUiTestServer, body: string) => python(body, { URL: server.agentUrl });

describe.skipIf(isSkipped)('the Python client', () => {
  test('runs the documented example against the whole server', async () => {
    await using server = await startServer();
    await server.ok('POST', '/agents', { id: 'pydantic-ai' });
    const lines = await python(
      `async with AGUIClient(URL) as client:
    async for event in client.run("Hello!"):
        print(event)
    print(json.dumps([message["role"] for message in client.messages]))`,
      { URL: `${server.url}/api/v1/ag-ui/pydantic-ai` },
    );
    expect(lines[0]).toMatch(/^\{'type': 'RUN_STARTED', /);
    expect(lines.filter((line) => line.includes("'TEXT_MESSAGE_CONTENT'")).length).toBeGreaterThan(1);
    expect(lines.at(-2)).toMatch(/^\{'type': 'RUN_FINISHED', /);
    expect(lines.at(-1)).toBe('["user", "assistant"]');
  });

  test('sends what was said before with the next run, on the same thread', async () => {
    await using server = await startAgUiServer(answer('m1', 'H', 'i'), answer('m2', 'Ho'));
    const lines = await ask(
      server,
      `async with AGUIClient(URL, thread_id="t") as client:
    for text in ["One", "Two"]:
        async for event in client.run(text):
            if event.type == "TEXT_MESSAGE_CONTENT":
                print(event.message_id, event["delta"])`,
    );
    expect(lines).toEqual(['m1 H', 'm1 i', 'm2 Ho']);
    expect(server.requests.map(({ threadId }) => threadId)).toEqual(['t', 't']);
    expect(server.requests[1]?.messages).toMatchObject([
      { role: 'user', content: [{ text: 'One' }] },
      { id: 'm1', role: 'assistant', content: [{ text: 'Hi' }] },
      { role: 'user', content: [{ text: 'Two' }] },
    ]);
  });

  test('brings the result of a tool that runs at the caller, and the answer of a person', async () => {
    const call: RunEvent[] = [
      { type: 'tool-call-started', callId: 'c1', name: 'confirm', messageId: 'm1' },
      { type: 'tool-call-ended', callId: 'c1', name: 'confirm', args: { question: 'Sure?' } },
      { type: 'run-ended', outcome: { status: 'finished', pending: ['c1'] }, usage: noUsage },
    ];
    await using server = await startAgUiServer(call, answer('m2', 'Thanks'));
    await ask(
      server,
      `async with AGUIClient(URL, tools=[{"name": "confirm", "description": "Asks the user"}]) as client:
    async for event in client.run("Do it", state={"count": 1}):
        pass
    client.add_tool_result("c1", {"answer": "yes"})
    async for event in client.run():
        pass
    answer = {"interruptId": "i1", "status": "resolved", "payload": {"approved": True}}
    async for event in client.run(resume=[answer]):
        pass`,
    );
    expect(server.requests[0]).toMatchObject({ callerTools: [{ name: 'confirm' }], state: { count: 1 } });
    expect(server.requests[1]?.messages.slice(1)).toMatchObject([
      { id: 'm1', content: [{ callId: 'c1', args: { question: 'Sure?' } }] },
      { role: 'tool', callId: 'c1', result: '{"answer": "yes"}' },
    ]);
    expect(server.requests[2]?.decisions).toEqual([{ id: 'i1', isApproved: true, reason: null }]);
  });

  test('names each of its packages in what pip installs', async () => {
    const files = await readdir(CLIENT, { recursive: true });
    const folders = new Set(files.filter((file) => file.endsWith('.py')).map((file) => dirname(file)));
    const [, listed = ''] = /^packages = (\[.*\])$/m.exec(await readFile(join(CLIENT, 'pyproject.toml'), 'utf8')) ?? [];
    expect(JSON.parse(listed)).toEqual([...folders].map((folder) => folder.replaceAll('/', '.')).sort());
  });

  test('ends the run at the server when its loop is left', async () => {
    let cancelled: AbortSignal | undefined;
    await using server = await startAgUiServer((request, signal) => {
      cancelled = signal;
      return speakAndWait(request, signal);
    });
    await ask(
      server,
      `async with AGUIClient(URL) as client:
    async with aclosing(client.run("Think")) as events:
        async for event in events:
            if event.type == "TEXT_MESSAGE_CONTENT":
                break`,
    );
    await vi.waitFor(() => expect(cancelled?.aborted).toBe(true), 10_000);
  });

  test('raises what the run failed with, after its event', async () => {
    const outcome = { status: 'failed', code: 'model-failed', detail: 'The model provider hung up' } as const;
    await using server = await startAgUiServer([{ type: 'run-ended', outcome, usage: noUsage }]);
    const lines = await ask(
      server,
      `async with AGUIClient(URL) as client:
    try:
        async for event in client.run("Hello"):
            print(event.type)
    except AGUIRunError as error:
        print(error.code, error)`,
    );
    expect(lines).toEqual(['RUN_STARTED', 'RUN_ERROR', 'model-failed The model provider hung up']);
  });

  test('raises the error of a refusal and does not keep the message', async () => {
    await using server = await startAgUiServer(answer('m1', 'Hi'));
    const lines = await ask(
      server,
      `async with AGUIClient(URL.replace("my-agent", "nobody")) as client:
    try:
        async for event in client.run("Hello"):
            print(event)
    except AGUIRefusedError as error:
        print(error.status_code, error.code, error, error.errors, client.messages)`,
    );
    expect(lines).toEqual(['404 agent-not-found Agent not found: nobody [] []']);
  });

  test('raises an error that names the address of a server that is not there', async () => {
    const lines = await python(
      `async with AGUIClient("http://127.0.0.1:9/a") as client:
    try:
        async for event in client.run("Hello"):
            print(event)
    except AGUIConnectionError as error:
        print(error.code, error)`,
    );
    expect(lines).toEqual(['unreachable No answer from http://127.0.0.1:9/a/']);
  });

  test('sends its key and further headers, to the address with a trailing slash', async () => {
    const lines = await python(`def refuse(request):
    print(request.url, request.headers["authorization"], request.headers["x-team"])
    return httpx.Response(502, text="<html>")
transport = httpx.MockTransport(refuse)
async with AGUIClient("http://agent.test/a?b=1", api_key="k1", headers={"x-team": "blue"}, transport=transport) as client:
    try:
        async for event in client.run("Hello"):
            print(event)
    except AGUIError as error:
        print(error.code, error)`);
    expect(lines).toEqual(['http://agent.test/a/?b=1 Bearer k1 blue', 'refused The server answered 502']);
  });

  test('reads a stream in whatever pieces and line ends it comes, and says when it is cut off', async () => {
    const lines =
      await python(`text = ': ping\\r\\n\\r\\nid: 1\\r\\ndata: {"type":\\r\\ndata: "A"}\\r\\n\\r\\ndata:{"type":"B","x":"ä\\u2028😀"}\\r\\rdata: {"ty'
for size in [1, 2, 3, 1000]:
    class Pieces(httpx.AsyncByteStream):
        async def __aiter__(self):
            raw = text.encode()
            for at in range(0, len(raw), size):
                yield raw[at : at + size]
    transport = httpx.MockTransport(lambda request: httpx.Response(200, stream=Pieces()))
    async with AGUIClient("http://agent.test/a", transport=transport) as client:
        try:
            async for event in client.run("Hello"):
                print(json.dumps(event))
        except AGUIConnectionError as error:
            print(error.code)`);
    const once = ['{"type": "A"}', '{"type": "B", "x": "\\u00e4\\u2028\\ud83d\\ude00"}', 'connection-lost'];
    expect(lines).toEqual([...once, ...once, ...once, ...once]);
  });
});
