/** Tools whose arguments a schema describes and checks. */
import { z } from 'zod';
import type { ToolDefinition, ToolOutcome } from './toolset.ts';

/** A tool as a model is shown it, and what answers its calls; `Context` is what it works with. */
export interface SchemaTool<Context> {
  readonly definition: ToolDefinition;
  /** Throws a ZodError for arguments that do not fit. */
  call(args: unknown, context: Context): Promise<ToolOutcome> | ToolOutcome;
}

/** Makes a tool of a schema and of what answers the arguments that fit it. */
export function defineSchemaTool<Context, Input extends z.ZodObject>({
  name,
  description,
  input,
  answer,
}: {
  readonly name: string;
  readonly description: string;
  readonly input: Input;
  answer(args: z.output<Input>, context: Context): Promise<ToolOutcome> | ToolOutcome;
}): SchemaTool<Context> {
  let definition: ToolDefinition | undefined;
  return {
    // Made for the first model that is shown it.
    get definition() {
      definition ??= { name, description, inputSchema: toInputSchema(input) };
      return definition;
    },
    call: (args, context) => answer(input.parse(args), context),
  };
}

function toInputSchema(input: z.ZodObject): ToolDefinition['inputSchema'] {
  const { $schema, additionalProperties, ...inputSchema } = z.toJSONSchema(input, { io: 'input' });
  return inputSchema;
}

/** Calls the tool of that name; there being none and arguments that do not fit are failures of the call. */
export async function callSchemaTool<Context>(
  tools: readonly SchemaTool<Context>[],
  call: { readonly name: string; readonly args: unknown },
  context: Context,
): Promise<ToolOutcome> {
  const tool = tools.find(({ definition }) => definition.name === call.name);
  if (!tool) return failTool(`There is no tool '${call.name}'`);
  try {
    return await tool.call(call.args, context);
  } catch (cause) {
    if (!(cause instanceof z.ZodError)) throw cause;
    const problems = cause.issues.map(({ path, message }) => `${path.join('.') || 'arguments'}: ${message}`);
    return failTool(problems.join('; '));
  }
}

/** The outcome of a call that did what it was asked. */
export const answerTool = (result: unknown): ToolOutcome => ({ result, isError: false });

/** The outcome of a call that did not, in words for the model. */
export const failTool = (message: string): ToolOutcome => ({ result: message, isError: true });
