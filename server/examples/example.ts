/** Defines examples and their tools. */
import { z } from 'zod';
import type { ToolDefinition, ToolOutcome } from '../runs/toolset.ts';

/** An agent of a few lines that shows one thing an AG-UI client can do. */
export interface Example {
  /** Its name in the URL. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly features: readonly string[];
  readonly systemPrompt: string;
  readonly tools: readonly ExampleTool[];
  /** The tools whose calls wait for a person. */
  readonly approvals?: { readonly tools: readonly string[] };
}

/** A tool of an example. */
export interface ExampleTool {
  readonly definition: ToolDefinition;
  call(args: Record<string, unknown>, state: unknown): Omit<ToolOutcome, 'isError'>;
}

/** Defines a tool, whose arguments are described and typed by one schema. */
export function defineTool<Input extends z.ZodObject>({
  input,
  run,
  ...definition
}: {
  readonly name: string;
  readonly description: string;
  readonly input: Input;
  /** May throw a {@link ToolError}. */
  run(args: z.output<Input>, state: unknown): Omit<ToolOutcome, 'isError'>;
}): ExampleTool {
  let whole: ToolDefinition | undefined;
  return {
    // Made for the first model that is shown it.
    get definition() {
      whole ??= { ...definition, inputSchema: z.toJSONSchema(input, { io: 'input' }) };
      return whole;
    },
    call: (args, state) => run(input.parse(args), state),
  };
}

/** A tool could not do what it was asked; the message tells the model why. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}
