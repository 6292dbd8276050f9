import { createOpenAiHandlers } from '../protocols/openai/handlers.ts';
import type { FoundModelRun, ModelAgent } from '../protocols/openai/ports.ts';
import type { FoundRun } from '../runs/found-run.ts';
import { checkOutputSchema } from '../runs/output-schema.ts';
import type { ProtocolParts } from './protocols.ts';

/** Opens OpenAI's API. */
export function openOpenAi({
  agents,
  agentRuns,
  runs,
  store: { conversations },
}: Pick<ProtocolParts, 'runs'> & {
  readonly agents: { list(): Iterable<ModelAgent>; get(id: string): ModelAgent };
  readonly agentRuns: Pick<ProtocolParts['agentRuns'], 'startRun'>;
  readonly store: { readonly conversations: Pick<ProtocolParts['store']['conversations'], 'get' | 'messages'> };
}) {
  const toModelRun = ({ record, run, events, soFar }: FoundRun): FoundModelRun => ({
    ...record,
    isRunning: record.status === 'running',
    pending: record.outcome?.status === 'finished' ? record.outcome.pending : [],
    events,
    soFar,
    messages: () => conversations.messages(record.conversationKey),
    async cancel(reason) {
      run?.cancel(reason);
      await run?.ended;
    },
  });
  const openai = createOpenAiHandlers({
    agents,
    checkOutputSchema,
    async startRun(agentId, request) {
      const run = await agentRuns.startRun(agentId, request);
      return {
        id: run.storedId,
        conversationId: run.conversationId,
        startedAt: run.startedAt,
        events: (signal) => run.events({ signal, isAwaited: true }),
        cancel: (reason) => run.cancel(reason),
      };
    },
    async findRun(id, principal) {
      const found = await runs.findById(id, principal);
      return found && toModelRun(found);
    },
    async findTalk(id, principal) {
      const conversation = await conversations.get(id, principal);
      if (!conversation) return undefined;
      const latest = await runs.findLatest(id, { principal });
      return { messages: await conversations.messages(conversation.key), latest: latest?.record };
    },
  });
  return { handlers: { openai } };
}
