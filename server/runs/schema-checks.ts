/** Checks values against the JSON Schemas of tools and callers. */
import type { Ajv, Options, ValidateFunction } from 'ajv';

type Schema = Readonly<Record<string, unknown>>;
/** What is wrong with a value, `whole` being the words for the value itself. */
type Check = (value: unknown, whole: string) => string | undefined;

const MAX_PROBLEMS = 10;

/** Holds the schemas that were used last; each is compiled once. */
export class SchemaChecks {
  readonly #maxCompiled: number;
  readonly #checks = new Map<string, Check>();
  readonly #texts = new WeakMap<object, string>();

  constructor({ maxCompiled = 1000 }: { maxCompiled?: number } = {}) {
    this.#maxCompiled = maxCompiled;
  }

  /** What of a value does not fit a schema, in words for the model, which calls the value itself `whole`; undefined when all does. */
  async findProblem(value: unknown, schema: Schema, whole: string): Promise<string | undefined> {
    const check = await this.#checkOf(schema);
    return check(value, whole);
  }

  async #checkOf(schema: Schema): Promise<Check> {
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

/** What is wrong with a schema itself, and where in it; undefined when nothing is. */
export async function findSchemaProblem(
  schema: Schema,
): Promise<{ readonly path: readonly string[]; readonly message: string } | undefined> {
  const { ajv, plain } = await openAjv(schema);
  try {
    if (!ajv.validateSchema(plain)) {
      const [first] = ajv.errors ?? [];
      return { path: first?.instancePath.split('/').slice(1) ?? [], message: first?.message ?? 'is no JSON Schema' };
    }
    ajv.compile(plain);
    return undefined;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : 'is no JSON Schema';
    return { path: findNamed(plain, message) ?? [], message };
  }
}

/** Where in a schema the reference or the pattern stands that a message quotes. */
function findNamed(value: unknown, message: string): string[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const isNamed = (key === '$ref' || key === 'pattern') && typeof inner === 'string' && message.includes(inner);
    const below = isNamed ? [] : findNamed(inner, message);
    if (below) return [key, ...below];
  }
  return undefined;
}

async function compile(schema: Schema): Promise<Check> {
  const { ajv, plain } = await openAjv(schema, { validateSchema: false });
  let validate: ValidateFunction;
  try {
    validate = ajv.compile(plain);
  } catch {
    // A schema that cannot be compiled is for its owner to judge: the server of a tool checks the arguments too.
    return () => undefined;
  }
  return (value, whole) => {
    if (validate(value)) return undefined;
    const problems = (validate.errors ?? []).map(({ instancePath, message, params }) => {
      const extra = 'additionalProperty' in params ? ` ('${params.additionalProperty}')` : '';
      const allowed = 'allowedValues' in params ? `: ${JSON.stringify(params.allowedValues)}` : '';
      return `${instancePath.slice(1).replaceAll('/', '.') || whole} ${message}${extra}${allowed}`;
    });
    return [...new Set(problems)].slice(0, MAX_PROBLEMS).join('; ');
  };
}

/** An instance of its own: ajv keeps every schema it has seen, and two may use one $id. With `$async` a check would be a promise. */
async function openAjv(
  { $schema, $id: _, $async: _async, ...plain }: Schema,
  options: Options = {},
): Promise<{ readonly ajv: Ajv; readonly plain: Schema }> {
  const isOldDraft = typeof $schema === 'string' && /draft-0[3-7]/.test($schema);
  const Class = isOldDraft ? (await import('ajv')).Ajv : (await import('ajv/dist/2020.js')).Ajv2020;
  const ajv = new Class({ strict: false, validateFormats: false, allErrors: true, logger: false, ...options });
  return { ajv, plain };
}
