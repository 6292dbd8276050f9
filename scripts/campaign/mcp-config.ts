/** Config files of MCP servers as people have them: files that are odd as a whole, and odd entries of one file. */
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  editorEntries,
  readableEntries,
  switchedEntries,
  unusableEntries,
} from '../../test/fixtures/mcp/config-entries.ts';
import { brokenFiles, configFiles, encodings, filesWithoutServers } from '../../test/fixtures/mcp/config-files.ts';
import { answers } from '../../test/fixtures/mcp/odd-handshakes.ts';
import { oddCommand } from '../../test/fixtures/mcp/odd-server.ts';
import { askUntil, type Caller, SILENCE_MS } from './caller.ts';
import { expectEqual, type Group, type OddCase, type TriedServer } from './odd-case.ts';
import { planStage } from './plain-stage.ts';

const good = oddCommand(answers);
const NAMES_NONE = 'names no MCP servers: expected {"mcpServers"';

/** Writes the file as editors do, at once. */
async function write({ home }: TriedServer, text: string | Uint8Array): Promise<void> {
  await writeFile(join(home, 'mcp.json.new'), text);
  await rename(join(home, 'mcp.json.new'), join(home, 'mcp.json'));
}

/** That the server `a` of the file runs with this last argument. */
async function runsWith(caller: Caller, mark: string): Promise<string | undefined> {
  const isThere = (view: unknown) => Object(view).status === 'running' && Object(view).args.at(-1) === mark;
  const { status, body, text } = await askUntil(caller, '/mcp/servers/a', (answer) => isThere(answer.body));
  return isThere(body) ? expectEqual(body.tools.length, 1) : `${status} ${text.slice(-300)}`;
}

/** A file that is understood: what it says of `a` is what runs. */
const understood = (title: string, mark: string, toText: (args: string[]) => string | Uint8Array) => ({
  title,
  async attempt(server: TriedServer, caller: Caller) {
    await write(server, toText([...good.args, mark]));
    return runsWith(caller, mark);
  },
});

/** A file in which no server can be found: what ran before runs on, and the log says what is wrong. */
const refused = (title: string, mark: string, text: string, reason: string) => ({
  title,
  async attempt(server: TriedServer, caller: Caller) {
    await write(server, JSON.stringify({ mcpServers: { a: { ...good, args: [...good.args, mark] } } }));
    const problem = await runsWith(caller, mark);
    const before = server.output().length;
    await write(server, text);
    const isSaid = await waitForLog(server, reason, before);
    return problem ?? (isSaid ? runsWith(caller, mark) : `the log does not say: ${reason}`);
  },
});

async function waitForLog(server: TriedServer, words: string, from = 0): Promise<boolean> {
  for (const deadline = performance.now() + SILENCE_MS; performance.now() < deadline; ) {
    if (logged(server.output().slice(from)).some((message) => message.includes(words))) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

/** The messages of a log. */
const logged = (output: string): string[] =>
  output.split('\n').flatMap((line) => (/^\{.*\}$/.test(line) ? [String(JSON.parse(line).msg)] : []));

const files = [
  ...configFiles('', []).map(([title], index) =>
    understood(title, `file-${index}`, (args) => JSON.stringify(configFiles(good.command, args)[index]?.[1])),
  ),
  ...encodings.map(([title, encode], index) =>
    understood(title, `encoding-${index}`, (args) => encode(JSON.stringify({ mcpServers: { a: { ...good, args } } }))),
  ),
  understood('the same section twice', 'twice', (args) => {
    const entry = JSON.stringify({ a: { ...good, args } });
    return `{"mcpServers": {"a": {"command": "none"}}, "mcpServers": ${entry}}`;
  }),
  ...filesWithoutServers.map((file, index) =>
    refused(JSON.stringify(file), `none-${index}`, JSON.stringify(file), NAMES_NONE),
  ),
  ...brokenFiles.map(([text, reason], index) => refused(text, `broken-${index}`, text, reason)),
];

const entries = [
  ...readableEntries.map(([title, entry, launch]) => ({ title, entry, enabled: true, notes: [], launch })),
  ...switchedEntries.map(([entry, enabled, notes]) => ({ title: JSON.stringify(entry), entry, enabled, notes })),
  ...unusableEntries.map(([entry, reason]) => ({ title: JSON.stringify(entry), entry, notes: [reason] })),
].map((each, index) => ({ launch: undefined, enabled: undefined, ...each, id: `e${index}` }));

const toEntryCase = (
  { id, title, enabled, notes, launch }: (typeof entries)[number],
  server: TriedServer,
): OddCase => ({
  title,
  async attempt(caller) {
    const { status, body } = await caller.ask('GET', `/mcp/servers/${id}`);
    for (const note of notes) {
      if (!(await waitForLog(server, `server '${id}': ${note}`))) return `the log does not say: ${note}`;
    }
    if (enabled === undefined) return expectEqual(status, 404);
    return expectEqual([status, body?.enabled], [200, enabled]) ?? (launch && expectEqual(shown(body), told(launch)));
  },
});

/** How a server is run, and the variables it needs: as a view shows it, and as it is to be shown. */
const shown = ({ transport, command, args, url, envVars, requiredEnvVars }: Record<string, unknown>) => [
  ...[transport, command, args, url],
  ...[envVars, requiredEnvVars],
];
function told(launch: object): unknown[] {
  const { type, command, args, url, env, headers } = Object(launch);
  const references = [...JSON.stringify(launch).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
  return [...[type, command, args, url], ...[Object.keys(env ?? headers), [...new Set(references)]]];
}

const hints = editorEntries.map(
  ([entry, error], index): OddCase => ({
    title: JSON.stringify(entry),
    async attempt(caller) {
      const { body } = await askUntil(caller, `/mcp/servers/v${index}`, (view) => view.body?.status === 'failed');
      return expectEqual([body?.status, body?.error], ['failed', `MCP server 'v${index}' ${error}`]);
    },
  }),
);

const writeServers = (home: string, entriesById: readonly (readonly [id: string, entry: object])[]) =>
  writeFile(join(home, 'mcp.json'), JSON.stringify({ mcpServers: Object.fromEntries(entriesById) }));

/**
 * One server whose file is written anew for each, one with all entries in its file, none of which it starts, and one that tries to start those
 * that were written for an editor.
 */
export const mcpConfig: Group = {
  name: 'mcp-config',
  stages: [
    planStage({
      title: 'files',
      isInOrder: true,
      // Each file is noticed after two seconds; `mcp-config-dialects.test.ts` reads all of them.
      isLong: true,
      cases: files,
      toCases: (server) => files.map(({ title, attempt }) => ({ title, attempt: (caller) => attempt(server, caller) })),
    }),
    planStage({
      title: 'entries',
      cases: entries,
      args: ['--no-config-mcp-servers'],
      prepare: (home) =>
        writeServers(
          home,
          entries.map(({ id, entry }) => [id, entry]),
        ),
      toCases: (server) => entries.map((entry) => toEntryCase(entry, server)),
    }),
    planStage({
      title: 'variables of editors',
      isLong: true,
      cases: hints,
      prepare: (home) =>
        writeServers(
          home,
          editorEntries.map(([entry], index) => [`v${index}`, entry]),
        ),
      toCases: () => hints,
    }),
  ],
};
