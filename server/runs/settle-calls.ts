/** Gives each tool call its result: by running it, by refusing it, or by leaving it to its caller or to a person. */
import type { Message } from '../store/messages.ts';
import type { ApprovalRecord, NewApproval } from '../store/store.ts';
import type { ModelAnswer } from './model-step.ts';
import { prepareTools } from './prepare-tools.ts';
import { readyCall } from './ready-call.ts';
import type { ResumePoint } from './resume-point.ts';
import type { SharedState } from './shared-state.ts';
import {
  isChanged,
  needsApproval,
  TOOL_CHANGED,
  toAnsweredCall,
  toApproval,
  toRepeatedCalls,
} from './tool-approvals.ts';
import type { ToolArguments } from './tool-arguments.ts';
import { offerTools, type ReadyCall, runToolCalls, type ToolCallOptions } from './tool-calls.ts';
import type { ToolDefinition } from './toolset.ts';

/** What a run has said so far, and what it leaves to a person. */
export interface Turn {
  readonly messages: Message[];
  readonly state: SharedState;
  /** The calls of the conversation before the run: their names by their ids. */
  readonly calls: ReadonlyMap<string, string>;
  /** The calls of the last answer that wait for a person. */
  approvals: NewApproval[];
  /** The ids of answered approvals whose tool was no longer the one that was shown. */
  readonly voided: string[];
  /** The ids of the MCP servers that it had to do without. */
  readonly missingServers: Set<string>;
}

interface SettleOptions extends Omit<ToolCallOptions, 'state'> {
  readonly callerTools: readonly ToolDefinition[];
  readonly toolArguments: ToolArguments;
  /** Why calls that wait for a person are refused, in words for the model; absent: they wait. */
  readonly heldRefusal?: string | undefined;
}

interface Step {
  readonly messageId: string;
  /** The tools that the model was offered, by name. */
  readonly tools: ReadonlyMap<string, ToolDefinition>;
  /** Patterns of the tools whose calls wait for a person. */
  readonly heldTools: readonly string[];
}

/** Notes an answer and the results of its calls, running those that can be run. Returns the ids of the calls that wait for a result. */
export async function settleCalls(
  answer: ModelAnswer,
  { messageId, tools, heldTools }: Step,
  turn: Turn,
  options: SettleOptions,
): Promise<string[]> {
  const content = answer.content.toParts();
  if (content.length) turn.messages.push({ id: messageId, role: 'assistant', content });
  const callerNames = new Set(options.callerTools.map(({ name }) => name));
  const isHeld = (name: string) =>
    !callerNames.has(name) && !tools.get(name)?.isDisplay && needsApproval(name, heldTools);
  const { heldRefusal } = options;
  const ready = await Promise.all(
    answer.content.calls.map((call) => readyCall(call, answer, tools, options.toolArguments)),
  );
  const calls = ready.map((call): ReadyCall => {
    if (heldRefusal === undefined || call.refusal !== undefined || !isHeld(call.name)) return call;
    return { ...call, refusal: `Not run: ${heldRefusal}` };
  });
  const isPending = ({ name, refusal }: ReadyCall) =>
    refusal === undefined && (callerNames.has(name) || isHeld(name)) && !options.signal.aborted;
  const pending = calls.filter(isPending);
  const held = pending.flatMap((call) => {
    const tool = tools.get(call.name);
    return tool && isHeld(call.name) ? [toApproval(call, tool)] : [];
  });
  const runnable = calls.filter((call) => !pending.includes(call));
  const waiting = await runCalls(runnable, turn, options);
  turn.approvals = [...held, ...turn.approvals];
  return [...pending.map(({ callId }) => callId), ...waiting];
}

/** Notes the results of calls, and the approvals that the others wait for, whose ids it returns. */
async function runCalls(calls: readonly ReadyCall[], turn: Turn, options: SettleOptions): Promise<string[]> {
  const { messages, awaited } = await runToolCalls(calls, { ...options, state: turn.state });
  turn.messages.push(...messages);
  turn.approvals = [...awaited];
  return [...new Set(awaited.map(({ callId }) => callId))];
}

/**
 * Runs the calls that a person has approved, exactly as they were shown, and notes the refusal of the others. A call whose approvals
 * stood for those of an agent that it asked is made again with the answers, whatever they are. Returns the ids of the calls that wait again.
 */
export async function settleDecidedCalls(
  answered: readonly ApprovalRecord[],
  turn: Turn,
  options: SettleOptions,
): Promise<string[]> {
  const { toolset, sink } = options;
  await prepareTools(options, turn.missingServers);
  const tools = offerTools(toolset, []);
  const [own, ofOthers] = [answered.filter(isOwn), answered.filter((approval) => !isOwn(approval))];
  for (const approval of own) {
    if (approval.status !== 'approved' || !isChanged(approval, tools.get(approval.tool))) continue;
    turn.voided.push(approval.id);
    const value = { approval_id: approval.id, tool: approval.tool };
    sink.emit({ type: 'custom', name: TOOL_CHANGED, value });
  }
  const calls = own.map((approval) => toAnsweredCall(approval, tools.get(approval.tool)));
  return runCalls([...calls, ...toRepeatedCalls(ofOthers, turn.calls)], turn, options);
}

/** Leaves calls to their caller or to a person again, which waited when their process was gone. Returns the ids of those that do. */
export async function holdAgain(
  { pending, held, waiting }: Pick<ResumePoint, 'pending' | 'held' | 'waiting'>,
  turn: Turn,
  options: SettleOptions,
): Promise<string[]> {
  if (held.length) await prepareTools(options, turn.missingServers);
  const tools = offerTools(options.toolset, []);
  const ready = await Promise.all(held.map((call) => readyAgain(call, tools, options)));
  const refused = ready.filter(({ refusal }) => refusal !== undefined);
  if (refused.length) await runCalls(refused, turn, options);
  const own = ready.flatMap((call) => {
    const tool = tools.get(call.name);
    return tool && call.refusal === undefined ? [toApproval(call, tool)] : [];
  });
  turn.approvals = [...own, ...waiting];
  return [...new Set([...pending, ...turn.approvals.map(({ callId }) => callId)])];
}

/** A call as a person can be asked for it, or with the reason why not: that it fits its tool may not have been looked at before. */
async function readyAgain(
  call: ReadyCall,
  tools: ReadonlyMap<string, ToolDefinition>,
  { toolArguments }: SettleOptions,
): Promise<ReadyCall> {
  const tool = tools.get(call.name);
  if (!tool) return { ...call, refusal: `Not run: there is no tool '${call.name}' any more` };
  const refusal = await toolArguments.findProblem(call.args, tool);
  return refusal === undefined ? call : { ...call, refusal };
}

const isOwn = ({ standsFor }: ApprovalRecord) => standsFor === null;
