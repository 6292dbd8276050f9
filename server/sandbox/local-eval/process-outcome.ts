/** Executions made of the report of a Python process, or of its end. */
import type { OutputLog } from '../output-log.ts';
import type { Execution } from '../sandbox.ts';
import { type StopReason, stopError } from '../stop-error.ts';
import type { ReportFrame } from './frames.ts';

/** The report that an execution has ended. */
export type Ran = Extract<ReportFrame, { type: 'ran' }>;

interface Stop {
  /** Why the code was stopped, if it was. */
  readonly stopped: StopReason | undefined;
  readonly timeoutMs: number;
}

/** The execution of a process that reported its end. */
export function toReportedExecution(
  { outcome, dropped, droppedDisplays }: Ran,
  output: OutputLog,
  { stopped, timeoutMs }: Stop,
): Execution {
  output.drop(dropped);
  output.dropDisplays(droppedDisplays);
  if (outcome.result) output.setResult(outcome.result);
  return {
    ...toShownOutput(output),
    status: stopped ?? outcome.status,
    result: output.result,
    error: stopped ? stopError(stopped, timeoutMs, outcome.error?.traceback) : outcome.error,
    exitCode: outcome.exit_code,
    variablesLost: false,
    notices: output.notices,
  };
}

/** The execution of a process that ended before it reported an end. */
export function toLostExecution(
  output: OutputLog,
  { endReason, stopped, timeoutMs }: Stop & { readonly endReason: string | undefined },
): Execution {
  const reason = endReason ?? (stopped ? 'it did not react to the interrupt' : 'it ended unexpectedly');
  const killed = { name: 'SandboxKilled', message: `The Python process was ended: ${reason}`, traceback: '' };
  return {
    ...toShownOutput(output),
    status: stopped ?? 'killed',
    error: stopped ? stopError(stopped, timeoutMs) : killed,
    result: null,
    exitCode: null,
    variablesLost: true,
    notices: [...output.notices, `The Python process was ended (${reason}): all variables are lost.`],
  };
}

function toShownOutput(output: OutputLog) {
  const { stdout, stderr, displays } = output;
  return { stdout, stderr, displays, isTruncated: output.notices.length > 0 };
}
