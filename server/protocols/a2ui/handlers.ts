/** Offers every agent over A2UI. */
import type { A2uiEvent } from '../../../contract/a2ui.ts';
import { type AppHandlers, BASE_PATH } from '../../../contract/index.ts';
import type { RequestContext } from '../../call/implement.ts';
import { invalidField } from '../../call/validation-error.ts';
import { newId } from '../../runs/ids.ts';
import { A2UI_CATALOG, A2UI_EXTENSION } from '../../surfaces/envelopes.ts';
import { extendForViewer } from '../../surfaces/render-ui.ts';
import { conversationOf } from '../../surfaces/surface-id.ts';
import { toUserText } from '../../surfaces/user-actions.ts';
import { listAgents, type OfferedAgents } from '../offered-agents.ts';
import { openTextRun, type TextRuns } from '../text-runs.ts';
import { toA2uiEvents } from './events.ts';

/** Ports that the handlers are built on: agents, and runs of them. */
interface A2uiParts {
  readonly agents: OfferedAgents;
  readonly runs: TextRuns;
}

const ENDPOINT = `${BASE_PATH}/a2ui`;

/** The instructions of a model that answers with surfaces. */
export const SURFACE_INSTRUCTIONS =
  'The user sees surfaces, not words: answer by calling render_ui. Ask for what you miss with a form, and show what tools return as lists or cards.';

/** The handlers of the group `a2ui`. */
export function createA2uiHandlers({ agents, runs }: A2uiParts): AppHandlers<RequestContext>['a2ui'] {
  const info = () => ({
    protocol: 'a2ui' as const,
    version: '0.9',
    catalogs: [A2UI_CATALOG],
    extension_uri: A2UI_EXTENSION,
    ...listAgents(agents, ENDPOINT, ({ id, name }) => ({ agent_id: id, name, endpoint: `${ENDPOINT}/${id}/` })),
  });
  return {
    info,
    agents: info,
    async run({ input: { agent_id: agentId, ...request }, context, signal }): Promise<AsyncIterable<A2uiEvent>> {
      agents.get(agentId);
      if ((request.message === undefined) === (request.action === undefined)) {
        throw invalidField('message', 'is required, or an action instead; not both');
      }
      const surfaceId = request.action?.surfaceId ?? request.surface_id;
      const conversationId = request.conversation_id ?? (surfaceId && conversationOf(surfaceId)) ?? newId('conv');
      const asked = {
        agentId,
        principal: context.principal,
        conversationId,
        text: toUserText(request),
        runId: request.run_id,
        detached: request.background,
        extend: extendForViewer(conversationId, { surfaceId }),
        instructions: SURFACE_INSTRUCTIONS,
        signal,
      };
      const run = await openTextRun(runs, asked, context);
      return toA2uiEvents(run, run.after);
    },
  };
}
