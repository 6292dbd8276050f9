import { SchemaChecks } from './schema-checks.ts';
import type { ToolDefinition } from './toolset.ts';

/** Checks the arguments of tool calls. */
export class ToolArguments {
  /** The schemas that it has compiled. */
  readonly schemas: SchemaChecks;

  constructor(options: { maxCompiled?: number } = {}) {
    this.schemas = new SchemaChecks(options);
  }

  /** What is wrong with the arguments of a call, in words for the model; undefined when nothing is. */
  async findProblem(args: unknown, { inputSchema }: ToolDefinition): Promise<string | undefined> {
    if (typeof args === 'string') return 'The arguments are not valid JSON';
    if (!isObject(args)) return 'The arguments are not a JSON object';
    const problem = await this.schemas.findProblem(args, inputSchema, 'the arguments');
    return problem && `The arguments do not fit the schema of the tool: ${problem}`;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
