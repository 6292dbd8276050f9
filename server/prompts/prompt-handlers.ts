import { type AppHandlers, BASE_PATH } from '../../contract/index.ts';
import { toAnswerFile } from '../call/data-url.ts';
import type { RequestContext } from '../call/implement.ts';
import { readLastEventId } from '../call/numbered-events.ts';
import { translateEvents } from '../call/ready-events.ts';
import { invalidField } from '../call/validation-error.ts';
import type { Run } from '../runs/active-run.ts';
import { checkOutputSchema } from '../runs/output-schema.ts';
import { type IncludedEvents, type PromptEvents, PromptTranslation } from '../runs/prompt-events.ts';
import { toRunFailure } from '../runs/run-events.ts';
import { findRun, followRun, refuseTakenId, runNotFound } from '../runs/run-handlers.ts';
import type { Runs } from '../runs/runs.ts';
import { type StartRun, toUserMessages } from '../runs/start-run.ts';
import { readMessage } from './read-message.ts';

interface PromptHandlersOptions {
  readonly runs: Runs;
  readonly startRun: StartRun;
  /** Throws `agent-not-found`. */
  readonly requireAgent: (id: string) => unknown;
}

type Prompts = AppHandlers<RequestContext>['prompts'];
type PromptCall = Parameters<Prompts['sync']>[0];

/** Answers prompts, as a stream or at once. */
export function createPromptHandlers({ runs, startRun, requireAgent }: PromptHandlersOptions): Prompts {
  const start = async ({ input, context, signal }: PromptCall) => {
    const { principal } = context;
    requireAgent(input.agent_id);
    await refuseTakenId(runs, input.run_id, principal);
    await checkOutputSchema(input.output_schema, 'output_schema');
    const run = await startRun(input.agent_id, {
      principal,
      conversationId: input.conversation_id,
      runId: input.run_id,
      messages: toUserMessages(readMessage(input.message)),
      history: 'stored',
      outputSchema: input.output_schema,
      whenBusy: input.when_busy,
      detached: input.background,
      signal,
    });
    context.addHeader?.('content-location', `${BASE_PATH}/runs/${encodeURIComponent(run.storedId.toWellFormed())}`);
    return run;
  };
  return {
    async stream(call) {
      const after = readLastEventId(call.context.headers['last-event-id']);
      const { include } = call.input;
      if (after === undefined) return streamPrompt(await start(call), { include, signal: call.signal });
      requireAgent(call.input.agent_id);
      const found = await findRun(runs, requireRunId(call.input.run_id), call.context.principal);
      if (found.record.agentId !== call.input.agent_id) throw runNotFound(found.record.id);
      return followRun(found, { after, include, signal: call.signal });
    },
    sync: async (call) => collectAnswer(await start(call), { include: call.input.include, signal: call.signal }),
  };
}

function requireRunId(runId: string | undefined): string {
  if (runId !== undefined) return runId;
  throw invalidField('run_id', 'is required to continue a stream');
}

interface ReadOptions {
  readonly include: IncludedEvents | undefined;
  readonly signal: AbortSignal;
}

/** Waits for the first thing to tell, so that a run which fails before it is an error with a status and not a stream. */
async function streamPrompt(run: Run, { include, signal }: ReadOptions): Promise<AsyncIterable<PromptEvents>> {
  const events = run.events({ signal })[Symbol.asyncIterator]();
  const translation = new PromptTranslation({ conversationId: run.conversationId, include });
  for (;;) {
    const { done, value } = await events.next();
    if (done) break;
    const { event } = value;
    const hasFailed = event.type === 'run-ended' && event.outcome.status !== 'finished' && event.outcome;
    if (hasFailed) throw toRunFailure(hasFailed);
    const first = translation.translate(value);
    if (!first) continue;
    return translateEvents(
      { [Symbol.asyncIterator]: () => events },
      {
        first: [first],
        next(logged) {
          const told = translation.translate(logged);
          return told ? [told] : [];
        },
      },
    );
  }
  throw toRunFailure({ status: 'cancelled', reason: 'the caller left' });
}

async function collectAnswer(
  run: Run,
  { include, signal }: ReadOptions,
): Promise<Awaited<ReturnType<Prompts['sync']>>> {
  const translation = new PromptTranslation({ conversationId: run.conversationId, include });
  const calls = new Map<string, { id: string; name: string; args: unknown; result: unknown; is_error: boolean }>();
  let files: { readonly messageId: string; readonly file: ReturnType<typeof toAnswerFile> }[] = [];
  let response = '';
  let reasoning = '';
  for await (const logged of run.events({ signal })) {
    const { event } = logged;
    if (event.type === 'run-ended' && event.outcome.status !== 'finished') throw toRunFailure(event.outcome);
    if (event.type === 'file') files.push({ messageId: event.messageId, file: toAnswerFile(event) });
    if (event.type === 'answer-withdrawn')
      files = files.filter(({ messageId }) => !event.messageIds.includes(messageId));
    const translated = translation.translate(logged);
    if (translated?.type === 'text') response += translated.content;
    if (translated?.type === 'reasoning') reasoning += translated.content;
    if (translated?.type === 'withdrawn') {
      response = response.slice(0, response.length - translated.content.length);
      reasoning = reasoning.slice(0, reasoning.length - (translated.reasoning?.length ?? 0));
      for (const id of translated.tool_calls) calls.delete(id);
    }
    if (translated?.type === 'tool_call') {
      calls.set(translated.id, {
        id: translated.id,
        name: translated.name,
        args: translated.args,
        result: null,
        is_error: false,
      });
    }
    if (translated?.type === 'tool_result') {
      const call = calls.get(translated.id);
      if (call) calls.set(translated.id, { ...call, result: translated.result, is_error: translated.is_error });
    }
    if (translated?.type === 'done') {
      const { type: _, timestamp: _at, ...end } = translated;
      return {
        response,
        ...(reasoning !== '' && { reasoning }),
        ...(files.length && { files: files.map(({ file }) => file) }),
        tool_calls: [...calls.values()],
        ...end,
      };
    }
  }
  throw toRunFailure({ status: 'cancelled', reason: 'the caller left' });
}
