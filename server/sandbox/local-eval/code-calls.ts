/** The tool calls that a Python process sends, which may be under the control of the code it runs. */
import type { RunOptions } from '../sandbox.ts';
import { parseBoundedJson } from './bounded-json.ts';
import { ToolCallRequest } from './frames.ts';

interface CallingExecution {
  readonly options: Pick<RunOptions, 'onToolCall'>;
  readonly ended: AbortController;
  /** What a call comes to when the execution ends first. */
  readonly cutOff: Promise<unknown>;
}

/** Calls a tool as code asked for it, and answers what code is to be told, whatever happens. */
export async function callTool(json: string, { options, ended, cutOff }: CallingExecution): Promise<unknown> {
  let request: unknown;
  try {
    request = parseBoundedJson(json);
  } catch {
    request = undefined;
  }
  const parsed = ToolCallRequest.safeParse(request);
  if (!parsed.success)
    return { success: false, kind: 'invalid_input', error: 'A tool call needs server, tool and arguments' };
  const { server, tool, arguments: args } = parsed.data;
  return Promise.race([options.onToolCall(server, tool, args, { signal: ended.signal }), cutOff]).catch(() => ({
    success: false,
    kind: 'transport',
    error: `The call of ${tool} on ${server} failed`,
  }));
}
