/** The parts of UI messages, as they come from a browser: nothing is known of them. */
import type { Fields } from '../../call/fields.ts';
import { isApart } from './approvals.ts';

interface ToolPart {
  readonly callId: string;
  readonly name: string;
  readonly args: unknown;
  /** Absent while the call has none. */
  readonly result?: unknown;
  readonly isError?: boolean;
}

/** A tool call with its result, of either kind of part: `dynamic-tool`, or `tool-` and the name of the tool. */
export function toolPartOf(fields: Fields): ToolPart | undefined {
  const { type, toolName, toolCallId: callId, state, ...part } = fields;
  if (isApart(fields)) return undefined;
  const name = type === 'dynamic-tool' ? toolName : /^tool-(.+)$/s.exec(String(type))?.[1];
  if (typeof name !== 'string' || typeof callId !== 'string') return undefined;
  const call = { callId, name, args: part.input ?? {} };
  if (state === 'output-available') return { ...call, result: part.output ?? null };
  if (state === 'output-error') return { ...call, result: part.errorText ?? 'The tool failed', isError: true };
  if (state === 'output-denied') return { ...call, result: 'Not run: the user refused it', isError: true };
  return call;
}
