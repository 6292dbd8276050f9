/** What the APIs of providers refuse of the tools of a request, as far as it is known from their public errors. */
import { Ajv2020 } from 'ajv/dist/2020.js';

/** A tool as it was sent. */
export interface SentTool {
  readonly name: string;
  readonly schema: Record<string, unknown>;
}

type Family = 'openai' | 'anthropic' | 'google' | 'compatible';
type Node = Readonly<Record<string, unknown>>;

const ajv = new Ajv2020({ strict: false, validateFormats: false });
const MAX_TOOLS = { openai: 128, anthropic: Number.POSITIVE_INFINITY, google: 512, compatible: 128 };

/** The tools in the body of a request to any provider. */
export function toolsIn(body: unknown): SentTool[] {
  const { tools = [] } = Object(body);
  return tools.flatMap((tool: Record<string, unknown>) => {
    const { functionDeclarations, function: nested } = Object(tool);
    const all = functionDeclarations ?? [nested ?? tool];
    return all.map((one: Record<string, unknown>) => ({
      name: one.name,
      schema: one.parameters ?? one.input_schema ?? one.parametersJsonSchema,
    }));
  });
}

/** Why a provider would refuse a request with these tools; none when it would not. */
export function refusalsOf(family: Family, tools: readonly SentTool[]): string[] {
  const many = tools.length > MAX_TOOLS[family] ? [`${tools.length} tools`] : [];
  return [...many, ...tools.flatMap(({ name, schema }) => refusalsOfTool(family, name, schema))];
}

function refusalsOfTool(family: Family, name: string, schema: Node): string[] {
  const { properties = {}, ...top } = schema;
  const found = [...nodesIn(schema)].flatMap((node) => refusalsOfNode(family, node, schema));
  const check = (refused: boolean, why: string) => (refused ? [`${name}: ${why}`] : []);
  return [
    ...check(!/^[a-zA-Z0-9_-]{1,64}$/.test(name), 'its name'),
    ...check(family === 'google' && !/^[A-Za-z_]/.test(name), 'the beginning of its name'),
    ...check(top.type !== 'object' || typeof properties !== 'object', 'no object with properties'),
    ...check(
      ['anyOf', 'oneOf', 'allOf', 'enum', 'not'].some((key) => key in top),
      'a combination at the top',
    ),
    ...check(ajv.validateSchema(schema) !== true, `no schema of 2020-12: ${ajv.errorsText(ajv.errors)}`),
    ...check(
      family === 'anthropic' && Object.keys(Object(properties)).some((key) => !/^[a-zA-Z0-9_.-]{1,64}$/.test(key)),
      'the name of a property',
    ),
    ...found.map((why) => `${name}: ${why}`),
  ];
}

function refusalsOfNode(family: Family, node: unknown, root: Node): string[] {
  if (typeof node !== 'object' || node === null) return [`${node} in the place of a schema`];
  const { $ref: reference, type, items, pattern, required = [], properties = {} } = Object(node);
  const isLocal = family === 'compatible' || family === 'google';
  const reasons: [boolean, string][] = [
    [reference !== undefined && (isLocal || !leadsToDefinition(root, reference)), `a reference to ${reference}`],
    [[type].flat().includes('array') && typeof items !== 'object', 'an array without items'],
    [family === 'compatible' && (pattern !== undefined || 'not' in node), 'what no grammar is made of'],
    [family === 'openai' && /\(\?[=!<]|\\[pP]/.test(pattern ?? ''), `the pattern ${pattern}`],
    [family === 'google' && required.some((name: string) => !(name in properties)), 'required and not defined'],
  ];
  return reasons.flatMap(([refused, why]) => (refused ? [why] : []));
}

const leadsToDefinition = (root: Node, reference: string) => {
  const [, kind = '', name = ''] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(reference) ?? [];
  return name in Object(root[kind]);
};

/** Every schema in a schema, itself included. */
function* nodesIn(node: unknown): Generator<unknown> {
  yield node;
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    const isMap = ['properties', '$defs', 'definitions', 'patternProperties'].includes(key);
    const isOpen = key === 'additionalProperties' && typeof value === 'boolean';
    if (isMap) for (const one of Object.values(Object(value))) yield* nodesIn(one);
    else if (['anyOf', 'oneOf', 'allOf', 'prefixItems'].includes(key)) for (const one of value) yield* nodesIn(one);
    else if (['items', 'additionalProperties', 'not'].includes(key) && !isOpen) yield* nodesIn(value);
  }
}
