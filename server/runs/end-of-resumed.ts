import type { WholeAnswer } from './resume-point.ts';
import type { JsonSchema, RunOutcome } from './run-events.ts';
import type { RunOutput } from './run-output.ts';

/** How a run ends that another process had all but ended, by the answers of its whole steps; undefined when the model is to go on. */
export async function endOfResumed(
  { answers }: { readonly answers: readonly WholeAnswer[] },
  output: RunOutput,
  schema: JsonSchema | null | undefined,
): Promise<RunOutcome | undefined> {
  for (const { text, hasCalls, stopReason, behind } of answers) {
    if (stopReason === 'length' || stopReason === 'content-filter') {
      return schema ? output.cutOff(stopReason) : { status: 'finished', pending: [], stoppedBy: stopReason };
    }
    if (hasCalls) continue;
    if (!schema) return { status: 'finished', pending: [] };
    const outcome = await output.judge({ content: { text } }, { schema }, behind);
    if (outcome) return outcome;
  }
  return undefined;
}
