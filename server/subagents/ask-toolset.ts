/** The tools by which an agent asks others: each call is a run of its own, which ends with the run that makes it. */
import { ApiError } from '../call/errors.ts';
import type { Principal } from '../call/principal.ts';
import { toAskName } from '../mcp/tool-names.ts';
import { askInputSchema, describeAsk, readAsk } from '../runs/asked-agent.ts';
import type { FoundRun } from '../runs/found-run.ts';
import type { ParentCall } from '../runs/parent-call.ts';
import { failTool } from '../runs/schema-tools.ts';
import { type StartRun, type StartRunRequest, toUserMessages } from '../runs/start-run.ts';
import type { ToolDefinition, ToolOutcome, Toolset } from '../runs/toolset.ts';
import type { Store } from '../store/store.ts';
import { type ChildRun, followChild } from './follow-child.ts';

interface AskedAgent {
  readonly id: string;
  readonly name: string;
  readonly description: string;
}

/** What the tools are built on. */
export interface AskPorts {
  readonly startRun: StartRun;
  readonly approvals: Pick<Store['approvals'], 'get'>;
  findRun(id: string, principal: Principal): Promise<FoundRun | undefined>;
}

interface AskToolsetOptions extends AskPorts {
  /** The agents that may be asked now; those that are deleted are not among them. */
  agents(): readonly AskedAgent[];
  /** Whose runs they are. */
  readonly principal: Principal;
}

/** How many agents may be at work one below the other, beside the one that was asked first. */
const MAX_DEPTH = 5;

/** A tool `ask_<id>` for each agent that may be asked. */
export function createAskToolset(options: AskToolsetOptions): Toolset {
  const offered = () => {
    const ids = new Map<string, string>();
    const tools = options.agents().map((agent) => {
      const name = toAskName(agent.id, ids);
      ids.set(name, agent.id);
      return defineAsk(agent, name);
    });
    return { ids, tools };
  };
  return {
    list: () => offered().tools,
    async call(name, args, { signal, parent, answered }) {
      const id = offered().ids.get(name);
      if (id === undefined || !parent) return failTool(`There is no agent behind the tool '${name}' any more`);
      try {
        const child = answered
          ? await goOn(answered, { parent, signal }, options)
          : await startChild(id, { args, parent, signal }, options);
        return 'isError' in child ? child : await followChild(child, parent, signal);
      } catch (cause) {
        // A conversation that is busy, or an agent that is gone, is something the model can act on.
        if (cause instanceof ApiError) return failTool(cause.message);
        throw cause;
      }
    },
  };
}

/** By agent, which is another object when it has changed: the same tool for the same agent. */
const known = new WeakMap<AskedAgent, ToolDefinition>();

function defineAsk(agent: AskedAgent, name: string): ToolDefinition {
  const found = known.get(agent);
  if (found?.name === name) return found;
  const tool = { name, description: describeAsk(agent), inputSchema: askInputSchema() };
  known.set(agent, tool);
  return tool;
}

interface AskCall {
  readonly args: Readonly<Record<string, unknown>>;
  readonly parent: ParentCall;
  readonly signal: AbortSignal;
}

async function startChild(
  id: string,
  { args, parent, signal }: AskCall,
  options: AskToolsetOptions,
): Promise<ChildRun | ToolOutcome> {
  const ask = readAsk(args);
  if (typeof ask === 'string') return failTool(ask);
  const refusal = refusalOf(id, parent);
  if (refusal !== undefined) return failTool(refusal);
  const { message, conversation_id: conversationId } = ask;
  return start(id, { conversationId, messages: toUserMessages(message), signal, parent }, options);
}

/** Why an agent cannot be asked here, in words for the model. */
function refusalOf(id: string, { lineage, budget }: ParentCall): string | undefined {
  const path = [...lineage, id].join(' → ');
  if (lineage.includes(id)) return `Not asked: the agent '${id}' is at work already, and would ask itself: ${path}`;
  if (lineage.length > MAX_DEPTH)
    return `Not asked: agents may ask each other ${MAX_DEPTH} deep, and this is more: ${path}`;
  if (!budget.canLend) return `Not asked: no step is left for the agent '${id}'`;
  return undefined;
}

/** The run that goes on with what a person has answered; it may have begun, where somebody answered in its own conversation. */
async function goOn(
  answered: readonly string[],
  { parent, signal }: Omit<AskCall, 'args'>,
  options: AskToolsetOptions,
): Promise<ChildRun | ToolOutcome> {
  const approvals = await Promise.all(answered.map((id) => options.approvals.get(id)));
  const approval = approvals.find((one) => one !== undefined);
  if (!approval) return failTool('Not run: the conversation that waited for an approval was deleted');
  const { agentId, conversationId, conversationKey, resumedBy } = approval;
  if (resumedBy === null) {
    return start(agentId, { conversationId, conversationKey, messages: [], parent }, options);
  }
  const found = await options.findRun(resumedBy, options.principal);
  if (!found) return failTool(`Not run: the run '${resumedBy}' that went on with the approval is not there any more`);
  return { storedId: found.record.id, agentId, conversationId, events: found.events(signal) };
}

async function start(
  agentId: string,
  request: Pick<StartRunRequest, 'conversationId' | 'conversationKey' | 'messages' | 'signal'> & {
    readonly parent: ParentCall;
  },
  { startRun, principal }: AskToolsetOptions,
): Promise<ChildRun> {
  const { isDetached: detached } = request.parent;
  const run = await startRun(agentId, { ...request, principal, history: 'stored', detached });
  const { storedId, conversationId } = run;
  return {
    storedId,
    agentId,
    conversationId,
    events: run.events({ isAwaited: true }),
    cancel: (reason) => run.cancel(reason),
  };
}
