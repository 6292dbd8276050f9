/** Tells a provider of tools in the form that its API takes, so that one odd tool never costs a prompt. */
import { cleanSchema } from './clean-schema.ts';
import { type Dialect, dialectOf } from './dialects.ts';
import { isSchema, type Schema, textsIn } from './json-schema.ts';
import { toOneObject } from './one-object.ts';
import { resolveReferences } from './references.ts';

/** A tool as far as it matters whether it can be said. */
interface SayableTool {
  readonly name: string;
  readonly inputSchema: Record<string, unknown>;
}

/** Why a provider is not told of a tool, or not of all of it. */
export interface UnsaidTool {
  readonly name: string;
  readonly detail: string;
}

/** Tools as a provider takes them, and what it is not told. */
export interface SaidTools<Tool> {
  readonly said: readonly Tool[];
  readonly unsaid: readonly UnsaidTool[];
}

/**
 * The tools in the form that the provider of a model takes, in their order; `model` names it as the model does, such as `openai.responses`. When
 * they are more than it takes, those named in `kept` stay, and of the others the first.
 */
export function sayTools<Tool extends SayableTool>(
  model: string,
  tools: readonly Tool[],
  kept: ReadonlySet<string>,
): SaidTools<Tool> {
  const [provider = ''] = model.split('.');
  const dialect = dialectOf(provider);
  if (!dialect) return { said: tools, unsaid: [] };
  const said: Tool[] = [];
  const unsaid: UnsaidTool[] = [];
  for (const tool of tools) {
    const { inputSchema, detail } = sayTool(tool, provider, dialect);
    if (inputSchema) said.push({ ...tool, inputSchema });
    if (detail !== undefined) unsaid.push({ name: tool.name, detail: `${provider} ${detail}` });
  }
  const { within, beyond } = divide(said, dialect.maxTools, kept);
  const detail = `${provider} takes ${dialect.maxTools} tools at most, and an agent has ${said.length}`;
  return { said: within, unsaid: [...unsaid, ...beyond.map(({ name }) => ({ name, detail }))] };
}

function divide<Tool extends SayableTool>(tools: readonly Tool[], max: number, kept: ReadonlySet<string>) {
  const within: Tool[] = [];
  const beyond: Tool[] = [];
  let room = max - tools.filter(({ name }) => kept.has(name)).length;
  for (const tool of tools) {
    const stays = kept.has(tool.name) ? within.length < max : room-- > 0;
    (stays ? within : beyond).push(tool);
  }
  return { within, beyond };
}

/** What a provider is told of a tool. Without a schema it is not told of it; `detail` is read after the name of the provider. */
interface Said {
  readonly inputSchema?: Record<string, unknown>;
  readonly detail?: string;
}

/** By schema and provider: a toolset gives out the same schemas again before each model call. */
const known = new WeakMap<object, Map<string, Said>>();

function sayTool({ name, inputSchema }: SayableTool, provider: string, dialect: Dialect): Said {
  if (!dialect.takesName(name)) {
    return { detail: 'takes no tool of this name: it wants at most 64 of A-Z a-z 0-9 _ -, and a letter or _ first' };
  }
  const ofSchema = known.get(inputSchema) ?? new Map<string, Said>();
  known.set(inputSchema, ofSchema);
  const said = ofSchema.get(provider) ?? saySchema(inputSchema, dialect);
  ofSchema.set(provider, said);
  return said;
}

function saySchema(schema: Schema, dialect: Dialect): Said {
  try {
    const resolved = resolveReferences(toOneObject(schema), { keepsDefinitions: dialect.takesReferences });
    const cleaned = cleanSchema(resolved, dialect);
    const properties = isSchema(cleaned.properties) ? cleaned.properties : {};
    return nameArguments({ ...cleaned, type: 'object', properties }, properties, dialect);
  } catch (cause) {
    // The stack of this process has an end, and so has that of a provider.
    if (!(cause instanceof RangeError)) throw cause;
    return { detail: 'is not told of it: its schema is nested too deeply' };
  }
}

const MAX_QUOTED = 10;
const MAX_NAME = 80;

/** Leaves out arguments whose names the provider refuses; a tool that requires one cannot be called without it. */
function nameArguments(schema: Schema, properties: Schema, { takesArgument = () => true }: Dialect): Said {
  const refused = Object.keys(properties).filter((name) => !takesArgument(name));
  if (refused.length === 0) return { inputSchema: { ...schema } };
  const quoted = refused
    .slice(0, MAX_QUOTED)
    .map((name) => `'${name.slice(0, MAX_NAME)}'`)
    .join(', ');
  const required = textsIn(schema.required);
  if (refused.some((name) => required.includes(name))) {
    return { detail: `is not told of it: it refuses the names of its arguments ${quoted}` };
  }
  const taken = Object.entries(properties).filter(([name]) => !refused.includes(name));
  return {
    inputSchema: { ...schema, properties: Object.fromEntries(taken) },
    detail: `is told of it without its arguments ${quoted}, whose names it refuses`,
  };
}
