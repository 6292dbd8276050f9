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

/** Adds one that is behind a URL. */
export function addRemote(caller: Caller, id: string, url: string): Promise<Answer> {
  return add(caller, { id, url });
}

async function add(caller: Caller, body: { readonly id: string; readonly url?: string }): Promise<Answer> {
  const added = await caller.ask('POST', '/mcp/servers', body);
  if (added.status !== 201) return added;
  return askUntil(caller, `/mcp/servers/${body.id}`, (answer) => ['running', 'failed'].includes(answer.body?.status));
}

/** That a view is of a server that runs and has no complaint. */
export function runs({ status, text, body }: Answer): string | undefined {
  if (status !== 200) return `its view answers ${status} ${text.slice(0, 300)}`;
  return expectEqual([body.status, body.error], ['running', null]);
}

/** That its tool `good` serves. It is removed then. */
export async function callGood(caller: Caller, id: string): Promise<string | undefined> {
  const { status, body } = await caller.ask('POST', `/mcp/proxy/${id}/tools/good`, { arguments: {} });
  const removed = await caller.ask('DELETE', `/mcp/servers/${id}`);
  const right = [200, fine.content[0]?.text, null];
  return expectEqual([status, body?.result, body?.error], right) ?? (removed.status < 300 ? undefined : removed.text);
}
