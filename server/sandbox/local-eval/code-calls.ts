/** The tool calls that a Python process sends, which may be under the control of the code it runs. */
import type { RunOptions } from '../sandbox.ts';
import { answerWhenAborted, EXECUTION_ENDED } from '../tool-calls.ts';
import { parseBoundedJson } from './bounded-json.ts';
import { type ReportFrame, ToolCallRequest } from './frames.ts';
import type { PythonProcess } from './python-process.ts';

type CallReport = Extract<ReportFrame, { type: 'call' }>;

interface CodeCallsOptions {
  readonly python: PythonProcess;
  readonly onToolCall: RunOptions['onToolCall'];
  /** Aborts when calls are waited for no longer. */
  readonly signal: AbortSignal;
}

/** Far more than the tool calls that are let through: who makes so many wants to keep the server busy. */
const MAX_CALLS_MADE = 10_000;
const MAX_CALLED_CHARACTERS = 300_000_000;
const MAX_UNREAD_BYTES = 128 * 1_048_576;

/** Answers the tool calls of one execution. */
export class CodeCalls {
  readonly #options: CodeCallsOptions;
  /** The answer to every call that is waited for no longer: one promise, as code may make many calls. */
  readonly #cutOff: Promise<unknown>;
  #count = 0;
  #characters = 0;
  #isClosed = false;

  constructor(options: CodeCallsOptions) {
    this.#options = options;
    this.#cutOff = answerWhenAborted(options.signal, EXECUTION_ENDED);
  }

  /** Answers a call some time later; ends the process when it makes far too many. */
  take(call: CallReport): void {
    this.#count += 1;
    this.#characters += call.json.length;
    if (this.#count > MAX_CALLS_MADE || this.#characters > MAX_CALLED_CHARACTERS) {
      this.#options.python.end('it called tools far more often than code may');
    } else void this.#answer(call);
  }

  /** Answers no call any more: the code that made it has ended. */
  close(): void {
    this.#isClosed = true;
  }

  async #answer({ id, blocking, json }: CallReport): Promise<void> {
    const { python } = this.#options;
    const answer = JSON.stringify(await this.#call(json));
    if (this.#isClosed) return;
    if (blocking) python.answerBlocked(id, answer);
    else python.send({ type: 'reply', id, json: answer });
    if (python.unreadBytes > MAX_UNREAD_BYTES) python.end('it did not take the answers of its tools');
  }

  /** Calls a tool as code asked for it, and resolves with an answer for code whatever happens. */
  async #call(json: string): Promise<unknown> {
    const { onToolCall, signal } = this.#options;
    const request = ToolCallRequest.safeParse(parseOrNothing(json));
    if (!request.success)
      return { success: false, kind: 'invalid_input', error: 'A tool call needs server, tool and arguments' };
    const { server, tool, arguments: args } = request.data;
    return Promise.race([onToolCall(server, tool, args, { signal }), this.#cutOff]).catch(() => ({
      success: false,
      kind: 'transport',
      error: `The call of ${tool} on ${server} failed`,
    }));
  }
}

function parseOrNothing(json: string): unknown {
  try {
    return parseBoundedJson(json);
  } catch {
    return undefined;
  }
}
