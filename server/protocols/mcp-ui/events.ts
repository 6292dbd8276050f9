/** Turns the events of a run into those of MCP-UI. */
import type { McpUiEvent } from '../../../contract/mcp-ui.ts';
import { toApiError } from '../../call/errors.ts';
import { type Numbered, numberAfterGap } from '../../call/numbered-events.ts';
import { Paragraphs } from '../../call/paragraphs.ts';
import type { AwaitedCall, RunEvent } from '../../runs/run-events.ts';
import type { ShownPage } from '../../store/messages.ts';
import type { TextRun } from '../text-runs.ts';
import { type PageTool, pageEndpoint } from './page-tools.ts';

/** For whom the events are, and what they are told with. */
export interface McpUiView {
  readonly agentId: string;
  /** The tool of the agent with this name, if it has a page; `shown` is the page that was found when the tool was called. */
  findTool(name: string, shown: ShownPage | undefined): Promise<PageTool | undefined>;
  /** The number of the last event that the reader has; 0: none. */
  readonly after: number;
  readonly signal: AbortSignal;
}

/**
 * The events of a run behind number `after`, with the page of a tool right after its result; exactly one `done` or `error` comes last.
 * Each has the same number for every reader: that of the page is left out where there is none, as there may be one at another time.
 */
export async function* toMcpUiEvents(
  { events, conversationId }: Pick<TextRun, 'events' | 'conversationId'>,
  view: McpUiView,
): AsyncGenerator<Numbered<McpUiEvent>, void> {
  const translation = new McpUiTranslation(conversationId);
  let number = 0;
  let lastId = 0;
  for await (const { id, event, at: timestamp } of events) {
    if (id !== lastId + 1) number = numberAfterGap(number) - 1;
    lastId = id;
    const told = translation.next(event);
    if (!told) continue;
    if (++number > view.after) yield { number, event: { ...told, timestamp } };
    if (event.type !== 'tool-result' || event.isError || ++number <= view.after) continue;
    const { callId, page: shown } = event;
    const tool = await view.findTool(event.name, shown);
    if (!tool) continue;
    const result = shown ? { ...shown.result } : toToolResult(event.result);
    const page = await toPageEvent(tool, { id: callId, input: translation.inputOf(callId), result }, view);
    yield { number, event: { ...page, timestamp } };
  }
}

/** What is told of the events of one run, but for the pages. */
class McpUiTranslation {
  readonly #conversationId: string;
  readonly #inputs = new Map<string, unknown>();
  readonly #text = new Paragraphs();

  constructor(conversationId: string) {
    this.#conversationId = conversationId;
  }

  /** The arguments of a call. */
  inputOf(callId: string): unknown {
    return this.#inputs.get(callId) ?? {};
  }

  next(event: RunEvent): McpUiEvent | undefined {
    switch (event.type) {
      case 'text-delta':
        return { type: 'text', content: this.#text.add(event) };
      case 'answer-withdrawn':
        return this.#withdraw(event);
      case 'step-ended':
        this.#text.settle();
        return undefined;
      case 'status':
        return { type: 'status', text: event.text };
      case 'tool-call-ended':
        this.#inputs.set(event.callId, event.args);
        return { type: 'tool_call', id: event.callId, name: event.name, args: event.args };
      case 'tool-result': {
        const { callId: id, name, result, isError } = event;
        return { type: 'tool_result', id, name, result, is_error: isError };
      }
      case 'run-ended':
        return toLast(event, this.#conversationId);
      default:
        return undefined;
    }
  }

  #withdraw({ messageIds, callIds }: Extract<RunEvent, { type: 'answer-withdrawn' }>): McpUiEvent | undefined {
    const content = this.#text.withdraw(messageIds);
    return content || callIds.length ? { type: 'withdrawn', content, tool_calls: [...callIds] } : undefined;
  }
}

async function toPageEvent(
  { server, tool, resourceUri, readPage }: PageTool,
  { id, input, result }: { id: string; input: unknown; result: Record<string, unknown> },
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
      result,
      resource,
      resource_endpoint: pageEndpoint(agentId, resourceUri),
    };
  } catch (cause) {
    // The result of the tool is worth something without its page.
    return { type: 'ui_failed', id, server, tool, detail: toApiError(cause).message };
  }
}

/** A result that an older server has kept without what its page is told, in the form of MCP. */
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
        ...('output' in outcome && { output: outcome.output }),
      };
    case 'failed':
      return { type: 'error', code: outcome.code, detail: outcome.detail, conversation_id };
    case 'cancelled':
      return { type: 'error', code: 'run-cancelled', detail: outcome.reason, conversation_id };
  }
}

const toAwaited = ({ id, callId, tool, args }: AwaitedCall) => ({ id, tool_call_id: callId, tool, args: { ...args } });
