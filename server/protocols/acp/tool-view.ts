/** Tool calls as an editor shows them: what they are called, what kind of work they do, and which files they are about. */
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ToolCallLocation, ToolKind } from '@agentclientprotocol/sdk';

/** What an editor shows of a call. */
export interface ToolView {
  readonly title: string;
  readonly name: string;
  readonly kind: ToolKind;
  readonly locations: ToolCallLocation[];
}

/** A call of a tool with arguments, in a session with this working folder. */
export function viewTool(name: string, args: unknown, cwd: string): ToolView {
  const kind = kindOf(name);
  const locations = findLocations(args, kind, cwd);
  const [first] = locations;
  const title = titleOf(name);
  return { title: first ? `${title}: ${first.path}` : title, name, kind, locations };
}

/** The first word of a kind that stands in the name of a tool says what it does; there is no other sign of that. */
const KINDS: readonly (readonly [ToolKind, RegExp])[] = [
  ['delete', /^(?:delete|remove|unlink|rm|drop)$/],
  ['move', /^(?:move|rename|mv)$/],
  ['edit', /^(?:edit|write|create|update|patch|insert|append|replace|save|set|put|mkdir)$/],
  ['search', /^(?:search|find|grep|glob|query|list|ls|lookup)$/],
  ['execute', /^(?:execute|exec|run|bash|shell|terminal|command|eval|python)$/],
  ['think', /^(?:think|plan|reason|reflect|sequentialthinking)$/],
  ['fetch', /^(?:fetch|http|browse|crawl|scrape|navigate|download|curl|web|url)$/],
  ['read', /^(?:read|get|view|cat|open|show|load|describe|stat|info)$/],
];

function kindOf(name: string): ToolKind {
  for (const word of wordsOf(name)) {
    const kind = KINDS.find(([, words]) => words.test(word));
    if (kind) return kind[0];
  }
  return 'other';
}

/** The words behind the server in the name of a tool. */
const wordsOf = (name: string): string[] =>
  toolOf(name)
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/);

const toolOf = (name: string): string => name.slice(name.indexOf('__') < 0 ? 0 : name.indexOf('__') + 2);

function titleOf(name: string): string {
  const text = toolOf(name).replace(/[_-]+/g, ' ').trim() || name;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const PATH_KEY = /^(?:(?:absolute|relative|file|source|target|destination|old|new|notebook|directory)_?)?paths?$/i;
const FILE_KEY = /^(?:files?|file_?name|directory|dir|folder)$/i;
const MOVE_KEY = /^(?:source|destination|from|to)$/i;
const LINE_KEY = /^(?:start_?)?line(?:_?(?:number|start))?$/i;
const MAX_LOCATIONS = 20;
const MAX_PATH = 4096;

/** The files that the arguments of a call name: by keys that say so, and each as an absolute path. */
function findLocations(args: unknown, kind: ToolKind, cwd: string): ToolCallLocation[] {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return [];
  const entries = Object.entries(args);
  const line = entries.find(([key, value]) => LINE_KEY.test(key) && Number.isInteger(value) && value >= 1)?.[1];
  const isPath = (key: string) => PATH_KEY.test(key) || FILE_KEY.test(key) || (kind === 'move' && MOVE_KEY.test(key));
  const texts = entries.flatMap(([key, value]) => (isPath(key) || isFileUrl(value) ? [value].flat() : []));
  const paths = texts.map((text) => toPath(text, cwd)).filter((path) => path !== undefined);
  return [...new Set(paths)]
    .slice(0, MAX_LOCATIONS)
    .map((path) => (line === undefined ? { path } : { path, line: Number(line) }));
}

function toPath(text: unknown, cwd: string): string | undefined {
  if (typeof text !== 'string' || text === '' || text.length > MAX_PATH || /[\0\n]/.test(text)) return undefined;
  if (isFileUrl(text)) return toFilePath(text);
  if (/^[a-z][a-z\d+.-]+:/i.test(text)) return /^[a-z]:[\\/]/i.test(text) ? text : undefined;
  return isAbsolute(text) ? text : resolve(cwd, text);
}

const isFileUrl = (value: unknown): boolean => typeof value === 'string' && value.startsWith('file://');

function toFilePath(url: string): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined; // it names no file of a machine
  }
}
