/** Stages whose cases are code that agents run, in each place where it can run. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missingJupyter, startJupyter } from '../jupyter-server.ts';
import { Caller } from './caller.ts';
import type { OddCase, StagePlan, TriedServer } from './odd-case.ts';
import { planStage } from './plain-stage.ts';
import type { StartTried } from './start-tried.ts';

/** Where code runs. */
export type Variant = 'local-eval' | 'local-jupyter';

/** What cases in a Jupyter server need to move code there: the fields of a start of agents. */
export interface Place {
  readonly jupyter_sandbox?: string;
}

interface CodeStage extends Pick<StagePlan, 'title' | 'isInOrder'>, Pick<StartTried, 'environment' | 'key'> {
  readonly variant: Variant;
  readonly cases: readonly unknown[];
  toCases(server: TriedServer, place: Place): readonly OddCase[];
}

const TYPED = fileURLToPath(new URL('../../test/fixtures/mcp/typed-server.mjs', import.meta.url));
const mcpServers = { typed: { command: process.execPath, args: [TYPED] } };

/** The agent `coder` writes code, which runs in the variant, and has the tools of the server `typed`. Interpreters start slowly. */
export const planCodeStage = ({ variant, toCases, title, ...plan }: CodeStage): StagePlan =>
  planStage({
    ...plan,
    title: `${title}, in ${variant}`,
    isLong: true,
    missing: variant === 'local-jupyter' ? missingJupyter : undefined,
    prepare: (home) => writeFile(join(home, 'mcp.json'), JSON.stringify({ mcpServers })),
    async toCases(server, owned) {
      const caller = new Caller(server);
      await makeCoder(caller, 'coder');
      if (variant === 'local-eval') return toCases(server, {});
      const { url, token } = owned.use(await startJupyter());
      const place = { jupyter_sandbox: `${url}?token=${token}` };
      const { status, text } = await caller.ask('POST', '/agents/mcp-servers/start', place);
      if (status !== 200) throw new Error(`Code does not run in Jupyter: ${status} ${text}`);
      return toCases(server, place);
    },
  });

/** Makes an agent that writes code. Throws when there is none then. */
export async function makeCoder(caller: Caller, id: string): Promise<void> {
  const body = { id, enable_codemode: true, selected_mcp_servers: ['typed'] };
  const { status, text } = await caller.ask('POST', '/agents', body);
  if (status !== 201) throw new Error(`No agent is made: ${status} ${text}`);
  await caller.ask('POST', `/agents/${id}/mcp-servers/start`, {});
}

/** What code of an agent comes to; its time limit is in seconds. */
export async function execute(caller: Caller, code: string, agent = 'coder', timeout = 60) {
  const { body, text } = await caller.ask('POST', `/agents/${agent}/execute`, { code, timeout });
  return { ...Object(body), text };
}

/** The value of the last expression of code, as JSON where it is that. */
export async function evaluate(caller: Caller, code: string, agent?: string): Promise<unknown> {
  const { result, text } = await execute(caller, code, agent);
  return result?.['application/json'] ?? result?.['text/plain'] ?? text.slice(-300);
}
