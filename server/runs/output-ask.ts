/** How a model is told of the form that its answer is to have. */
import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { type OutputWay, sayFormat } from '../models/output-ways.ts';
import type { JsonSchema } from './run-events.ts';
import type { ToolDefinition } from './toolset.ts';

/** What one request says of the form of its answer. */
export interface OutputAsk {
  readonly schema: JsonSchema;
  /** Laid over the request. */
  readonly request: Pick<LanguageModelV4CallOptions, 'responseFormat' | 'providerOptions'>;
  /** A tool by which the model gives its answer; absent where its provider sees to the form. */
  readonly tool?: OutputTool;
}

/** A tool whose call is no call: its arguments are the answer. */
export interface OutputTool extends ToolDefinition {
  /** The answer, in the arguments as the model wrote them. */
  toAnswer(input: string): string;
}

interface AskOptions {
  readonly model: LanguageModelV4;
  readonly way: OutputWay;
  /** The names of the tools that the model has beside. */
  readonly toolNames: readonly string[];
}

/** The words and the means by which a model is asked for JSON of a schema. */
export function askForOutput(schema: JsonSchema, { model, way, toolNames }: AskOptions): OutputAsk {
  const hasMeans = way === 'format' || (way === 'format-without-tools' && !toolNames.length);
  if (hasMeans && isPlainObject(schema)) return { schema, request: sayFormat(model.provider, schema) };
  return { schema, request: {}, tool: toOutputTool(schema, toolNames) };
}

/** What is added to the instructions of a model that is to answer by a tool. */
export const toOutputInstructions = ({ name }: OutputTool): string =>
  `Give your answer by calling the tool \`${name}\`, alone, once you have all you need. Nothing else that you write is taken for the answer.`;

function toOutputTool(schema: JsonSchema, toolNames: readonly string[]): OutputTool {
  let name = 'final_answer';
  for (let number = 2; toolNames.includes(name); number++) name = `final_answer_${number}`;
  const description = 'Takes your answer. Call it alone, as the last thing you do.';
  if (isPlainObject(schema)) return { name, description, inputSchema: { ...schema }, toAnswer: (input) => input };
  return { name, description, inputSchema: wrap(schema), toAnswer: unwrap };
}

const COMBINING = ['$ref', 'allOf', 'anyOf', 'oneOf', 'enum', 'const', 'not', 'if'];

/** Whether a schema says of itself that it is an object, and what is in it: APIs want that of arguments and of answers. */
const isPlainObject = (schema: JsonSchema): boolean =>
  schema.type === 'object' && !COMBINING.some((keyword) => Object.hasOwn(schema, keyword));

/** Arguments are an object: any other answer is one argument of it. References go where the schema has gone. */
function wrap({ $defs, definitions, $schema, ...schema }: JsonSchema): Record<string, unknown> {
  const moved = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value), (key, inner) =>
      key === '$ref' && typeof inner === 'string' && /^#(?!\/(?:\$defs|definitions)\/)/.test(inner)
        ? `#/properties/answer${inner.slice(1)}`
        : inner,
    );
  return {
    ...($schema !== undefined && { $schema }),
    type: 'object',
    properties: { answer: moved(schema) },
    required: ['answer'],
    additionalProperties: false,
    ...($defs !== undefined && { $defs: moved($defs) }),
    ...(definitions !== undefined && { definitions: moved(definitions) }),
  };
}

function unwrap(input: string): string {
  try {
    const args: unknown = JSON.parse(input);
    const isWrapped = typeof args === 'object' && args !== null && Object.hasOwn(args, 'answer');
    return isWrapped ? JSON.stringify(Reflect.get(args, 'answer')) : input;
  } catch {
    return input;
  }
}
