/** Who may import whom. Run as a command, reads every import of the repository and fails on one that no rule allows, and on a rule that nobody needs. */
import { type Import, readImports } from './read-imports.ts';

const FOLDERS = ['contract', 'client', 'server', 'scripts', 'test'];

// What features share: what a call is, waits, where connections may lead, how ids are made and tools are named, and four ports that one
// feature fills for another.
const SHARED = [
  'contract/',
  'server/async/',
  'server/call/',
  'server/network/',
  'server/command-error.ts',
  'server/home-folder.ts',
  'server/key-file.ts',
  'server/options.ts',
  'server/version.ts',
  'server/live-events/publish.ts',
  'server/mcp/tool-names.ts',
  'server/runs/call-watch.ts',
  'server/runs/ids.ts',
  'server/runs/schema-tools.ts',
  'server/runs/toolset.ts',
  'server/store/messages.ts',
];
const feature = (...others: string[]) => [...SHARED, ...others, 'package:', 'node:'];
const protocol = (...others: string[]) =>
  feature(
    'server/protocols/approval-answers.ts',
    'server/protocols/caller-tools.ts',
    'server/protocols/offered-agents.ts',
    'server/protocols/said-events.ts',
    'server/protocols/text-runs.ts',
    'server/runs/run-events.ts',
    'server/surfaces/',
    ...others,
  );
const outside = ['contract/', 'client/', 'server/', 'scripts/', 'package.json', 'package:', 'node:'];
const COMMON = new Set([...protocol(), ...outside]);

/**
 * What the files below each prefix may import beside their own part; the longest prefix that fits decides. A folder ends with a slash;
 * `package:` is every package. A feature that is not listed knows only what all share.
 */
const RULES: Readonly<Record<string, readonly string[]>> = {
  'contract/': ['zod'],
  'contract/types.ts': ['contract/', 'zod', '@trpc/server'],
  'contract/openapi.ts': ['contract/', 'zod', '@trpc/server', 'trpc-to-openapi'],
  'contract/openapi-errors.ts': ['contract/', 'trpc-to-openapi'],
  'client/': ['contract/', '@trpc/client', '@trpc/server', 'openapi-fetch'],
  'client/console/': ['contract/', 'package:'],
  'server/': feature(),
  'server/version.ts': ['package.json'],
  'server/call/': ['contract/', 'zod', 'node:async_hooks'],
  'server/main.ts': [
    'server/acp/acp.ts',
    'server/doctor/doctor.ts',
    'server/home-folder.ts',
    'server/serve.ts',
    'node:',
  ],
  // It looks at every feature as a start would meet it.
  'server/doctor/': feature('server/'),
  // A command beside the server: a way to it, or a server for the windows of one user.
  'server/acp/': feature(
    'server/http/',
    'server/protocols/acp/',
    'server/store/folder-address.ts',
    'server/until-signal.ts',
    'server/wiring/',
  ),
  'server/serve.ts': feature(
    'server/banner.ts',
    'server/http/',
    'server/shrink-heap.ts',
    'server/store/folder-address.ts',
    'server/until-signal.ts',
    'server/wiring/check-options.ts',
    'server/wiring/runtime.ts',
  ),
  'server/wiring/': feature('server/'),
  'server/http/': [
    'contract/',
    'server/async/settles-within.ts',
    'server/async/shared-interval.ts',
    'server/call/',
    'server/command-error.ts',
    'server/key-file.ts',
    'server/network/chunks.ts',
    'server/network/node-http.ts',
    'package:',
    'node:',
  ],
  'server/agents/': feature('server/mcp/', 'server/runs/', 'server/store/'),
  'server/codemode/': feature('server/mcp/', 'server/sandbox/'),
  'server/approvals/': feature('server/runs/', 'server/store/'),
  'server/configure/': feature('server/mcp/', 'server/models/'),
  'server/conversations/': feature('server/store/'),
  'server/examples/': feature('server/runs/'),
  'server/mcp/': feature('server/secrets/secret-box.ts'),
  'server/metrics/': feature('server/runs/run-end.ts', 'server/store/stored-steps.ts'),
  'server/telemetry/': feature('server/http/log.ts', 'server/runs/', 'server/store/'),
  'server/usage/': feature('server/runs/run-views.ts', 'server/store/'),
  'server/prices/': feature('server/models/', 'server/store/usage.ts'),
  'server/prompts/': feature('server/runs/'),
  // One protocol never imports another: what several need is a file or a feature beside them.
  'server/protocols/': protocol(),
  'server/protocols/a2a/': protocol('server/store/stored-push.ts', 'server/store/stored-tasks.ts'),
  'server/protocols/openai/': protocol('server/runs/answer-files.ts'),
  'server/protocols/vercel-ai/': protocol('server/runs/answer-files.ts'),
  'server/protocols/mcp/': protocol('server/mcp/doors/door-tools.ts', 'server/runs/asked-agent.ts'),
  'server/surfaces/': feature('server/runs/run-events.ts'),
  'server/subagents/': feature('server/runs/', 'server/store/'),
  'server/sandbox/': feature('server/secrets/secret-box.ts'),
  'server/skills/': feature('server/sandbox/'),
  'server/runs/': feature('server/models/', 'server/replicas/', 'server/store/'),
  'server/replicas/': feature(
    'server/store/asks-store.ts',
    'server/store/desires-store.ts',
    'server/store/record-store.ts',
    'server/store/shared-store.ts',
    'server/store/stored-runs.ts',
  ),
  // The campaign tries the same tables as the tests.
  'scripts/': [...outside, 'test/fixtures/'],
  'test/': outside,
};

/** The folders of one feature, from the ground up: none imports from one above it. */
const FLOORS = [
  'server/mcp/toolbox/',
  'server/mcp/definitions/',
  'server/mcp/wire/',
  'server/mcp/processes/',
  'server/mcp/servers/',
  'server/mcp/',
  'server/mcp/doors/',
];

/** Slow to load: only their types, or a lazy import in the code that needs them. */
const HEAVY = [
  '@a2a-js/sdk',
  '@agentclientprotocol/sdk',
  '@ai-sdk/',
  '@jupyterlab/services',
  '@modelcontextprotocol/sdk',
  '@opentelemetry/',
  'contract/openapi.ts',
  'prom-client',
  'pyodide',
  'trpc-to-openapi',
  'ws',
];
/** Files that are processes of their own, or are loaded lazily as a whole. */
const MAY_BE_HEAVY = [
  'contract/openapi.ts',
  'server/mcp/toolbox/',
  'server/sandbox/local-jupyter/jupyter-client.ts',
  'server/telemetry/otlp-export.ts',
  'server/telemetry/sampler.ts',
  'scripts/',
  'test/',
];
const LIGHT = ['@ai-sdk/provider'];

/** The imports that no rule allows, each as one line that says so. */
export function findCrossings(imports: readonly Import[]): string[] {
  return imports.flatMap(({ file, target, kind }) => {
    const problem = isAllowed(file, target)
      ? kind === 'value' && isHeavy(target) && !fits(file, MAY_BE_HEAVY) && 'must be imported lazily in'
      : 'must not be imported by';
    return problem ? [`${target} ${problem} ${file}`] : [];
  });
}

/** The grants that no import uses, each as one line that says so; one that many rules share is used when one of them uses it. */
export function findUnusedGrants(imports: readonly Import[]): string[] {
  const byRule = Map.groupBy(imports, ({ file }) => ruleOf(file)[0]);
  const isUsed = (grant: string, importsOfRule: readonly Import[] = []) =>
    importsOfRule.some(
      ({ file, target }) =>
        !fits(target, ownFolder(file)) && (grant === 'package:' ? isPackage(target) : fits(target, [grant])),
    );
  return Object.entries(RULES).flatMap(([prefix, grants]) =>
    grants
      .filter((grant) => !isUsed(grant, COMMON.has(grant) ? imports : byRule.get(prefix)))
      .map((grant) => `${prefix} imports nothing of ${grant}`),
  );
}

/** The circles among files that import each other's values, each as `a → b → a`. */
export function findCircles(imports: readonly Import[]): string[] {
  const targets = Map.groupBy(
    imports.filter(({ kind }) => kind === 'value'),
    ({ file }) => file,
  );
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]) => {
    const at = path.indexOf(file);
    if (at >= 0) circles.push([...path.slice(at), file].join(' → '));
    if (done.has(file)) return;
    done.add(file);
    for (const { target } of targets.get(file) ?? []) visit(target, [...path, file]);
  };
  for (const file of targets.keys()) visit(file, []);
  return circles;
}

function isAllowed(file: string, target: string): boolean {
  if (floorOf(file) >= 0 && floorOf(target) > floorOf(file)) return false;
  const [, allowed] = ruleOf(file);
  return fits(target, [...ownFolder(file), ...allowed]) || (isPackage(target) && allowed.includes('package:'));
}

/** The rule with the longest prefix that fits. */
function ruleOf(file: string): readonly [prefix: string, grants: readonly string[]] {
  return Object.entries(RULES)
    .filter(([start]) => fits(file, [start]))
    .reduce((best, rule) => (rule[0].length > best[0].length ? rule : best), ['', []]);
}

/** A feature of the server, one protocol, or any other folder at the root is one part; what stands beside the features is none. */
function ownFolder(file: string): string[] {
  const [folder = '', ...path] = file.split('/').slice(0, -1);
  if (folder !== 'server') return [`${folder}/`];
  const [feature, protocol] = path;
  if (feature === 'protocols') return protocol ? [`server/protocols/${protocol}/`] : [];
  return feature ? [`server/${feature}/`] : [];
}

const fits = (path: string, prefixes: readonly string[]) =>
  prefixes.some((prefix) => (/[/:]$/.test(prefix) ? path.startsWith(prefix) : `${path}/`.startsWith(`${prefix}/`)));
const floorOf = (path: string) => FLOORS.indexOf(path.slice(0, path.lastIndexOf('/') + 1));
const isPackage = (target: string) => !target.startsWith('node:') && !/\.(tsx?|json)$/.test(target);
const isHeavy = (target: string) => fits(target, HEAVY) && !fits(target, LIGHT);

if (import.meta.main) {
  const imports = readImports(FOLDERS);
  const problems = [...findCrossings(imports), ...findCircles(imports), ...findUnusedGrants(imports)];
  for (const problem of problems) console.error(problem);
  console.log(`${imports.length} imports, ${problems.length} against the rules`);
  if (problems.length || !imports.length) process.exitCode = 1;
}
