import { createExampleHandlers } from '../examples/example-handlers.ts';
import { createAgUiHandlers } from '../protocols/ag-ui/handlers.ts';
import { createAgUiProtobuf } from '../protocols/ag-ui/protobuf.ts';
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
      return { startedAt: run.startedAt, events: run.events({ signal: request.signal }) };
    },
    async findRun(threadId, query) {
      const found = await runs.findLatest(threadId, query);
      if (!found) return undefined;
      const { agentId, givenId, startedAt, historyCount, conversationKey, status } = found.record;
      const messages = () => store.conversations.messages(conversationKey);
      return {
        agentId,
        runId: givenId,
        startedAt,
        isOver: status !== 'running',
        historyCount,
        messages,
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
