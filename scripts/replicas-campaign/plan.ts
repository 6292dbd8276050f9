/** What a run of the campaign is to say and do: the whole of it is known before, so that any word too many or too few shows. */

/** A call that the model makes at the end of a step. */
export interface PlannedCall {
  readonly tool: ToolName;
  /** What the tool is told, and notes: another one for each call of the campaign. */
  readonly call: string;
  /** How long the tool takes. */
  readonly ms: number;
}

/** The tools of the campaign. A call of `guarded` waits for a person. */
export type ToolName = 'note' | 'guarded';

/** One answer of the model: so many words, and then calls. */
export interface PlannedStep {
  readonly words: number;
  readonly calls: readonly PlannedCall[];
}

/** What one run says. */
export interface Plan {
  /** A name of the run that no other one has. */
  readonly name: string;
  /** The pause before each word. */
  readonly paceMs: number;
  readonly steps: readonly PlannedStep[];
}

const MARK = 'Say this: ';

/** The message that asks for a plan. */
export const toMessage = (plan: Plan): string => `${MARK}${JSON.stringify(plan)}`;

/** The plan that a message asks for. Throws when it asks for none. */
export function readPlan(message: string): Plan {
  if (!message.startsWith(MARK)) throw new Error(`no plan: ${message.slice(0, 100)}`);
  return JSON.parse(message.slice(MARK.length));
}

/** The words of a step, each unlike any other word of the campaign. */
export const wordsOf = (plan: Plan, step: number): string[] =>
  Array.from({ length: plan.steps[step]?.words ?? 0 }, (_, index) => `${plan.name}:${step}:${index}`);

/** All words of a plan. */
export const allWordsOf = (plan: Plan): string[] => plan.steps.flatMap((_, step) => wordsOf(plan, step));

/** The words that a run says which begins with a step, when it goes as planned: to the end, or to calls that wait for a person. */
export function plannedWords(plan: Plan, from: number): string[] {
  const waits = plan.steps.findIndex(({ calls }, step) => step >= from && calls.some(({ tool }) => tool === 'guarded'));
  const last = waits < 0 ? plan.steps.length - 1 : waits;
  return plan.steps.flatMap((_, step) => (step < from || step > last ? [] : wordsOf(plan, step)));
}

/** What is wrong with words that were said, beside those that were to be said; all of them, where the run is `isWhole`. */
export function compareWords(
  said: readonly string[],
  planned: readonly string[],
  { isWhole }: { readonly isWhole: boolean },
): string[] {
  const at = said.findIndex((word, index) => word !== planned[index]);
  if (at >= 0) return [`word ${at} is ${said[at]} in place of ${planned[at]}`];
  if (!isWhole || said.length === planned.length) return [];
  return [`${planned.length - said.length} of ${planned.length} words are missing`];
}

/** All calls of a plan. */
export const callsOf = ({ steps }: Plan): PlannedCall[] => steps.flatMap(({ calls }) => calls);

const WORD = /[\w-]+:\d+:\d+/g;

/** The words in a text, in order. */
export const wordsIn = (text: string): string[] => text.match(WORD) ?? [];
