/** The output of a run: JSON that fits a schema, asked for, checked, and asked for once more. */
import type { Message } from '../store/messages.ts';
import type { ModelAnswer } from './model-step.ts';
import { type OutputAsk, toOutputInstructions } from './output-ask.ts';
import type { RunOutcome } from './run-events.ts';
import type { SchemaChecks } from './schema-checks.ts';
import { toWellFormed } from './well-formed.ts';

/** What becomes of the answers of one run that is asked for an output. */
export class RunOutput {
  readonly #schemas: SchemaChecks;
  #problem: string | undefined;
  /** What the model is told of its faulty answer, behind so many messages of the run. It is said to the model, and to nobody else. */
  #correction: { readonly behind: number; readonly message: Message } | undefined;

  constructor(schemas: SchemaChecks) {
    this.#schemas = schemas;
  }

  /** The messages of the run so far, as the model is to see them. */
  place(messages: readonly Message[]): readonly Message[] {
    if (!this.#correction) return messages;
    const { behind, message } = this.#correction;
    return [...messages.slice(0, behind), message, ...messages.slice(behind)];
  }

  /** How the run ends with an answer that calls nothing; undefined when the model is to answer once more. `said` counts the messages of the run. */
  async judge(
    { content }: { readonly content: Pick<ModelAnswer['content'], 'text'> & { readonly answer?: string | undefined } },
    ask: Pick<OutputAsk, 'schema'> & Partial<OutputAsk>,
    said: number,
  ): Promise<RunOutcome | undefined> {
    const read = readJson(content.answer ?? content.text);
    const problem = read ? await this.#schemas.findProblem(read.value, ask.schema, 'the answer') : 'it is not JSON';
    if (read && !problem) return { status: 'finished', pending: [], output: toWellFormed(read.value) };
    if (this.#problem !== undefined) return fail(problem ?? '');
    this.#problem = problem ?? '';
    const text = `Your answer was not taken: ${this.#problem}. ${toRequest(ask)}`;
    const message: Message = { id: 'correction', role: 'user', content: [{ type: 'text', text }] };
    this.#correction = { behind: said, message };
    return undefined;
  }

  /** How the run ends when its answer was cut off. */
  cutOff(reason: string): RunOutcome {
    return fail(`it was cut off (${reason})`);
  }

  /** How the run ends when the model may not be asked again. */
  outOfSteps(maxSteps: number): RunOutcome {
    return fail(this.#problem ?? `there was none after ${maxSteps} model calls`);
  }
}

/** The instructions of a run for what it is to answer. */
export const outputInstructionsOf = (ask: OutputAsk | undefined): Message[] =>
  ask?.tool ? [{ id: 'output', role: 'system', content: toOutputInstructions(ask.tool) }] : [];

const fail = (problem: string): RunOutcome => ({
  status: 'failed',
  code: 'output-invalid',
  detail: `The answer of the model does not fit its schema: ${problem}`,
});

const toRequest = ({ tool, schema }: Pick<OutputAsk, 'schema'> & Partial<OutputAsk>) =>
  tool
    ? `Call \`${tool.name}\` with arguments that fit its schema.`
    : `Answer once more, with nothing but JSON that fits this JSON Schema: ${JSON.stringify(schema)}`;

/** The JSON that a text is, or that alone stands in it: models put it into a fence, or a sentence before it. */
function readJson(text: string): { readonly value: unknown } | undefined {
  const start = text.search(/[[{]/);
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'));
  const candidates = [text, fencedIn(text), start >= 0 && end > start ? text.slice(start, end + 1) : undefined];
  for (const candidate of candidates) {
    if (candidate === undefined) continue;
    try {
      return { value: JSON.parse(candidate) };
    } catch {
      // The next one may be it.
    }
  }
  return undefined;
}

function fencedIn(text: string): string | undefined {
  const open = text.indexOf('```');
  const start = text.indexOf('\n', open);
  const end = text.indexOf('```', start);
  return open < 0 || start < 0 || end < 0 ? undefined : text.slice(start, end);
}
