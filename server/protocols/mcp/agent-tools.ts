/** Offers every agent as a tool to MCP clients. */
import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/sdk/types.js';
import { toApiError } from '../../call/errors.ts';
import type { Principal } from '../../call/principal.ts';
import type { AgentTool, AgentTools, ToolCall } from '../../mcp/doors/door-tools.ts';
import {
  AnswerText,
  type AskAnswer,
  askInputSchema,
  askOutputSchema,
  describeAsk,
  readAsk,
  toAskAnswer,
} from '../../runs/asked-agent.ts';
import type { RunEvent } from '../../runs/run-events.ts';
import { AnswerBlocks } from './answer-blocks.ts';
import { AskProgress } from './progress.ts';

interface OfferedAgent {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly offerAsTool: boolean;
}

/** A run that a call has started. */
interface AskedRun {
  readonly storedId: string;
  readonly conversationId: string;
  /** Its events, from the first to `run-ended`, however slow their reader is. */
  readonly events: AsyncIterable<{ readonly event: RunEvent }>;
  cancel(reason: string): void;
}

/** Ports that the tools are built on: agents and their runs. */
interface AgentToolsParts {
  readonly agents: {
    list(): readonly OfferedAgent[];
    find(id: string): OfferedAgent | undefined;
    /** Calls `listener` when an agent has come, changed or gone, until the function it returns is called. */
    onChange(listener: () => void): () => void;
  };
  /** Throws when the run cannot start: the conversation is busy, the server is draining. */
  startRun(
    agentId: string,
    request: {
      readonly principal: Principal;
      readonly message: string;
      readonly conversationId: string | undefined;
      readonly signal: AbortSignal;
    },
  ): Promise<AskedRun>;
  readonly log: { error(details: object, message: string): void };
}

const CANCELLED = 'the caller cancelled the call';

/** The agents as tools. */
export function createAgentTools(parts: AgentToolsParts): AgentTools {
  const { agents } = parts;
  const schemas = { inputSchema: askInputSchema(), outputSchema: askOutputSchema() };
  const toTool = (agent: OfferedAgent): AgentTool => ({
    id: agent.id,
    isOffered: agent.offerAsTool,
    tool: { title: agent.name, description: describeAsk(agent), ...schemas },
    call: (args, call) => askAgent(parts, { agentId: agent.id, args, ...call }),
  });
  return {
    list: () => agents.list().map(toTool),
    find(id) {
      const agent = agents.find(id);
      return agent && toTool(agent);
    },
    onChange: (listener) => agents.onChange(listener),
  };
}

interface AgentCall extends ToolCall {
  readonly agentId: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** What the agent answers. Whatever fails is a result that says so, and never an exception. */
async function askAgent(parts: AgentToolsParts, { agentId, args, ...call }: AgentCall): Promise<CallToolResult> {
  const ask = readAsk(args);
  if (typeof ask === 'string') return toFailure(ask);
  const { message, conversation_id: conversationId } = ask;
  const { principal, signal } = call;
  try {
    const run = await parts.startRun(agentId, { principal, message, conversationId, signal });
    const files = new AnswerBlocks();
    return toResult(await followRun(run, call, files), files.blocks);
  } catch (cause) {
    const error = toApiError(cause);
    if (error.code === 'internal') parts.log.error({ err: cause }, 'an agent could not be asked');
    return toFailure(error.message);
  }
}

async function followRun(run: AskedRun, { signal, onProgress }: ToolCall, files: AnswerBlocks): Promise<AskAnswer> {
  const cancel = () => run.cancel(CANCELLED);
  using progress = onProgress && new AskProgress(onProgress);
  const said = new AnswerText();
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    for await (const { event } of run.events) {
      if (event.type === 'run-ended') return toAskAnswer(run, said.text, event.outcome);
      if (event.type === 'answer-withdrawn') files.withdraw(event.messageIds);
      if (said.add(event)) progress?.say((chars) => said.tail(chars));
      else if (event.type === 'file') files.add(event);
      else progress?.note(event);
    }
  } finally {
    signal.removeEventListener('abort', cancel);
  }
  return toAskAnswer(run, said.text, { status: 'failed', code: 'internal', detail: 'The server lost the run' });
}

function toResult(answer: AskAnswer, files: readonly ContentBlock[]): CallToolResult {
  const isError = answer.error !== undefined;
  const text = answer.error?.detail ?? [answer.answer, ...notesOf(answer)].filter(Boolean).join('\n\n');
  const content = [{ type: 'text' as const, text }, ...files];
  return { content, structuredContent: { ...answer }, ...(isError && { isError }) };
}

/** What there is to say of an answer that is not all it could have been. */
function notesOf({ stopped_by: stoppedBy, approvals = [], conversation_id: id }: AskAnswer): string[] {
  const waits = approvals.map(
    ({ tool, answer_at: path }) => `- ${tool}: POST {"approved": true} or {"approved": false} to ${path}`,
  );
  return [
    ...(stoppedBy ? [`[The answer was ended by: ${stoppedBy}]`] : []),
    ...(waits.length
      ? [
          `The agent waits for a person to approve what it wants to call:\n${waits.join('\n')}\nIt then goes on in the conversation ${id}, where it can be asked what came of it.`,
        ]
      : []),
  ];
}

const toFailure = (text: string): CallToolResult => ({ content: [{ type: 'text', text }], isError: true });
