// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what is written for people shows references.
/** Reads one entry of a config file. What is run must be clear; what only describes it may be wrong, and is left out and told. */
import { z } from 'zod';
import { NewServerId } from '../../../contract/ids.ts';
import { toWrongFields } from '../../call/validation-error.ts';
import { splitCommandLine } from './command-line.ts';
import { type EntryFields, isObject, readFields, transportOf } from './config-dialects.ts';
import { hintOf } from './editor-variables.ts';
import { isVariableName } from './expand.ts';
import { type Launch, mapTexts, requiredVariables, type ServerDefinition, textsOf } from './server-definition.ts';

/** What became of an entry. */
export interface ReadEntry {
  /** Absent when `problem` says why there is none. */
  readonly definition?: ServerDefinition | undefined;
  readonly problem?: string | undefined;
  /** What is wrong with it beside that. */
  readonly notes: readonly string[];
}

/** Why an entry cannot be run. */
class EntryError extends Error {
  override readonly name = 'EntryError';
}

/** Reads the entry of this id, which is called `name` unless it says otherwise. */
export function readEntry(id: string, value: unknown, name = id): ReadEntry {
  const notes: string[] = [];
  try {
    return { definition: toDefinition({ id, name }, value, notes), notes };
  } catch (cause) {
    if (!(cause instanceof EntryError)) throw cause;
    return { problem: cause.message, notes: [] };
  }
}

type Called = Pick<ServerDefinition, 'id' | 'name'>;

function toDefinition({ id, name }: Called, value: unknown, notes: string[]): ServerDefinition {
  const [wrong] = NewServerId.safeParse(id).error?.issues ?? [];
  if (wrong) throw new EntryError(`its id ${wrong.message}`);
  const fields = readFields(orThrow(z.looseObject({}), value));
  const launch = checkReferences(toLaunch(fields, notes));
  if (isObject(value) && 'envFile' in value) notes.push('envFile is not read: write its variables into env');
  return {
    id,
    origin: 'config',
    name: readText('name', fields.name, notes) ?? name,
    description: readText('description', fields.description, notes) ?? '',
    enabled: isEnabled(fields, notes),
    launch,
    requiredEnvVars: requiredVariables(launch),
    callTimeoutMs: readTimeout(fields.timeout, notes),
  };
}

const plain = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** Values by name; some write a list of `NAME=value`, or of `{"name", "value"}`. What is null is not set. */
const texts = z.preprocess(
  (value) => {
    const entries = Array.isArray(value) ? value.map(toNamed) : isObject(value) ? Object.entries(value) : undefined;
    return entries?.every((entry) => entry !== undefined)
      ? Object.fromEntries(entries.filter(([, one]) => one !== null))
      : value;
  },
  z.record(z.string(), plain),
);

function toNamed(value: unknown): [string, unknown] | undefined {
  if (isObject(value) && typeof value.name === 'string') return [value.name, value.value];
  const [, name, text] = (typeof value === 'string' && /^([^=]+)=(.*)$/s.exec(value)) || [];
  return name === undefined ? undefined : [name, text];
}

const words = z.preprocess((value) => {
  const read = typeof value === 'string' ? splitCommandLine(value) : value;
  return typeof read === 'string' ? [read] : read;
}, z.array(plain));

/** What is run or reached. */
const What = z.object({
  command: z.string().optional(),
  args: words.default([]),
  env: texts.default({}),
  cwd: z.string().optional(),
  url: z.string().optional(),
  headers: texts.default({}),
  type: z.string().optional(),
});
const WhatInList = What.extend({ command: z.array(plain) });

/** How an entry is run or reached. Throws when that is not clear. */
function toLaunch(fields: EntryFields, notes: string[]): Launch {
  const {
    command,
    args,
    env,
    cwd,
    url,
    headers,
    type: declared,
  } = orThrow(Array.isArray(fields.command) ? WhatInList : What, fields);
  const type = declared === undefined ? undefined : transportOf(declared);
  if (declared !== undefined && type === undefined)
    throw new EntryError(`transport '${declared}' is not one of stdio, http, sse`);
  if (command !== undefined && url !== undefined) {
    if (type === undefined) throw new EntryError('has both command and url');
    notes.push(`${type === 'stdio' ? 'url' : 'command'} is left out: the transport is ${type}`);
  }
  if (type === 'stdio' || (type === undefined && command !== undefined)) {
    if (command === undefined) throw new EntryError('transport stdio needs a command');
    const [program, ...first] = toWords(command);
    return { type: 'stdio', command: program, args: [...first, ...args], env, cwd };
  }
  if (url === undefined) throw new EntryError(type ? `transport ${type} needs a url` : 'needs a command or a url');
  if (!/^(?:https?:\/\/|\$\{)/i.test(url)) throw new EntryError('url: must begin with http:// or https://');
  return { type: type ?? 'http', url, headers };
}

function toWords(command: string | readonly string[]): [string, ...string[]] {
  const words = typeof command === 'string' ? splitCommandLine(command) : command;
  if (typeof words === 'string') throw new EntryError(`command: ${words}`);
  const [program, ...args] = words;
  if (!program) throw new EntryError('command: must name a program');
  return [program, ...args];
}

/** The same launch with the references of opencode, `{env:NAME}`, as those of all others. Throws for one that could never have a value. */
function checkReferences(launch: Launch): Launch {
  const read = mapTexts(launch, (text) => text.replace(/(?<!\$)\{env:([A-Za-z_]\w*)\}/g, '${$1}'));
  if (textsOf(read).some((text) => /(?<!\$)\{file:[^}]+\}/.test(text)))
    throw new EntryError('{file:…} is not read: write ${NAME} and set NAME');
  const impossible = requiredVariables(read).find((name) => !isVariableName(name));
  if (impossible !== undefined)
    throw new EntryError(hintOf(impossible) ?? `\${${impossible}} names no variable: write \${NAME} and set NAME`);
  return read;
}

function isEnabled({ enabled, disabled }: EntryFields, notes: string[]): boolean {
  const read = (field: string, value: unknown, fallback: boolean, whenWrong: boolean) => {
    if (value === undefined) return fallback;
    if (typeof value === 'boolean') return value;
    if (value === 'true' || value === 'false') return value === 'true';
    notes.push(`${field}: must be true or false; until then it is not started`);
    return whenWrong;
  };
  return read('enabled', enabled, true, false) && !read('disabled', disabled, false, true);
}

// Some clients write seconds and some milliseconds; nobody means a call of less than a second or of more than sixteen minutes.
function readTimeout(value: unknown, notes: string[]): number | undefined {
  if (value === undefined) return undefined;
  const timeout = typeof value === 'string' ? Number(value) : value;
  if (typeof timeout === 'number' && timeout > 0 && Number.isFinite(timeout))
    return timeout < 1000 ? timeout * 1000 : timeout;
  notes.push('timeout is left out: it must be a number above 0');
  return undefined;
}

function readText(field: 'name' | 'description', value: unknown, notes: string[]): string | undefined {
  const { data } = plain.optional().safeParse(value);
  if (value !== undefined && data === undefined) notes.push(`${field} is left out: it must be a text`);
  return data;
}

function orThrow<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const { data, error } = schema.safeParse(value);
  if (!error) return data;
  const wrong = toWrongFields(error.issues, '').map(({ path, message }) => (path ? `${path}: ${message}` : message));
  throw new EntryError(wrong.join('; '));
}
