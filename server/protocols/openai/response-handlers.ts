/** Offers every agent as a model of Responses. */
import type { AppHandlers } from '../../../contract/index.ts';
import type { OpenAiResponse, OpenAiResponseRequest } from '../../../contract/openai-responses.ts';
import type { RequestContext } from '../../call/implement.ts';
import { withNumbers } from '../../call/numbered-events.ts';
import { invalidField } from '../../call/validation-error.ts';
import { placeOf } from './dialogue.ts';
import type { FoundModelRun, ModelRunRequest, OpenAiParts, StartedRun } from './ports.ts';
import { readResponseInput } from './response-input.ts';
import { eventsOf, followResponse, readBeginning, readResponse, toUnfinished } from './response-log.ts';
import { findPlace, requireResponse, resolveReferences } from './response-place.ts';
import { toNote, toView } from './response-view.ts';

const UNLISTED = {
  refusal: 'a person has to approve it, and this response is not stored; the client has to send store: true',
};
const CALLER_LEFT = 'the caller left';

type Handlers = Pick<AppHandlers<RequestContext>['openai'], 'respond' | 'response' | 'cancel'>;
type Call = Pick<Parameters<Handlers['respond']>[0], 'context' | 'signal'>;

/** The handlers of responses. */
export function createResponseHandlers(parts: OpenAiParts): Handlers {
  const { agents } = parts;
  return {
    async respond({ input: request, context, signal }) {
      agents.get(request.model);
      if (request.background && request.store === false) {
        throw invalidField('background', 'needs store: what is not stored can be read only while it is made');
      }
      const run = await start(parts, request, { context, signal });
      const view = toView({ ...run, agentId: request.model });
      if (request.background && !request.stream) {
        return { ...(await readBeginning(run.events(signal), view)), status: 'queued' as const };
      }
      if (!request.background) endWithCaller(run, signal);
      const events = run.events(signal);
      return request.stream ? withNumbers(followResponse(events, view)) : readResponse(events, view);
    },
    async response({ input: { response_id: id, stream, starting_after: after }, context, signal }) {
      const run = await requireResponse(parts, id, context.principal);
      if (stream === 'true') return withNumbers(followResponse(eventsOf(run, signal), toView(run), after));
      return read(run, signal);
    },
    async cancel({ input: { response_id: id }, context: { principal }, signal }) {
      const run = await requireResponse(parts, id, principal);
      await run.cancel('cancelled by the user');
      return read(await requireResponse(parts, id, principal), signal);
    },
  };
}

async function start(
  parts: OpenAiParts,
  request: OpenAiResponseRequest,
  { context: { principal }, signal }: Call,
): Promise<StartedRun> {
  const { input } = request;
  const place = await findPlace(parts, request, principal);
  const items = typeof input === 'string' ? input : await resolveReferences(parts, input, { principal, signal });
  const { messages, ...said } = readResponseInput({ ...request, input: items }, place.before);
  await parts.checkOutputSchema(said.outputSchema, 'text.format.schema');
  const isStored = request.store !== false;
  const run: ModelRunRequest = {
    principal,
    signal,
    ...place.target,
    ...said,
    ...(place.isStored
      ? placeOf(messages, { messages: place.before, latest: place.latest })
      : { messages: [...place.before, ...messages] }),
    history: place.isStored && isStored ? 'stored' : 'given',
    note: toNote(request, said.callerTools),
    ...(isStored ? { detached: true } : { unlisted: UNLISTED }),
  };
  return parts.startRun(request.model, run);
}

/** A run whose events are kept goes on without readers; this one is to end with the one that has asked for it. */
function endWithCaller(run: StartedRun, signal: AbortSignal): void {
  const leave = () => run.cancel(CALLER_LEFT);
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });
}

async function read(run: FoundModelRun, signal: AbortSignal): Promise<OpenAiResponse> {
  const view = toView(run);
  return run.isRunning ? toUnfinished(await run.soFar(), view) : readResponse(eventsOf(run, signal), view);
}
