/** Which tool calls wait for a person, and whether an approved one is still the one that was shown. */
import { createHash } from 'node:crypto';
import type { ApprovalRecord, NewApproval } from '../store/store.ts';
import { newId } from './ids.ts';
import type { ReadyCall } from './tool-calls.ts';
import type { ToolDefinition } from './toolset.ts';

/** The name of the event that tells of an approved call whose tool is no longer the one that was shown. */
export const TOOL_CHANGED = 'tool_changed';

/** Whether a call of the tool waits for a person. `*` in a pattern is any text. */
export function needsApproval(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => toExpression(pattern).test(name));
}

const toExpression = (pattern: string) => new RegExp(`^${pattern.split('*').map(RegExp.escape).join('.*')}$`, 's');

/** The approval that a call waits for: what a person is shown of the call, and the hash that its tool is held to. */
export function toApproval({ callId, name, args }: ReadyCall, tool: ToolDefinition): NewApproval {
  return { id: newId('appr'), callId, tool: name, description: tool.description, args, toolHash: hashTool(tool) };
}

/** A call that a person has answered: as it is to be run, or with the reason why it is not, in words for the model. */
export function toAnsweredCall(approval: ApprovalRecord, tool: ToolDefinition | undefined): ReadyCall {
  const { id: approvalId, callId, tool: name, args, status, reason } = approval;
  const call = { callId, name, args, approvalId, server: tool?.server };
  if (status !== 'approved')
    return { ...call, isDenied: true, refusal: `Not run: the user refused it${reason ? `: ${reason}` : ''}` };
  if (!tool) return { ...call, refusal: `Not run: there is no tool '${name}' any more` };
  if (isChanged(approval, tool)) {
    return { ...call, refusal: 'Not run: the tool has changed since the user approved the call' };
  }
  return call;
}

/** The calls whose approvals stood for those of agents that they asked, as they are made again; `names` are those of their tools. */
export function toRepeatedCalls(answered: readonly ApprovalRecord[], names: ReadonlyMap<string, string>): ReadyCall[] {
  return [...Map.groupBy(answered, ({ callId }) => callId)].flatMap(([callId, approvals]) => {
    const [first] = approvals;
    if (!first) return [];
    const answeredIds = approvals.flatMap(({ standsFor }) => standsFor ?? []);
    return [{ callId, name: names.get(callId) ?? first.tool, args: {}, approvalId: first.id, answered: answeredIds }];
  });
}

/** Whether the tool is another than the one that was shown, or gone. */
export const isChanged = ({ toolHash }: ApprovalRecord, tool: ToolDefinition | undefined): boolean =>
  !tool || hashTool(tool) !== toolHash;

const hashTool = ({ name, description, inputSchema }: ToolDefinition) =>
  createHash('sha256')
    .update(JSON.stringify([name, description, withSortedKeys(inputSchema)]))
    .digest('hex');

// A server may list the same schema with its keys in another order after a restart.
function withSortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, child]) => [key, withSortedKeys(child)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
