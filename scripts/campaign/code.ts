/** Code that changes what carries its own results, and addresses at which code is told to call tools. */
import { foreignAddresses, ownAddresses, unusableAddresses } from '../../test/fixtures/codemode/proxy-addresses.ts';
import { startPlainServer } from '../../test/fixtures/plain-server.ts';
import { afterPatch, patches } from '../../test/fixtures/sandbox/patches.ts';
import type { Caller } from './caller.ts';
import { evaluate, execute, makeCoder, type Place, planCodeStage } from './code-stage.ts';
import { expectEqual, type Group, type OddCase, type StagePlan, type TriedServer } from './odd-case.ts';

/** The fields that are asked for, of what came. */
function pick(came: Record<string, unknown>, asked: object): object {
  const entries = Object.entries(asked).map(([key, value]) => {
    const isRecord = Object.prototype.toString.call(value) === '[object Object]';
    return [key, isRecord ? pick(Object(came[key]), value) : came[key]];
  });
  return Object.fromEntries(entries);
}

/** Runs the code in an interpreter of its own, then what is to come to the same whatever was changed, then what must be interrupted. */
const patched = patches.map(
  ([title, code], index): OddCase => ({
    title,
    async attempt(caller) {
      const agent = `patch-${index}`;
      await makeCoder(caller, agent);
      const problem = await judgePatch(caller, agent, code);
      await caller.ask('DELETE', `/agents/${agent}`);
      return problem;
    },
  }),
);

async function judgePatch(caller: Caller, agent: string, code: string): Promise<string | undefined> {
  const first = { status: 'ok', stdout: 'before\n', error: null, variables_lost: false };
  for (const [next, right] of [[`print("before")\n${code}`, first] as const, ...afterPatch]) {
    const came = await execute(caller, next, agent);
    const asked = { variables_lost: false, ...right };
    const problem = expectEqual(pick(came, asked), asked);
    if (problem) return `${next}: ${problem} (${came.text.slice(0, 400)})`;
  }
  // A busy machine may have to end the interpreter: what comes after runs all the same.
  const endless = await execute(caller, 'while True: pass', agent, 0.5);
  const after = await execute(caller, '6 * 7', agent);
  return expectEqual([endless.status, after.status, after.result?.['text/plain']], ['timeout', 'ok', '42']);
}

const TOKEN = 'import os\n[os.environ["AGENT_RUNTIMES_MCP_PROXY_TOKEN"]]';
const ECHO = 'from generated.mcp.typed import echo\n[await echo(text="x")]';

/** Tells the server where code is to call tools. */
const point = (caller: Caller, place: Place, mcp_proxy_url: string) =>
  caller.ask('POST', '/agents/mcp-servers/start', { ...place, mcp_proxy_url });

/** The token that code has, as far as it matters. */
async function tokenOf(caller: Caller): Promise<unknown> {
  const [token] = [await evaluate(caller, TOKEN)].flat();
  return typeof token === 'string' && token.startsWith('arp_') ? 'a token' : token;
}

function addressCases({ url }: TriedServer, place: Place): OddCase[] {
  const port = Number(new URL(url).port);
  const toCase = (title: string, attempt: OddCase['attempt']): OddCase => ({ title, attempt });
  return [
    ...ownAddresses(port).map(([address]) =>
      toCase(`its own: ${address}`, async (caller) => {
        const { status } = await point(caller, place, address);
        return expectEqual([status, await tokenOf(caller), await evaluate(caller, ECHO)], [200, 'a token', ['x']]);
      }),
    ),
    ...foreignAddresses(port).map((address) =>
      toCase(`another: ${address}`, async (caller) => {
        const { status } = await point(caller, place, address);
        return expectEqual([status, await tokenOf(caller)], [200, '']);
      }),
    ),
    ...unusableAddresses(port).map((address) =>
      toCase(`none: ${address.slice(0, 80)}`, async (caller) => {
        const { status, body } = await point(caller, place, address);
        return expectEqual([status, body?.code], [422, 'validation-failed']);
      }),
    ),
    toCase('a server that listens on another port', async (caller) => {
      await using elsewhere = await startPlainServer();
      await point(caller, place, `http://127.0.0.1:${new URL(elsewhere.url).port}/proxy`);
      await execute(caller, ECHO);
      const sent = elsewhere.requests.map(({ url, headers }) => [url, headers.authorization ?? 'no token']);
      return expectEqual(sent, [['/proxy/typed/tools/echo', 'no token']]);
    }),
  ];
}

const patchStage = (variant: 'local-eval' | 'local-jupyter'): StagePlan =>
  planCodeStage({ variant, title: 'what code changes', cases: patched, toCases: () => patched });

/** Each change has an interpreter of its own; the addresses follow one another, as where code calls tools is one setting. */
export const code: Group = {
  name: 'code',
  stages: [
    patchStage('local-eval'),
    patchStage('local-jupyter'),
    planCodeStage({
      variant: 'local-jupyter',
      title: 'where tools are called',
      isInOrder: true,
      cases: [...ownAddresses(1), ...foreignAddresses(1), ...unusableAddresses(1), 'another port'],
      toCases: addressCases,
    }),
  ],
};
