/** Runs the tool calls of one answer side by side. */
import { createDeadline } from '../async/deadline.ts';
import { untilAborted } from '../async/until-aborted.ts';
import type { ToolMessage } from '../store/messages.ts';
import type { NewApproval } from '../store/store.ts';
import type { CallWatch } from './call-watch.ts';
import type { EventSink } from './event-sink.ts';
import { newId } from './ids.ts';
import type { RunLimits } from './limits.ts';
import type { ParentCall } from './parent-call.ts';
import { reasonOf } from './run-events.ts';
import type { RunTrace } from './run-tracing.ts';
import type { SharedState } from './shared-state.ts';
import type { ToolDefinition, Toolset } from './toolset.ts';
import { toWellFormed } from './well-formed.ts';

/** A call that is to have a result. `refusal` is why it is not run, in words for the model. */
export interface ReadyCall {
  readonly callId: string;
  readonly name: string;
  readonly args: Record<string, unknown>;
  readonly refusal?: string;
  /** The id of the MCP server whose tool it calls. */
  readonly server?: string | undefined;
  /** The approval by which a person has answered it. */
  readonly approvalId?: string | undefined;
  /** Whether that answer is a refusal. */
  readonly isDenied?: boolean | undefined;
  /** Of a call that was made before and waited: the approvals that its own stood for. */
  readonly answered?: readonly string[] | undefined;
}

/** What calls came to: the results that there are, in the order of the calls, and what the others wait for. */
interface CallResults {
  readonly messages: readonly ToolMessage[];
  readonly awaited: readonly NewApproval[];
}

/** A log of faults of this server, and of what it goes on without; pino is one. */
export interface FaultLog {
  error(details: object, message: string): void;
  warn?(details: object, message: string): void;
}

/** What tool calls are run with. */
export interface ToolCallOptions {
  readonly toolset: Toolset;
  readonly sink: EventSink;
  readonly limits: RunLimits;
  readonly signal: AbortSignal;
  readonly trace?: RunTrace | undefined;
  /** Who is told of the calls that are made within one of these; absent: nobody. */
  readonly watchWithin?: ((callId: string) => CallWatch) | undefined;
  /** What a run is given that is started for one of these; absent: none can be. */
  readonly parentOf?: ((callId: string) => Omit<ParentCall, 'waitWithoutDeadline'>) | undefined;
  readonly log: FaultLog;
  readonly state: SharedState;
}

/**
 * A result for each call that does not wait for a person, in the order of the calls; each is emitted as soon as it is there. An abort
 * ends all that still run at once. Never throws.
 */
export async function runToolCalls(calls: readonly ReadyCall[], options: ToolCallOptions): Promise<CallResults> {
  const results = new Map<ReadyCall, CallResult>();
  const waiting = calls.values();
  const work = async () => {
    for (const call of waiting) results.set(call, await answerCall(call, options));
  };
  await Promise.all(Array.from({ length: Math.min(calls.length, options.limits.parallelTools) }, work));
  const inOrder = calls.flatMap((call) => results.get(call) ?? []);
  return {
    messages: inOrder.flatMap((result) => ('role' in result ? result : [])),
    awaited: inOrder.flatMap((result) => ('role' in result ? [] : result.awaits)),
  };
}

type CallResult = ToolMessage | { readonly awaits: readonly NewApproval[] };

async function answerCall(call: ReadyCall, options: ToolCallOptions): Promise<CallResult> {
  const { signal, sink, limits, state } = options;
  if (signal.aborted) return emitResult(call, { result: `Not run: ${reasonOf(signal)}`, status: 'cancelled' }, sink);
  if (call.refusal !== undefined) return emitResult(call, { result: call.refusal, status: 'error' }, sink);
  const { callId, name, args, server = null, approvalId, answered } = call;
  const parent = options.parentOf?.(callId);
  sink.emit({ type: 'tool-started', callId, name, server, ...(approvalId !== undefined && { approvalId, args }) });
  // Whoever goes on with the run is to know that it may have run, whatever becomes of this process.
  if (sink.untilStored && !(await sink.untilStored())) {
    const result = `Not run: ${signal.aborted ? reasonOf(signal) : 'too much has happened in this run to be stored'}`;
    return emitResult(call, { result, status: signal.aborted ? 'cancelled' : 'error' }, sink);
  }
  using deadline = createDeadline(signal, limits.toolMs);
  try {
    const work = options.toolset.call(call.name, call.args, {
      signal: deadline.signal,
      state: state.value,
      trace: options.trace?.toTool(callId),
      watch: options.watchWithin?.(callId),
      parent: parent && { ...parent, waitWithoutDeadline: deadline.lift },
      answered,
    });
    const { result, isError, page, files, custom, awaits, state: changed } = await untilAborted(work, deadline.signal);
    if (awaits) return { awaits };
    const status = isError ? 'error' : 'done';
    const message = emitResult(call, { ...toBounded(result, limits.toolResultChars), status, page, files }, sink);
    if (changed !== undefined) state.change(changed);
    for (const { name, value } of custom ?? []) sink.emit({ type: 'custom', name, value });
    return message;
  } catch (error) {
    if (signal.aborted) {
      return emitResult(
        call,
        { result: `Stopped: ${reasonOf(signal)}; it may have partly run`, status: 'cancelled' },
        sink,
      );
    }
    if (deadline.signal.aborted) {
      const result = `The tool did not answer within ${limits.toolMs / 1000} s; it may have partly run`;
      return emitResult(call, { result, status: 'error' }, sink);
    }
    options.log.error({ err: error, tool: call.name }, 'a tool call failed inside the server');
    return emitResult(call, { result: `The tool ${call.name} could not be run`, status: 'error' }, sink);
  }
}

/** Emits the result of a call, and returns it as a message. */
function emitResult(
  {
    callId,
    name,
    args,
    approvalId,
    isDenied,
    server,
    refusal,
  }: Pick<ReadyCall, 'callId' | 'name' | 'args' | 'approvalId' | 'isDenied' | 'server' | 'refusal'>,
  {
    result,
    status,
    bytes = 0,
    page,
    files,
  }: Pick<ToolMessage, 'result' | 'status' | 'page' | 'files'> & { readonly bytes?: number },
  sink: EventSink,
): ToolMessage {
  const id = newId('msg');
  const shown = { ...(page && { page }), ...(files?.length && { files }) };
  // The model has called it in another run: nothing of this one has told whose tool it is, nor, where it never begins, with what.
  const approval = approvalId !== undefined && {
    approvalId,
    ...(server !== undefined && { server }),
    ...(refusal !== undefined && { args }),
  };
  sink.emit({
    type: 'tool-result',
    callId,
    messageId: id,
    name,
    result,
    isError: status !== 'done',
    bytes,
    ...approval,
    ...(isDenied && { isDenied }),
    ...shown,
  });
  return { id, role: 'tool', callId, name, result, status, ...shown };
}

/** The tools of a list by name: an agent offers the same list again and again. */
const known = new WeakMap<readonly ToolDefinition[], ReadonlyMap<string, ToolDefinition>>();

/** The tools of one model call by name. A tool of the caller hides one of the server with the same name. */
export function offerTools(
  toolset: Toolset,
  callerTools: readonly ToolDefinition[],
): ReadonlyMap<string, ToolDefinition> {
  const own = toolset.list();
  if (callerTools.length > 0) return byName([...own, ...callerTools]);
  const offered = known.get(own) ?? byName(own);
  known.set(own, offered);
  return offered;
}

const byName = (tools: readonly ToolDefinition[]) => new Map(tools.map((tool) => [tool.name, tool]));

/** A result within its bound, and its size before that. */
function toBounded(result: unknown, maxChars: number): { result: unknown; bytes: number } {
  if (result === undefined) return { result: null, bytes: 0 };
  const text = typeof result === 'string' ? result : JSON.stringify(result);
  const bytes = Buffer.byteLength(text);
  if (text.length <= maxChars) return { result: toWellFormed(result, text), bytes };
  const cut = text.slice(0, maxChars).toWellFormed();
  return { result: `${cut}\n[cut: ${text.length - maxChars} more characters]`, bytes };
}
