import { createExampleHandlers } from '../examples/example-handlers.ts';
import { createAgUiHandlers } from '../protocols/ag-ui/handlers.ts';
import { createAgUiProtobuf } from '../protocols/ag-ui/protobuf.ts';
import type { LoggedEvent } from '../runs/log-reader.ts';
import { readMessagesAt } from '../runs/messages-at.ts';
import { MirroredRun } from '../runs/mirrored-run.ts';
import type { Message } from '../store/messages.ts';
import { version } from '../version.ts';
import type { ProtocolParts } from './protocols.ts';

/** Opens AG-UI, and the examples, which are run over it. */
export function openAgUi({ agents, agentRuns, runs, store }: ProtocolParts) {
  const protobuf = createAgUiProtobuf();
  const agUi = createAgUiHandlers({
    agents: { list: () => agents.list(), get: agentRuns.requireAgentOrExample },
    version,
    protobuf,
    async startRun({ agentId, threadId: conversationId, ...request }) {
      const run = await agentRuns.startAgentOrExample(agentId, { ...request, conversationId, history: 'given' });
      const events = run.events({ signal: request.signal });
      // Nothing is ever withdrawn of the others.
      const isDurable = run instanceof MirroredRun;
      const messagesAt = async (id: number) => {
        const record = await store.runs.get(run.storedId, request.principal);
        return record ? readMessagesAt(store, record, id) : [];
      };
      return { startedAt: run.startedAt, events: isDurable ? withMessages(events, messagesAt) : events };
    },
    async findRun(threadId, query) {
      const found = await runs.findLatest(threadId, query);
      if (!found) return undefined;
      const { agentId, givenId, startedAt, historyCount, conversationKey, status } = found.record;
      const { key } = found.record;
      const messages = () => store.conversations.messages(conversationKey);
      return {
        agentId,
        runId: givenId,
        startedAt,
        isOver: status !== 'running',
        historyCount,
        messages,
        messagesAt: (id) => readMessagesAt(store, { key, conversationKey, historyCount }, id),
        events: found.events,
      };
    },
    async terminate(threadId, runId, principal) {
      const conversation = await store.conversations.get(threadId, principal);
      return conversation !== undefined && runs.cancel(conversation.key, runId);
    },
  });
  return {
    handlers: { agUi, examples: createExampleHandlers({ run: agUi.run }) },
    streamFormats: {
      'agUi.run': [protobuf.format],
      'agUi.connect': [protobuf.format],
      'examples.run': [protobuf.format],
    },
  };
}

/** The events, with the messages of the conversation where an answer is withdrawn. */
async function* withMessages(events: AsyncIterable<LoggedEvent>, messagesAt: (id: number) => Promise<Message[]>) {
  for await (const logged of events) {
    yield logged.event.type === 'answer-withdrawn' ? { ...logged, messages: await messagesAt(logged.id) } : logged;
  }
}
