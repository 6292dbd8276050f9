/** What the report of a Python process, or its end, makes of an execution. */
import type { OutputLog } from '../output-log.ts';
import type { Execution, ExecutionStatus } from '../sandbox.ts';
import { type StopReason, stopError } from '../stop-error.ts';
import type { ReportFrame } from './frames.ts';

/** The report of an execution that has ended. */
export type Ran = Extract<ReportFrame, { type: 'ran' }>;

function shown(output: OutputLog) {
  const { stdout, stderr, displays } = output;
  return { stdout, stderr, displays, isTruncated: output.notices.length > 0 };
}

/** The execution of a process that reported its end. */
export function toExecution(
  { outcome, dropped, droppedDisplays }: Ran,
  output: OutputLog,
  stopped: StopReason | undefined,
  timeoutMs: number,
): Execution {
  output.drop(dropped);
  output.dropDisplays(droppedDisplays);
  if (outcome.result) output.setResult(outcome.result);
  const status: ExecutionStatus = stopped ?? outcome.status;
  return {
    ...shown(output),
    status,
    result: output.result,
    error: stopped ? stopError(stopped, timeoutMs, outcome.error?.traceback) : outcome.error,
    exitCode: outcome.exit_code,
    variablesLost: false,
    notices: output.notices,
  };
}

/** The execution of a process that ended with it, for a reason or because it was stopped. */
export function toLoss(
  output: OutputLog,
  {
    endReason,
    stopped,
    timeoutMs,
  }: { endReason?: string | undefined; stopped?: StopReason | undefined; timeoutMs: number },
): Execution {
  const status = stopped ?? 'killed';
  const reason = endReason ?? (stopped ? 'it did not react to the interrupt' : 'it ended unexpectedly');
  const killed = { name: 'SandboxKilled', message: `The Python process was ended: ${reason}`, traceback: '' };
  return {
    ...shown(output),
    status,
    error: stopped ? stopError(stopped, timeoutMs) : killed,
    result: null,
    exitCode: null,
    variablesLost: true,
    notices: [...output.notices, `The Python process was ended (${reason}): all variables are lost.`],
  };
}
