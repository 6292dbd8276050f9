/** Reads the user's own MCP servers from `~/.datalayer/mcp.json`, and from the files of editors and agents. */
import { readFile, stat } from 'node:fs/promises';
import { EXPECTED, findSections, isObject, type Section } from './config-dialects.ts';
import { readEntry } from './config-entry.ts';
import { decodeConfig } from './decode-config.ts';
import { JsonSyntaxError, type ParsedJson, parseJsonWithComments } from './json-with-comments.ts';
import type { ServerDefinition } from './server-definition.ts';

const MAX_FILE_BYTES = 1024 * 1024;

/** What is wrong with a config file, or with one entry of it. */
export interface ConfigProblem {
  readonly file: string;
  readonly line?: number | undefined;
  readonly entry?: string | undefined;
  readonly reason: string;
  /** The file, or the server, is used all the same. */
  readonly isNote?: true | undefined;
}

/** What a config file says. */
export interface McpConfig {
  readonly servers: readonly ServerDefinition[];
  readonly problems: readonly ConfigProblem[];
}

/** One sentence for people: file, line, entry, reason. */
export function describeProblem({ file, line, entry, reason }: ConfigProblem): string {
  return `${file}${line ? `:${line}` : ''}: ${entry ? `server '${entry}': ` : ''}${reason}`;
}

/** Reads a config file. No file means no servers; a bad file or entry is a problem of its own and never harms the others. */
export async function readConfigFile(file: string): Promise<McpConfig> {
  const bytes = await readBytes(file);
  if (bytes === undefined) return { servers: [], problems: [] };
  if (typeof bytes === 'string') return { servers: [], problems: [{ file, reason: bytes }] };
  const { text, isWhole } = decodeConfig(bytes);
  const { servers, problems } = parseConfig(text, file);
  if (isWhole) return { servers, problems };
  const line = text.split('\uFFFD', 1)[0]?.split('\n').length;
  return { servers, problems: [{ file, line, reason: 'is neither UTF-8 nor UTF-16 here', isNote: true }, ...problems] };
}

/** What is in the file, or why it cannot be read; undefined without one. */
async function readBytes(file: string): Promise<Uint8Array | string | undefined> {
  try {
    const { size } = await stat(file);
    return size > MAX_FILE_BYTES ? 'is larger than 1 MiB' : await readFile(file);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : `cannot be read (${code})`;
  }
}

/** The servers of a config file's text; `toId` says which id an entry of this name has. */
export function parseConfig(text: string, file: string, toId = (name: string): string => name): McpConfig {
  if (text.trim() === '') return { servers: [], problems: [] };
  let parsed: ParsedJson;
  try {
    parsed = parseJsonWithComments(text);
  } catch (cause) {
    if (!(cause instanceof JsonSyntaxError)) throw cause;
    return { servers: [], problems: [{ file, line: cause.line, reason: cause.message }] };
  }
  const { value, lines, flaws } = parsed;
  if (!isObject(value)) return { servers: [], problems: [{ file, line: 1, reason: 'must hold an object' }] };
  const sections = findSections(value);
  if (sections.length === 0 && Object.keys(value).length > 0)
    return { servers: [], problems: [{ file, line: 1, reason: EXPECTED }] };
  const servers = new Map<string, ServerDefinition>();
  const places = new Map<string, string>();
  const problems: ConfigProblem[] = flaws.map((flaw) => describeFlaw(flaw, sections, file));
  for (const found of sections.flatMap((section) => entriesOf(section, { lines, toId }))) {
    const { line, entry } = found;
    const report = (reason: string, isNote?: true) => problems.push({ file, line, entry, reason, isNote });
    if (entry === undefined) {
      report(found.reason);
    } else if (servers.has(entry)) {
      report(`is defined twice: the first one${places.get(entry)} counts`);
    } else {
      const { definition, problem, notes } = readEntry(entry, found.value, found.name);
      if (definition) servers.set(entry, definition);
      places.set(entry, toPlace(found));
      if (problem !== undefined) report(problem);
      for (const note of notes) report(note, true);
    }
  }
  return { servers: [...servers.values()], problems };
}

/** Where an entry is: the order of sections is not always that of the file. */
const toPlace = ({ section, line }: Entry) => `${section && ` in ${section}`}${line ? `, line ${line},` : ''}`;

/** One entry of a section, or what is wrong where one should be. */
type Entry = { readonly section: string; readonly line: number | undefined } & (
  | { readonly entry: string; readonly name: string; readonly value: unknown }
  | { readonly entry?: undefined; readonly reason: string }
);

interface Reading {
  readonly lines: ReadonlyMap<string, number>;
  readonly toId: (name: string) => string;
}

function entriesOf({ path, entries }: Section, { lines, toId }: Reading): Entry[] {
  const lineOf = (...below: (string | number)[]) => lines.get([...path, ...below].join('.'));
  const section = path.join('.');
  if (isObject(entries))
    return Object.entries(entries).map(([name, value]) => ({
      section,
      entry: toId(name),
      name,
      value,
      line: lineOf(name),
    }));
  // Some write a list, each entry with its name.
  if (!Array.isArray(entries)) return [{ section, reason: `${section} must be an object of servers`, line: lineOf() }];
  return entries.map((value: unknown, index) => {
    const name = nameOf(value);
    if (name === undefined)
      return { section, reason: `${section}.${index} must be a server with a name`, line: lineOf() };
    return { section, entry: toId(name), name, value, line: lineOf(index, 'name') };
  });
}

const nameOf = (value: unknown) => (isObject(value) && typeof value.name === 'string' ? value.name : undefined);

/** A flaw with the server in whose entry it is. What `JSON.parse` makes of it counts. */
function describeFlaw(
  { kind, path, line, message }: ParsedJson['flaws'][number],
  sections: readonly Section[],
  file: string,
) {
  const within = sections.find((one) => path.length > one.path.length && one.path.every((key, at) => path[at] === key));
  const depth = within?.path.length ?? 0;
  const key = path[depth];
  const list = within && Array.isArray(within.entries) && typeof key === 'number' ? within.entries[key] : undefined;
  const entry = within && (list === undefined ? String(key) : nameOf(list));
  const place = path.slice(entry === undefined ? 0 : depth + 1).join('.');
  const reason = `${place}${place && ' '}${message}${kind === 'repeated-key' ? ': the last one counts' : ''}`;
  return { file, line, entry, reason, isNote: true } as const;
}
