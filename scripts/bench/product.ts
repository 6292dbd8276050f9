/** The product as an operator runs it, with keys, log and limits: `node product.ts '{"words":1}'`. */
import { mkdtempSync, openSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../../server/http/log.ts';
import { startHttpServer } from '../../server/http/server.ts';
import { readOptions } from '../../server/options.ts';
import { createRuntime } from '../../server/wiring/runtime.ts';
import { announce, tellProgress } from './child.ts';
import { agentsOf } from './data.ts';
import { familyOf } from './families.ts';
import { wordsModel } from './words-model.ts';

/** What it is told, as JSON. Its agents run on a provider, or on a script. */
interface ProductArgument {
  /** The family of a provider, and its address. */
  readonly family?: string;
  readonly provider?: string;
  /** What the script says, and how many answers wait for each other. */
  readonly words?: number;
  readonly together?: number;
  /** The script says Markdown, at a pace. */
  readonly isMarkdown?: boolean;
  /** A folder that is filled already; absent: an empty one. */
  readonly dataFolder?: string;
  /** A PostgreSQL in place of the file of the folder. */
  readonly databaseUrl?: string;
  /** How many agents are made; absent: 100. */
  readonly agents?: number;
  /** A file with MCP servers, which are started; absent: none. */
  readonly mcpConfig?: string;
}

/** A key with a name: what is stored of it belongs to `bench`. */
const API_KEY = 'bench-key';
const argument: ProductArgument = JSON.parse(process.argv[2] ?? '{}');
const { family, provider = '', words = 1, together = 1, isMarkdown, mcpConfig, databaseUrl } = argument;
const { dataFolder = mkdtempSync(join(tmpdir(), 'agent-runtimes-bench-')), agents = 100 } = argument;
const servers = mcpConfig === undefined ? ['--no-config-mcp-servers'] : ['--mcp-config', mcpConfig];
const database = databaseUrl === undefined ? [] : ['--database-url', databaseUrl];
const args = [
  '--port',
  '0',
  '--api-keys',
  `bench:${API_KEY}`,
  '--rate-limit',
  '100000000/min',
  ...servers,
  ...database,
];
const options = readOptions([...args, '--data-dir', dataFolder], {});
if ('print' in options) throw new Error('not options');
const log = createLog({ level: 'info', descriptor: openSync(devNull, 'w') });
const { OTEL_EXPORTER_OTLP_ENDPOINT, PATH = '' } = process.env;
const environment = {
  PATH,
  ...(OTEL_EXPORTER_OTLP_ENDPOINT && { OTEL_EXPORTER_OTLP_ENDPOINT }),
  ...(family !== undefined && familyOf(family).environment(provider)),
};
const model = family === undefined ? 'script:words' : familyOf(family).model;
const runtime = await createRuntime({ options, environment, log });
if (family === undefined) runtime.models.register(model, wordsModel(words, together, isMarkdown));
const { url, port } = await startHttpServer(runtime.http);
runtime.start(url);

for (const [index, { id, name, description, system_prompt }] of agentsOf(agents).entries()) {
  const response = await fetch(`${url}/api/v1/agents`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ id, name, description, system_prompt, model }),
  });
  // A folder that is filled already may have it.
  if (!response.ok && response.status !== 409) throw new Error(`could not make an agent: ${await response.text()}`);
  tellProgress(`${index + 1} of ${agents} agents`);
}
announce(port);
