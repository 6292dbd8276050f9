/** MCP servers that introduce themselves oddly: as processes, and behind a URL over each transport. */
import { answers, beginnings, handshakes } from '../../test/fixtures/mcp/odd-handshakes.ts';
import { type RemoteKind, startOddRemote } from '../../test/fixtures/mcp/odd-remote.ts';
import type { Script } from '../../test/fixtures/mcp/odd-server.ts';
import type { Answer, Caller } from './caller.ts';
import { expectEqual, type Group, type OddCase } from './odd-case.ts';
import { addRemote, addServer, callGood, runs } from './odd-mcp.ts';
import { planStage } from './plain-stage.ts';

type Add = (caller: Caller, id: string, script: Script) => Promise<Answer & Partial<AsyncDisposable>>;

const toCase = ([title, script]: readonly [string, Script], id: string, add: Add): OddCase => ({
  title,
  async attempt(caller) {
    await using stack = new AsyncDisposableStack();
    const view = await add(caller, id, { ...answers, ...script });
    if (Symbol.asyncDispose in view) stack.defer(async () => view[Symbol.asyncDispose]?.());
    const names = (view.body?.tools ?? []).map(({ name }: { name: string }) => name);
    return runs(view) ?? expectEqual([names, view.body.problems], [['good'], []]) ?? (await callGood(caller, id));
  },
});

const processes = [...handshakes, ...beginnings].map((each, index) => toCase(each, `process-${index}`, addServer));

const remotes = (kind: RemoteKind) =>
  handshakes.map((each, index) =>
    toCase(each, `${kind}-${index}`, async (caller, id, script) => {
      const remote = await startOddRemote(kind, script);
      const view = await addRemote(caller, id, remote.url);
      return { ...view, [Symbol.asyncDispose]: () => remote[Symbol.asyncDispose]() };
    }),
  );

const stage = (title: string, cases: readonly OddCase[], isLong = false) =>
  planStage({ title, cases, isLong, toCases: () => cases });

/** Each must run, and its tool must serve. */
export const mcpHandshakes: Group = {
  name: 'mcp-handshakes',
  stages: [
    stage('processes', processes),
    stage('HTTP with JSON', remotes('json')),
    // `mcp-odd-handshake.test.ts` tries each transport too.
    stage('HTTP with events', remotes('events'), true),
    stage('SSE', remotes('sse'), true),
  ],
};
