/** Reads the servers of another program's config file as servers that a caller adds. */
import type { z } from 'zod';
import { EnvVarName } from '../../../contract/env-vars.ts';
import { CreateMcpServer } from '../../../contract/mcp-server-fields.ts';
import { invalidField, toWrongFields } from '../../call/validation-error.ts';
import { type ConfigProblem, parseConfig } from './config-file.ts';
import { readEditorInputs } from './editor-inputs.ts';
import { hintOf } from './editor-variables.ts';
import type { ServerDefinition } from './server-definition.ts';
import { toServerId } from './server-id.ts';

/** An entry of the file: what is to be added, or only why it cannot be. */
export interface ImportedEntry {
  readonly id: string;
  readonly fields?: z.output<typeof CreateMcpServer> | undefined;
  /** What is to be known of it, or why there are no fields. */
  readonly notes: readonly string[];
}

/** What a text says. No value of a variable or header is in a note. */
export interface ImportText {
  readonly entries: readonly ImportedEntry[];
  readonly notes: readonly string[];
}

/** The entries of a config file's text. Throws a 422 when it is none; what is odd about one entry harms no other. */
export function readImport(text: string): ImportText {
  const { servers, problems: found } = parseConfig(readEditorInputs(text), '', toServerId);
  const problems = found.map((problem) => ({ ...problem, entry: problem.entry && toServerId(problem.entry) }));
  const ofFile = problems.filter(({ entry }) => entry === undefined);
  if (servers.length === 0 && ofFile.length === problems.length && ofFile.some(({ isNote }) => !isNote))
    throw invalidField('text', ofFile.map(describe).join('; '));
  const notesOf = (id: string) => problems.filter(({ entry }) => entry === id).map(describe);
  const read = servers.map((definition) => toEntry(definition, notesOf(definition.id)));
  const known = new Set<string | undefined>(servers.map(({ id }) => id));
  const refused = [...new Set(problems.map(({ entry }) => entry))].filter((id) => id !== undefined && !known.has(id));
  return {
    entries: [...read, ...refused.map((id = '') => ({ id, notes: notesOf(id) }))],
    notes: ofFile.map(describe),
  };
}

const describe = ({ line, reason }: ConfigProblem) => (line ? `line ${line}: ${reason}` : reason);

/** What a caller would say to add this server, checked as if one had said it. */
function toEntry({ id, launch, ...said }: ServerDefinition, notes: readonly string[]): ImportedEntry {
  const wanted = {
    id,
    name: said.name.trim().slice(0, 200) || id,
    description: said.description.slice(0, 4000),
    enabled: said.enabled,
    ...(said.callTimeoutMs !== undefined && { timeout: Math.min(86_400, Math.max(1, said.callTimeoutMs / 1000)) }),
  };
  const told = [...notes, ...said.requiredEnvVars.flatMap((name) => hintOf(name) ?? [])];
  if (launch.type !== 'stdio') {
    const { type: transport, url, headers } = launch;
    return check({ ...wanted, url, headers: { ...headers }, transport }, told);
  }
  const { command, args, cwd } = launch;
  const { env, left } = withoutForbidden(launch.env);
  return check({ ...wanted, command, args: [...args], env, cwd }, [...told, ...left]);
}

/** The variables that a caller may set, and why the others are left out. */
function withoutForbidden(env: Readonly<Record<string, string>>) {
  const left: string[] = [];
  const allowed = Object.entries(env).filter(([name]) => {
    const [issue] = EnvVarName.safeParse(name).error?.issues ?? [];
    if (issue) left.push(`env.${name} is left out: ${issue.message}`);
    return !issue;
  });
  return { env: Object.fromEntries(allowed), left };
}

function check(wanted: z.input<typeof CreateMcpServer>, notes: readonly string[]): ImportedEntry {
  const { id } = wanted;
  const { data, error } = CreateMcpServer.safeParse(wanted);
  if (data) return { id, fields: data, notes };
  return { id, notes: [...notes, ...toWrongFields(error.issues).map(({ path, message }) => `${path}: ${message}`)] };
}
