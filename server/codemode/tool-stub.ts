/** One tool as a Python function. */
import { toPythonString } from '../sandbox/python-string.ts';
import { toUniquePythonNames } from './python-names.ts';
import { toDocstring, toPythonLiteral } from './python-text.ts';
import { asSchema, definitionsOf, type JsonSchema, resolve, toPythonType } from './python-types.ts';

/** A tool as its server describes it. */
export interface BindableTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema?: JsonSchema | undefined;
}

/** A tool with its name in Python and how it is called. */
export interface ToolStub {
  readonly tool: BindableTool;
  readonly name: string;
  /** Such as `read_file(path: str, limit: int = None) -> str`. */
  readonly signature: string;
  /** The lines of its docstring. */
  readonly documentation: readonly string[];
  /** Its definition in the module of its server. */
  readonly source: string;
}

const MAX_DESCRIPTION = 4000;
const MAX_LINE = 500;
const MAX_DEPTH = 2;
const MAX_LINES = 300;

/** Makes the function of one tool of `serverId`. */
export function toToolStub(serverId: string, tool: BindableTool, name: string): ToolStub {
  const parameters = readParameters(tool.inputSchema);
  const isOpen = takesMore(tool.inputSchema, parameters.length === 0);
  const { outputSchema } = tool;
  const list = [
    ...parameters.map(
      ({ name: own, type, isRequired, schema }) => `${own}: ${type}${isRequired ? '' : defaultOf(schema)}`,
    ),
    ...(isOpen ? ['**more: Any'] : []),
  ];
  const signature = `${name}(${list.join(', ')}) -> ${outputSchema ? toPythonType(outputSchema, definitionsOf(outputSchema)) : 'Any'}`;
  const documentation = document(tool, parameters)
    .take(MAX_LINES + 1)
    .toArray();
  if (documentation.length > MAX_LINES) documentation[MAX_LINES] = '...';
  const required = parameters.filter(({ isRequired }) => isRequired);
  return {
    tool,
    name,
    signature,
    documentation,
    source: [
      `@tool(${toPythonString(serverId)}, ${toPythonString(tool.name)}, ${toPythonString(signature)},`,
      `      {${parameters.map(({ name: own, key }) => `${toPythonString(own)}: ${toPythonString(key)}`).join(', ')}},`,
      `      [${required.map(({ key }) => toPythonString(key)).join(', ')}], ${isOpen ? 'True' : 'False'})`,
      `async def ${signature}:`,
      `    ${toDocstring(documentation, '    ')}`,
      '',
    ].join('\n'),
  };
}

interface Parameter {
  /** The tool's own name for it. */
  readonly key: string;
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly schema: JsonSchema;
}

/** The parameters of a tool, the required ones first. */
function readParameters(inputSchema: JsonSchema): Parameter[] {
  const definitions = definitionsOf(inputSchema);
  const properties = asSchema(inputSchema.properties);
  const required = new Set<unknown>(Array.isArray(inputSchema.required) ? inputSchema.required : []);
  const names = toUniquePythonNames(Object.keys(properties), ['more']);
  return Object.entries(properties)
    .map(([key, schema]) => ({
      key,
      name: names.get(key) ?? key,
      type: toPythonType(schema, definitions),
      isRequired: required.has(key),
      schema: resolve(asSchema(schema), definitions),
    }))
    .toSorted((a, b) => Number(b.isRequired) - Number(a.isRequired));
}

function* document(tool: BindableTool, parameters: readonly Parameter[]): Generator<string> {
  const { name, description, inputSchema, outputSchema } = tool;
  yield oneText(description, MAX_DESCRIPTION) || `Calls ${name}.`;
  if (parameters.length) yield* ['', 'Args:'];
  for (const { name: own, type, isRequired, schema } of parameters) {
    const text = describedBy(schema);
    yield `    ${own} (${type}${isRequired ? ', required' : ''})${text && `: ${text}`}`;
    yield* fieldsOf(itemsOf(schema), definitionsOf(inputSchema), '        ');
  }
  if (!outputSchema) return;
  yield* ['', 'Returns a dict:'];
  yield* fieldsOf(outputSchema, definitionsOf(outputSchema), '    ');
}

/** Whether arguments that are not declared may be sent: where the schema says so, or says nothing of arguments at all. */
function takesMore({ additionalProperties }: JsonSchema, hasNone: boolean): boolean {
  const isObject = typeof additionalProperties === 'object' && additionalProperties !== null;
  return additionalProperties === true || isObject || (hasNone && additionalProperties !== false);
}

/** The default of a parameter, for readers only: an argument that is left out is not sent, and the server has its own default. */
function defaultOf(schema: unknown): string {
  const value = asSchema(schema).default;
  return ` = ${['string', 'number', 'boolean'].includes(typeof value) ? toPythonLiteral(value) : 'None'}`;
}

/** The fields of an object, or of the objects of a list, one a line. */
function* fieldsOf(schema: JsonSchema, definitions: JsonSchema, indent: string, depth = 0): Generator<string> {
  const fields = Object.entries(asSchema(resolve(schema, definitions).properties));
  for (const [key, value] of fields) {
    const field = resolve(asSchema(value), definitions);
    const text = describedBy(field);
    yield `${indent}${JSON.stringify(key)}: ${toPythonType(field, definitions)}${text && `  # ${text}`}`;
    if (depth < MAX_DEPTH) yield* fieldsOf(itemsOf(field), definitions, `${indent}    `, depth + 1);
  }
}

const itemsOf = (schema: JsonSchema): JsonSchema => (schema.type === 'array' ? asSchema(schema.items) : schema);
const describedBy = (schema: JsonSchema): string =>
  typeof schema.description === 'string' ? oneText(schema.description, MAX_LINE).replaceAll(/\s+/g, ' ') : '';
const oneText = (text: string, maxLength: number): string => text.trim().slice(0, maxLength);
