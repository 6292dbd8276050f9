/** An agent as a tool, whoever calls it: what it is asked, and what its answer comes to. */
import { z } from 'zod';
import { BASE_PATH } from '../../contract/index.ts';
import type { RunEvent, RunOutcome } from './run-events.ts';

/** What an agent is asked by a call. */
export const Ask = z.object({
  message: z
    .string()
    .min(1)
    .max(900_000)
    .meta({ description: 'What to ask the agent, with all it has to know: it sees nothing else of this conversation' }),
  conversation_id: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .meta({ description: 'The conversation_id of an earlier answer, to go on from there; absent: a new conversation' }),
});

/** What an agent is asked by a call. */
export type Ask = z.output<typeof Ask>;

const AwaitedApproval = z.object({
  id: z.string(),
  tool: z.string(),
  args: z.record(z.string(), z.unknown()),
  answer_at: z.string().meta({ description: 'Where to POST {"approved": true} or {"approved": false}' }),
});

/** What the call of an agent comes to. */
export const AskAnswer = z.object({
  conversation_id: z.string(),
  run_id: z.string(),
  status: z
    .enum(['finished', 'waiting', 'failed', 'cancelled'])
    .meta({ description: 'waiting: for the approval of a person, after which the agent goes on by itself' }),
  answer: z.string().meta({ description: 'All that the agent said' }),
  stopped_by: z.string().optional().meta({ description: 'What ended an answer that would have gone on' }),
  output: z.unknown().optional().meta({ description: 'The answer as JSON, of an agent that has an output schema' }),
  approvals: z.array(AwaitedApproval).optional(),
  error: z.object({ code: z.string(), detail: z.string() }).optional(),
});

/** What the call of an agent comes to. */
export type AskAnswer = z.output<typeof AskAnswer>;

type AskSchema = ReturnType<typeof toJsonSchema>;
let inputSchema: AskSchema | undefined;
let outputSchema: AskSchema | undefined;

/** The JSON Schema of what a call is given: the same object each time, made when it is first asked for. */
export function askInputSchema(): AskSchema {
  inputSchema ??= toJsonSchema(Ask);
  return inputSchema;
}

/** The JSON Schema of what a call comes to, as {@link askInputSchema}. */
export function askOutputSchema(): AskSchema {
  outputSchema ??= toJsonSchema(AskAnswer);
  return outputSchema;
}

/** What a call says to the agent; a text for the model that says what is wrong with it. Models give `null` and `""` for what they leave out. */
export function readAsk(args: Readonly<Record<string, unknown>>): Ask | string {
  const { conversation_id: id, ...rest } = args;
  const { data, error } = Ask.safeParse(id === null || id === '' ? rest : args);
  return data ?? error.issues.map(({ path, message }) => `${path.join('.') || 'arguments'}: ${message}`).join('; ');
}

/** How the tool of an agent is described to models. */
export function describeAsk({ name, description }: { readonly name: string; readonly description: string }): string {
  return `Asks the agent "${name}", and answers with what it says.${description && ` ${description}`}`;
}

/** How many characters of an answer are kept. */
const MAX_CHARS = 1_000_000;

/** Collects what an agent says, from the events of its run. What is said after a tool call stands apart. */
export class AnswerText {
  #text = '';
  #cut = 0;
  #messageId: string | undefined;
  #gap = '';
  /** What there was before the last message. */
  #before = { text: '', cut: 0 };

  /** Takes the next event. Returns whether it has added something. */
  add(event: RunEvent): boolean {
    if (event.type === 'answer-withdrawn') return this.#withdraw(event.messageIds);
    if (event.type === 'text-started') {
      if (this.#messageId !== event.messageId) this.#before = { text: this.#text, cut: this.#cut };
      if (this.#messageId !== event.messageId && this.#text !== '') this.#gap = '\n\n';
      this.#messageId = event.messageId;
    }
    if (event.type !== 'text-delta') return false;
    const text = this.#text + this.#gap + event.delta;
    this.#gap = '';
    this.#text = text.slice(0, MAX_CHARS);
    this.#cut += text.length - this.#text.length;
    return true;
  }

  #withdraw(messageIds: readonly string[]): boolean {
    if (this.#messageId === undefined || !messageIds.includes(this.#messageId)) return false;
    ({ text: this.#text, cut: this.#cut } = this.#before);
    this.#gap = '';
    this.#messageId = undefined;
    return true;
  }

  get text(): string {
    return this.#cut ? `${this.#text.toWellFormed()}\n[cut: ${this.#cut} more characters]` : this.#text;
  }

  /** The last characters. */
  tail(chars: number): string {
    return this.#text.length <= chars ? this.#text : `…${this.#text.slice(-chars)}`.toWellFormed();
  }
}

/** What a run came to that was started by a call. This is the one place where its outcome is put into the words of callers. */
export function toAskAnswer(
  run: { readonly storedId: string; readonly conversationId: string },
  answer: string,
  outcome: RunOutcome,
): AskAnswer {
  const said = { conversation_id: run.conversationId, run_id: run.storedId, answer };
  if (outcome.status === 'failed') {
    return { ...said, status: 'failed', error: { code: outcome.code, detail: outcome.detail } };
  }
  if (outcome.status === 'cancelled') {
    const detail = `The run was cancelled: ${outcome.reason}`;
    return { ...said, status: 'cancelled', error: { code: 'run-cancelled', detail } };
  }
  const { approvals = [], stoppedBy } = outcome;
  const awaited = approvals.map(({ id, tool, args }) => ({
    id,
    tool,
    args: { ...args },
    answer_at: `${BASE_PATH}/approvals/${id}`,
  }));
  return {
    ...said,
    status: awaited.length ? 'waiting' : 'finished',
    ...('output' in outcome && { output: outcome.output, answer: JSON.stringify(outcome.output) }),
    ...(stoppedBy && { stopped_by: stoppedBy }),
    ...(awaited.length && { approvals: awaited }),
  };
}

function toJsonSchema(schema: z.ZodObject) {
  const { properties = {}, required = [] } = z.toJSONSchema(schema);
  const fields = Object.entries(properties).flatMap(([name, field]) =>
    typeof field === 'object' ? [[name, field] as const] : [],
  );
  return { type: 'object' as const, properties: Object.fromEntries(fields), required };
}
