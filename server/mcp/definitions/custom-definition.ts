/** The definition of a custom server: what callers say of it, and what of that is stored. */
import { z } from 'zod';
import { invalidField } from '../../call/validation-error.ts';
import { classifyHost, isReachable } from '../../network/outgoing-address.ts';
import {
  type Launch,
  type RemoteLaunch,
  requiredVariables,
  type ServerDefinition,
  type StdioLaunch,
} from './server-definition.ts';
import { withholdSecrets } from './withhold-secrets.ts';

/** What a caller says of a server; a field that is undefined is not said. */
export interface ServerFields {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly command?: string | undefined;
  readonly args?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  readonly url?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly transport?: Launch['type'] | undefined;
  /** How long one call may be silent, in seconds. */
  readonly timeout?: number | undefined;
  readonly enabled?: boolean | undefined;
}

/** The part of a definition that is stored. No secret is in it. */
export type StoredDefinition = Pick<ServerDefinition, 'name' | 'description' | 'enabled' | 'launch' | 'callTimeoutMs'>;

const texts = z.record(z.string(), z.string());
const Stored = z.object({
  name: z.string(),
  description: z.string(),
  enabled: z.boolean(),
  launch: z.discriminatedUnion('type', [
    z.object({
      type: z.literal('stdio'),
      command: z.string(),
      args: z.array(z.string()),
      env: texts,
      cwd: z.string().optional(),
    }),
    z.object({ type: z.enum(['http', 'sse']), url: z.string(), headers: texts }),
  ]),
  callTimeoutMs: z.number().optional(),
});

/** What is run must be there as it was said; what else is odd is as good as not said, and such a server is not started unasked. */
const NearlyStored = Stored.extend({
  name: Stored.shape.name.optional().catch(undefined),
  description: Stored.shape.description.catch(''),
  enabled: Stored.shape.enabled.catch(false),
  callTimeoutMs: z.number().positive().optional().catch(undefined),
});

/** The definition that was stored under an id; undefined when what is stored is none. `isOdd`: it was read without what was odd. */
export function readStored(
  id: string,
  stored: unknown,
): { readonly definition: ServerDefinition; readonly isOdd: boolean } | undefined {
  const { success: isWhole } = Stored.safeParse(stored);
  const { data } = NearlyStored.safeParse(stored);
  return data && { definition: toDefinition(id, { ...data, name: data.name ?? id }), isOdd: !isWhole };
}

/**
 * The definition that `before` becomes when `fields` are said of it, and what of that is stored. Secrets that were said before stay as long as
 * the definition refers to them.
 */
export function applyFields(
  id: string,
  fields: ServerFields,
  before: ServerDefinition | undefined,
): { stored: StoredDefinition; definition: ServerDefinition } {
  const { launch, values } = withholdSecrets(id, toLaunch(fields, before?.launch));
  const timeoutMs = fields.timeout === undefined ? before?.callTimeoutMs : fields.timeout * 1000;
  const stored: StoredDefinition = {
    name: fields.name ?? before?.name ?? id,
    description: fields.description ?? before?.description ?? '',
    enabled: fields.enabled ?? before?.enabled ?? true,
    launch,
    ...(timeoutMs !== undefined && { callTimeoutMs: timeoutMs }),
  };
  const definition = toDefinition(id, stored);
  const isNeeded = (name: string) => definition.requiredEnvVars.includes(name);
  const withheld = pick({ ...before?.withheld, ...values }, isNeeded);
  // What is said anew takes the place of what could not be opened.
  const unopened = pick(before?.unopened ?? {}, (name) => isNeeded(name) && !Object.hasOwn(withheld, name));
  return {
    stored,
    definition: { ...definition, withheld, ...(Object.keys(unopened).length > 0 && { unopened }) },
  };
}

const pick = (values: Readonly<Record<string, string>>, isWanted: (name: string) => boolean) =>
  Object.fromEntries(Object.entries(values).filter(([name]) => isWanted(name)));

function toDefinition(id: string, stored: StoredDefinition): ServerDefinition {
  return { ...stored, id, origin: 'custom', requiredEnvVars: requiredVariables(stored.launch) };
}

/** How to run a server by `fields` and, where they say nothing, as before. A command takes the place of a URL, and a URL that of a command. */
function toLaunch(fields: ServerFields, before: Launch | undefined): Launch {
  const { command, url } = fields;
  if (command !== undefined && url !== undefined) throw invalidField('url', 'must not be there beside a command');
  if (before?.type === 'stdio') return url === undefined ? toStdio(fields, before) : toRemote(fields, undefined);
  return command === undefined ? toRemote(fields, before) : toStdio(fields, undefined);
}

function toStdio(fields: ServerFields, before: StdioLaunch | undefined): StdioLaunch {
  const { transport, cwd = before?.cwd } = fields;
  if (transport !== undefined && transport !== 'stdio') throw invalidField('transport', `${transport} needs a url`);
  return {
    type: 'stdio',
    command: fields.command ?? before?.command ?? '',
    args: fields.args ?? before?.args ?? [],
    env: fields.env ?? before?.env ?? {},
    ...(cwd !== undefined && { cwd }),
  };
}

function toRemote(fields: ServerFields, before: RemoteLaunch | undefined): RemoteLaunch {
  const { transport, url = before?.url } = fields;
  if (url === undefined) throw invalidField('command', 'is required when there is no url');
  if (transport === 'stdio') throw invalidField('transport', 'stdio needs a command');
  const address = URL.parse(url);
  if (address && !isReachable(classifyHost(address))) {
    throw invalidField('url', 'must not lead to a link-local or metadata address');
  }
  // Headers hold keys, and a key of one host is not for another.
  const known = before && originOf(before.url) === originOf(url) ? before.headers : {};
  return { type: transport ?? before?.type ?? 'http', url, headers: fields.headers ?? known };
}

/** The origin of a URL; of one with references in its host, the text before its path. */
const originOf = (url: string) => /^[^/]*\/\/[^/?#]*/.exec(url)?.[0] ?? url;
