/** Odd MCP servers, as a caller adds and uses them. */
import { answers, fine } from '../../test/fixtures/mcp/odd-handshakes.ts';
import { oddCommand, type Script } from '../../test/fixtures/mcp/odd-server.ts';
import { type Answer, askUntil, type Caller } from './caller.ts';
import { expectEqual } from './odd-case.ts';

/** The answers of the good tool. */
export const said = answers.results;

/** Adds one that is a process, and waits until it runs or has failed; its view. */
export function addServer(caller: Caller, id: string, script: Script): Promise<Answer> {
  return add(caller, { id, ...oddCommand(script) });
}

/** Adds one that is behind a URL; without a transport the server finds out which it speaks. */
export function addRemote(caller: Caller, id: string, url: string, transport?: 'sse'): Promise<Answer> {
  return add(caller, { id, url, transport });
}

async function add(
  caller: Caller,
  body: { readonly id: string; readonly url?: string; readonly transport?: 'sse' | undefined },
): Promise<Answer> {
  const added = await caller.ask('POST', '/mcp/servers', body);
  if (added.status !== 201) return added;
  return askUntil(caller, `/mcp/servers/${body.id}`, (answer) => ['running', 'failed'].includes(answer.body?.status));
}

/** That a view is of a server that runs and has no complaint. */
export function runs({ status, text, body }: Answer): string | undefined {
  if (status !== 200) return `its view answers ${status} ${text.slice(0, 300)}`;
  return expectEqual([body.status, body.error], ['running', null]);
}

/** That its tool answers with this text. */
export async function callTool(caller: Caller, id: string, tool: string, says: string): Promise<string | undefined> {
  const { status, body } = await caller.ask('POST', `/mcp/proxy/${id}/tools/${tool}`, { arguments: {} });
  return expectEqual([status, body?.result, body?.error], [200, says, null]);
}

/** That an agent of its own uses the tool of the server in a prompt, and is told this. The agent is removed then. */
export async function promptTool(caller: Caller, id: string, tool: string, says: string): Promise<string | undefined> {
  const agent = `uses-${id}`;
  await caller.ask('POST', '/agents', { id: agent, selected_mcp_servers: [id] });
  const { events, status, text } = await caller.stream(`/agents/${agent}/prompt`, {
    message: `/tool ${id}__${tool} {}`,
  });
  await caller.ask('DELETE', `/agents/${agent}`);
  const told = events.find(({ type }) => type === 'tool_result');
  const problem = expectEqual([told?.result, told?.is_error, events.at(-1)?.type], [says, false, 'done']);
  return problem && `${problem} (${status} ${text.slice(-300)})`;
}

/** That its tool `good` serves. It is removed then. */
export async function callGood(caller: Caller, id: string): Promise<string | undefined> {
  const { status, body } = await caller.ask('POST', `/mcp/proxy/${id}/tools/good`, { arguments: {} });
  const removed = await caller.ask('DELETE', `/mcp/servers/${id}`);
  const right = [200, fine.content[0]?.text, null];
  return expectEqual([status, body?.result, body?.error], right) ?? (removed.status < 300 ? undefined : removed.text);
}
