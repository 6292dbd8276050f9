import { toShownFiles } from '../call/shown-files.ts';
import type { ToolOutcome } from '../runs/toolset.ts';
import type { ManagedExecution } from '../sandbox/agent-execution.ts';
import type { MimeBundle } from '../sandbox/sandbox.ts';
import { MAX_SHOWN, shortenText } from '../sandbox/shorten-text.ts';
import type { ShownFile } from '../store/messages.ts';

const MAX_DISPLAYS = 10;

/** An execution as a model reads it: bounded, and without what is empty. */
export function reportExecution(execution: ManagedExecution): ToolOutcome {
  const { status, error, exitCode, result, displays } = execution;
  const isSuccess = status === 'ok' || (status === 'exit' && exitCode === 0);
  return {
    isError: !isSuccess,
    ...toShownFiles([...displays, ...(result ? [result] : [])].flatMap(toPicture)),
    result: {
      success: isSuccess,
      result: toValue(result),
      stdout: shortenText(execution.stdout),
      stderr: shortenText(execution.stderr),
      ...(error && {
        code_error: { name: error.name, message: shortenText(error.message), traceback: shortenText(error.traceback) },
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

/** The kinds of pictures in the order in which they are preferred. SVG is text in a bundle; the others are base64. */
const PICTURES = ['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/svg+xml'];

/** The picture that shows what was displayed; none of what has no picture. */
function toPicture(bundle: MimeBundle): ShownFile[] {
  const mediaType = PICTURES.find((kind) => typeof bundle[kind] === 'string');
  if (mediaType === undefined) return [];
  const data = String(bundle[mediaType]);
  return [{ mediaType, data: mediaType.endsWith('xml') ? Buffer.from(data).toString('base64') : data }];
}

/** The value of the last expression: data where it is data, else as Python shows it. */
function toValue(bundle: MimeBundle | null): unknown {
  if (bundle === null) return null;
  const json = bundle['application/json'];
  if (json !== undefined && JSON.stringify(json).length <= MAX_SHOWN) return json;
  return describe(bundle);
}

function describe(bundle: MimeBundle): string {
  const text = bundle['text/markdown'] ?? bundle['text/plain'];
  const others = Object.keys(bundle).filter((kind) => !/^(text\/(plain|markdown)|application\/json)$/.test(kind));
  const shown = typeof text === 'string' ? shortenText(text) : '';
  return others.length ? `${shown} [also as ${others.join(', ')}]` : shown;
}
