import type { SessionUpdate } from '@agentclientprotocol/sdk';
import type { AssistantPart, Message, ToolMessage } from '../../store/messages.ts';
import { toBlock, toResultFields } from './content.ts';
import { viewTool } from './tool-view.ts';

/** A stored conversation as the updates that an editor shows it by. `cwd` is the working folder of the session. */
export function replay(messages: readonly Message[], cwd: string): SessionUpdate[] {
  const results = new Map(
    messages.flatMap((message) => (message.role === 'tool' ? [[message.callId, message] as const] : [])),
  );
  return messages.flatMap((message): SessionUpdate[] => {
    const { id: messageId } = message;
    if (message.role === 'user')
      return message.content.map((part) => ({
        sessionUpdate: 'user_message_chunk',
        messageId,
        content: toBlock(part),
      }));
    if (message.role !== 'assistant') return [];
    return message.content.flatMap((part) => toUpdates(part, { messageId, cwd, results }));
  });
}

interface Place {
  readonly messageId: string;
  readonly cwd: string;
  readonly results: ReadonlyMap<string, ToolMessage>;
}

function toUpdates(part: AssistantPart, { messageId, cwd, results }: Place): SessionUpdate[] {
  if (part.type === 'file') return [{ sessionUpdate: 'agent_message_chunk', messageId, content: toBlock(part) }];
  if (part.type !== 'tool-call') {
    if (part.text === '') return [];
    const sessionUpdate = part.type === 'text' ? 'agent_message_chunk' : 'agent_thought_chunk';
    return [{ sessionUpdate, messageId, content: { type: 'text', text: part.text } }];
  }
  const { callId: toolCallId, name, args } = part;
  const result = results.get(toolCallId);
  const end = result && {
    status: result.status === 'done' ? ('completed' as const) : ('failed' as const),
    ...toResultFields(result.result),
  };
  return [
    {
      sessionUpdate: 'tool_call',
      toolCallId,
      ...viewTool(name, args, cwd),
      rawInput: args,
      status: 'pending',
      ...end,
    },
  ];
}
