import type { ValidateFunction } from 'ajv';
import type { ToolDefinition } from './toolset.ts';

type Check = (args: unknown) => string | undefined;

const MAX_PROBLEMS = 10;

/** Checks the arguments of tool calls; each schema is compiled once, and those used last are held. */
export class ToolArguments {
  readonly #maxCompiled: number;
  readonly #checks = new Map<string, Check>();
  readonly #texts = new WeakMap<object, string>();

  constructor({ maxCompiled = 1000 }: { maxCompiled?: number } = {}) {
    this.#maxCompiled = maxCompiled;
  }

  /** What is wrong with the arguments of a call, in words for the model; undefined when nothing is. */
  async findProblem(args: unknown, { inputSchema }: ToolDefinition): Promise<string | undefined> {
    if (typeof args === 'string') return 'The arguments are not valid JSON';
    if (!isObject(args)) return 'The arguments are not a JSON object';
    const check = await this.#checkOf(inputSchema);
    const problem = check(args);
    return problem && `The arguments do not fit the schema of the tool: ${problem}`;
  }

  async #checkOf(schema: Record<string, unknown>): Promise<Check> {
    const text = this.#texts.get(schema) ?? JSON.stringify(schema);
    this.#texts.set(schema, text);
    const known = this.#checks.get(text);
    const check = known ?? (await compile(schema));
    // Reinserted, so that the first key is always the one unused for longest.
    this.#checks.delete(text);
    this.#checks.set(text, check);
    const [oldest] = this.#checks.keys();
    if (this.#checks.size > this.#maxCompiled && oldest !== undefined) this.#checks.delete(oldest);
    return check;
  }
}

async function compile({ $schema, $id: _, ...schema }: Record<string, unknown>): Promise<Check> {
  const isOldDraft = typeof $schema === 'string' && /draft-0[3-7]/.test($schema);
  const Ajv = isOldDraft ? (await import('ajv')).Ajv : (await import('ajv/dist/2020.js')).Ajv2020;
  let validate: ValidateFunction;
  try {
    // An instance of its own: ajv keeps every schema it has seen, and two tools may use one $id.
    const ajv = new Ajv({
      strict: false,
      validateSchema: false,
      validateFormats: false,
      allErrors: true,
      logger: false,
    });
    validate = ajv.compile(schema);
  } catch {
    // A schema that cannot be compiled is the tool's to judge: its server checks the arguments too.
    return () => undefined;
  }
  return (args) => {
    if (validate(args)) return undefined;
    const problems = (validate.errors ?? []).map(({ instancePath, message, params }) => {
      const extra = 'additionalProperty' in params ? ` ('${params.additionalProperty}')` : '';
      const allowed = 'allowedValues' in params ? `: ${JSON.stringify(params.allowedValues)}` : '';
      return `${instancePath.slice(1).replaceAll('/', '.') || 'the arguments'} ${message}${extra}${allowed}`;
    });
    return [...new Set(problems)].slice(0, MAX_PROBLEMS).join('; ');
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
