import type { OutputLog } from '../output-log.ts';
import type { Execution, PythonError } from '../sandbox.ts';
import { type StopReason, stopError } from '../stop-error.ts';

/** How an execution ended, and why its kernel is gone, if it is. */
export interface KernelOutcome {
  readonly output: OutputLog;
  readonly error: PythonError | null;
  readonly stopped: StopReason | 'output' | undefined;
  readonly lossReason: string | undefined;
  readonly timeoutMs: number;
}

const RATE_LIMIT = /IOPub (data|message) rate exceeded/;
const EXIT_WARNING = /.*UserWarning: To exit: use.*\n.*\n?/;
/** What `exit` is called with when it is not a message to people. */
const EXIT_CODE = /^(-?\d+|None|True|False|)$/;

/** The execution of a kernel, from how it ended. */
export function toKernelExecution(outcome: KernelOutcome): Execution {
  const { output, error, stopped, lossReason } = outcome;
  const isExit = error?.name === 'SystemExit' && !stopped && lossReason === undefined;
  const isLimited = RATE_LIMIT.test(output.stderr);
  if (isExit && !EXIT_CODE.test(error.message)) output.write('stderr', `${error.message}\n`);
  return {
    stdout: output.stdout,
    stderr: isExit ? output.stderr.replace(EXIT_WARNING, '') : output.stderr,
    displays: output.displays,
    result: output.result,
    isTruncated: isLimited || output.notices.length > 0,
    variablesLost: lossReason !== undefined,
    notices: [
      ...output.notices,
      ...(isLimited ? ['The Jupyter server dropped output: its rate limit was exceeded.'] : []),
      ...(lossReason === undefined ? [] : [`The kernel was lost (${lossReason}): all variables are lost.`]),
    ],
    exitCode: null,
    ...(isExit ? { status: 'exit', error: null, exitCode: toExitCode(error.message) } : toEnd(outcome)),
  };
}

/** How code ended that has not asked for its end itself. */
function toEnd({ error, stopped, lossReason, timeoutMs }: KernelOutcome): Pick<Execution, 'status' | 'error'> {
  const traceback = error?.traceback ?? '';
  if (stopped === 'output') {
    const message = 'The code wrote far more output than is kept and was stopped';
    return { status: 'killed', error: { name: 'OutputLimitError', message, traceback } };
  }
  if (stopped) return { status: stopped, error: stopError(stopped, timeoutMs, traceback) };
  if (lossReason !== undefined) {
    const message = `The kernel was lost: ${lossReason}`;
    return { status: 'killed', error: { name: 'SandboxKilled', message, traceback: '' } };
  }
  return { status: error ? 'error' : 'ok', error };
}

function toExitCode(value: string): number {
  if (/^-?\d{1,9}$/.test(value)) return Number(value);
  return ['', 'None', 'False'].includes(value) ? 0 : 1;
}
