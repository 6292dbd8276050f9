import type { TextRuns } from '../protocols/text-runs.ts';
import { findRun, refuseTakenId, runNotFound } from '../runs/run-handlers.ts';
import { toUserMessages } from '../runs/start-run.ts';
import type { ProtocolParts } from './protocols.ts';

/** Runs on what a user says, for protocols that do not hold the conversation. */
export const createTextRuns = ({
  agentRuns,
  runs,
}: Pick<ProtocolParts, 'runs'> & { readonly agentRuns: Pick<ProtocolParts['agentRuns'], 'startRun'> }): TextRuns => ({
  async start({ agentId, text, ...request }) {
    await refuseTakenId(runs, request.runId, request.principal);
    const run = await agentRuns.startRun(agentId, {
      ...request,
      messages: toUserMessages(text),
      history: 'stored',
    });
    return {
      storedId: run.storedId,
      conversationId: run.conversationId,
      events: run.events({ signal: request.signal }),
    };
  },
  async find({ agentId, runId, principal, signal }) {
    const { record, events } = await findRun(runs, runId, principal);
    if (record.agentId !== agentId) throw runNotFound(runId);
    return { storedId: record.id, conversationId: record.conversationId, events: events(signal) };
  },
});
