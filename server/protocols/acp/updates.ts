import type { SessionUpdate } from '@agentclientprotocol/sdk';
import type { RunEvent } from '../../runs/run-events.ts';
import { toBlock, toResultFields } from './content.ts';
import { viewTool } from './tool-view.ts';

/** How an editor wants to be told. */
export interface UpdateView {
  /** The working folder of the session. */
  readonly cwd: string;
  /** Whether the editor shows what happens beside the conversation. */
  readonly hasNotices: boolean;
}

/** What an editor is told of the failure of a run that it has not asked for; undefined: nothing. */
export const toFailureUpdate = (detail: string, { hasNotices }: Pick<UpdateView, 'hasNotices'>) =>
  hasNotices
    ? ({ sessionUpdate: 'notice', severity: 'error', title: 'The answer failed', description: detail } as const)
    : undefined;

/** What an editor is told of an event of a run. */
export function toUpdates(event: RunEvent, view: UpdateView): readonly SessionUpdate[] {
  if (event.type === 'answer-withdrawn') return withdraw(event, view);
  const update = toUpdate(event, view);
  return update ? [update] : [];
}

// No update takes a message back: its calls say that they do not run, and who reads along is told that it is said again.
function withdraw(
  { callIds }: Extract<RunEvent, { readonly type: 'answer-withdrawn' }>,
  { hasNotices }: UpdateView,
): SessionUpdate[] {
  const result = toResultFields('Not run: the step is taken again');
  return [
    ...callIds.map(
      (toolCallId) => ({ sessionUpdate: 'tool_call_update', toolCallId, status: 'failed', ...result }) as const,
    ),
    ...(hasNotices ? [WITHDRAWN] : []),
  ];
}

const WITHDRAWN = {
  sessionUpdate: 'notice',
  severity: 'warning',
  title: 'The last answer does not count',
  description: 'The server that gave it has stopped; another one asks the model again',
} as const;

function toUpdate(event: RunEvent, { cwd, hasNotices }: UpdateView): SessionUpdate | undefined {
  switch (event.type) {
    case 'text-delta':
      return toChunk('agent_message_chunk', event);
    case 'reasoning-delta':
      return toChunk('agent_thought_chunk', event);
    case 'file':
      return { sessionUpdate: 'agent_message_chunk', messageId: event.messageId, content: toBlock(event) };
    case 'tool-call-started': {
      const { callId: toolCallId, name } = event;
      return { sessionUpdate: 'tool_call', toolCallId, ...viewTool(name, undefined, cwd), status: 'pending' };
    }
    case 'tool-call-ended': {
      const { callId: toolCallId, name, args } = event;
      return { sessionUpdate: 'tool_call_update', toolCallId, ...viewTool(name, args, cwd), rawInput: args };
    }
    case 'tool-started':
      return { sessionUpdate: 'tool_call_update', toolCallId: event.callId, status: 'in_progress' };
    case 'tool-result': {
      const { callId: toolCallId, isError, result } = event;
      const status = isError ? 'failed' : 'completed';
      return { sessionUpdate: 'tool_call_update', toolCallId, status, ...toResultFields(result) };
    }
    case 'status':
      return hasNotices ? { sessionUpdate: 'notice', severity: 'info', title: event.text } : undefined;
    case 'model-retried':
      return hasNotices
        ? { sessionUpdate: 'notice', severity: 'warning', title: 'The model is asked again', description: event.detail }
        : undefined;
    default:
      return undefined;
  }
}

const toChunk = (
  sessionUpdate: 'agent_message_chunk' | 'agent_thought_chunk',
  { delta, messageId }: { readonly delta: string; readonly messageId: string },
): SessionUpdate => ({ sessionUpdate, messageId, content: { type: 'text', text: delta } });
