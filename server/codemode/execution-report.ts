import type { ToolOutcome } from '../runs/toolset.ts';
import type { MimeBundle } from '../sandbox/sandbox.ts';
import type { ManagedExecution } from '../sandbox/sandbox-manager.ts';

/** What a model reads of one stream, in characters: the beginning and the end. */
const SHOWN = 16_000;
const MAX_DISPLAYS = 10;

/** An execution in the words a model is given: bounded, and without what is empty. */
export function reportExecution(execution: ManagedExecution): ToolOutcome {
  const { status, error, exitCode, result, displays } = execution;
  const isSuccess = status === 'ok' || (status === 'exit' && exitCode === 0);
  return {
    isError: !isSuccess,
    result: {
      success: isSuccess,
      result: toValue(result),
      stdout: shorten(execution.stdout),
      stderr: shorten(execution.stderr),
      ...(error && {
        code_error: { name: error.name, message: shorten(error.message), traceback: shorten(error.traceback) },
      }),
      ...(exitCode !== null && { exit_code: exitCode }),
      ...(displays.length > 0 && { displays: displays.slice(0, MAX_DISPLAYS).map(describe) }),
      ...(execution.isTruncated && { truncated: true }),
      ...(execution.notices.length > 0 && { notices: [...execution.notices] }),
      tool_calls: execution.toolCalls,
      execution_time: Math.round(execution.durationMs) / 1000,
    },
  };
}

/** The value of the last expression: data where it is data, else as Python shows it. */
function toValue(bundle: MimeBundle | null): unknown {
  if (bundle === null) return null;
  const json = bundle['application/json'];
  if (json !== undefined && JSON.stringify(json).length <= SHOWN) return json;
  return describe(bundle);
}

function describe(bundle: MimeBundle): string {
  const text = bundle['text/markdown'] ?? bundle['text/plain'];
  const others = Object.keys(bundle).filter((kind) => !/^(text\/(plain|markdown)|application\/json)$/.test(kind));
  const shown = typeof text === 'string' ? shorten(text) : '';
  return others.length ? `${shown} [also as ${others.join(', ')}]` : shown;
}

function shorten(text: string): string {
  if (text.length <= SHOWN) return text;
  const half = SHOWN / 2;
  return `${text.slice(0, half)}\n[... ${text.length - SHOWN} characters left out ...]\n${text.slice(-half)}`;
}
