/** Turns the events of a run into those of MCP-UI. */
import type { McpUiEvent } from '../../../contract/mcp-ui.ts';
import { toApiError } from '../../call/errors.ts';
import type { AwaitedCall, RunEvent } from '../../runs/run-events.ts';
import { type PageTool, pageEndpoint } from './page-tools.ts';

interface McpUiView {
  readonly agentId: string;
  readonly conversationId: string;
  /** The tools with a page that the agent has now. */
  tools(): readonly PageTool[];
  readonly signal: AbortSignal;
}

/** The events of a run, with the page of a tool right after its result; exactly one `done` or `error` comes last. */
export async function* toMcpUiEvents(
  events: AsyncIterable<{ readonly at?: number | undefined; readonly event: RunEvent }>,
  view: McpUiView,
): AsyncGenerator<McpUiEvent, void> {
  const inputs = new Map<string, unknown>();
  let lastMessageId: string | undefined;
  for await (const { event, at: timestamp } of events) {
    switch (event.type) {
      case 'text-delta': {
        // What is said after a tool call begins a new paragraph.
        const isNewParagraph = lastMessageId !== undefined && lastMessageId !== event.messageId;
        lastMessageId = event.messageId;
        yield { type: 'text', content: isNewParagraph ? `\n\n${event.delta}` : event.delta, timestamp };
        break;
      }
      case 'status':
        yield { type: 'status', text: event.text, timestamp };
        break;
      case 'tool-call-ended':
        inputs.set(event.callId, event.args);
        yield { type: 'tool_call', id: event.callId, name: event.name, args: event.args, timestamp };
        break;
      case 'tool-result': {
        const { callId: id, name, result, isError } = event;
        yield { type: 'tool_result', id, name, result, is_error: isError, timestamp };
        const tool = isError ? undefined : view.tools().find((each) => each.name === name);
        if (tool) yield { ...(await toPageEvent(tool, { id, input: inputs.get(id) ?? {}, result }, view)), timestamp };
        break;
      }
      case 'run-ended':
        yield { ...toLast(event, view.conversationId), timestamp };
    }
  }
}

async function toPageEvent(
  { server, tool, resourceUri, readPage }: PageTool,
  { id, input, result }: { id: string; input: unknown; result: unknown },
  { agentId, signal }: McpUiView,
): Promise<McpUiEvent> {
  try {
    const resource = await readPage(resourceUri, signal);
    return {
      type: 'ui',
      id,
      server,
      tool,
      input,
      result: toToolResult(result),
      resource,
      resource_endpoint: pageEndpoint(agentId, resourceUri),
    };
  } catch (cause) {
    // The result of the tool is worth something without its page.
    return { type: 'ui_failed', id, server, tool, detail: toApiError(cause).message };
  }
}

/** The result of a tool in the form of MCP. */
function toToolResult(result: unknown): Record<string, unknown> {
  const text = typeof result === 'string' ? result : (JSON.stringify(result) ?? '');
  const content = [{ type: 'text', text }];
  const isObject = typeof result === 'object' && result !== null && !Array.isArray(result);
  return isObject ? { content, structuredContent: result } : { content };
}

function toLast({ outcome }: Extract<RunEvent, { type: 'run-ended' }>, conversation_id: string): McpUiEvent {
  switch (outcome.status) {
    case 'finished':
      return {
        type: 'done',
        conversation_id,
        ...(outcome.approvals?.length && { approvals: outcome.approvals.map(toAwaited) }),
        ...(outcome.missingServers && { missing_servers: [...outcome.missingServers] }),
      };
    case 'failed':
      return { type: 'error', code: outcome.code, detail: outcome.detail, conversation_id };
    case 'cancelled':
      return { type: 'error', code: 'run-cancelled', detail: outcome.reason, conversation_id };
  }
}

const toAwaited = ({ id, callId, tool, args }: AwaitedCall) => ({ id, tool_call_id: callId, tool, args: { ...args } });
