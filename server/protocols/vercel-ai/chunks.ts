/** Turns the events of a run into chunks of a UI message stream. */

import type { VercelAiChunk } from '../../../contract/vercel-ai.ts';
import { toFileUrl } from '../../call/data-url.ts';
import { toText } from '../../call/fields.ts';
import type { RunEvent, RunOutcome, Usage } from '../../runs/run-events.ts';
import { toApprovalRequests } from './approvals.ts';

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { readonly type: Type }>;

/** What the chunks of an answer say of it. */
export interface AnswerView {
  /** The id of the UI message that the chunks are of. */
  readonly messageId: string;
  readonly runId?: string | undefined;
  readonly conversationId: string;
}

/** The first chunk of an answer. */
export function toStart({ messageId, runId, conversationId }: AnswerView): VercelAiChunk {
  const messageMetadata = { ...(runId !== undefined && { run_id: runId }), conversation_id: conversationId };
  return { type: 'start', messageId, messageMetadata };
}

/** Translates an answer: what runs before have said of it, if any, then the run that gives it. */
export class AnswerTranslation {
  /** What has begun and not ended, with the chunk that ends it. */
  readonly #open = new Map<string, VercelAiChunk>();
  /** The calls that have no result. */
  readonly #unanswered = new Set<string>();
  /** The tools of the calls. */
  readonly #tools = new Map<string, string>();
  isOver = false;

  /** The chunks of one event. */
  next(event: RunEvent): VercelAiChunk[] {
    switch (event.type) {
      case 'text-delta':
        return [{ type: 'text-delta', id: event.messageId, delta: event.delta }];
      case 'text-started':
      case 'reasoning-started':
        return this.#begin(event);
      case 'reasoning-delta':
        return [{ type: 'reasoning-delta', id: event.messageId, delta: event.delta }];
      case 'text-ended':
        return this.#end(`text ${event.messageId}`);
      case 'reasoning-ended':
        return this.#end(`reasoning ${event.messageId}`);
      case 'file':
        return [{ type: 'file', mediaType: event.mediaType, url: toFileUrl(event) }];
      case 'step-started':
        this.#open.set('step', { type: 'finish-step' });
        return [{ type: 'start-step' }];
      case 'step-ended':
        return this.#end('step');
      case 'tool-call-started':
      case 'tool-call-delta':
      case 'tool-call-ended':
      case 'tool-result':
        return this.#toToolChunks(event);
      case 'status': {
        const { text, missingServers } = event;
        const data = { text, ...(missingServers && { missing_servers: [...missingServers] }) };
        return [{ type: 'data-status', data, transient: true }];
      }
      case 'state-set':
        return [{ type: 'data-state', id: 'state', data: event.state }];
      case 'state-patched':
        return [{ type: 'data-state-delta', data: event.patch }];
      case 'custom':
        return [{ type: `data-${event.name}`, data: event.value }];
      case 'run-ended':
        return this.#finish(event);
      case 'tool-started':
        this.#tools.set(event.callId, event.name);
        return [];
      case 'answer-withdrawn':
        return this.#withdraw(event);
      case 'model-asked':
      case 'model-retried':
      case 'model-answered':
      case 'noted':
      case 'subagent-started':
      case 'subagent-event':
      case 'subagent-ended':
        return [];
    }
  }

  #begin({ type, messageId: id }: EventOf<'text-started' | 'reasoning-started'>): VercelAiChunk[] {
    if (type === 'text-started') {
      this.#open.set(`text ${id}`, { type: 'text-end', id });
      return [{ type: 'text-start', id }];
    }
    this.#open.set(`reasoning ${id}`, { type: 'reasoning-end', id });
    return [{ type: 'reasoning-start', id }];
  }

  #end(key: string): VercelAiChunk[] {
    const end = this.#open.get(key);
    this.#open.delete(key);
    return end ? [end] : [];
  }

  #toToolChunks(
    event: EventOf<'tool-call-started' | 'tool-call-delta' | 'tool-call-ended' | 'tool-result'>,
  ): VercelAiChunk[] {
    const { callId: toolCallId } = event;
    switch (event.type) {
      case 'tool-call-started':
        this.#unanswered.add(toolCallId);
        return [{ type: 'tool-input-start', toolCallId, toolName: event.name, dynamic: true }];
      case 'tool-call-delta':
        return [{ type: 'tool-input-delta', toolCallId, inputTextDelta: event.delta }];
      case 'tool-call-ended':
        this.#unanswered.add(toolCallId);
        this.#tools.set(toolCallId, event.name);
        return [
          { type: 'tool-input-available', toolCallId, toolName: event.name, input: event.args ?? {}, dynamic: true },
        ];
      case 'tool-result':
        this.#unanswered.delete(toolCallId);
        if (event.isDenied) return [{ type: 'tool-output-denied', toolCallId }];
        if (event.isError) return [toToolError(toolCallId, event.result)];
        return [{ type: 'tool-output-available', toolCallId, output: event.result, dynamic: true }];
    }
  }

  // A message of the AI SDK takes nothing back: what was said stays, as a step of its own, and calls say that they do not count.
  #withdraw({ callIds }: EventOf<'answer-withdrawn'>): VercelAiChunk[] {
    const { step, ...blocks } = Object.fromEntries(this.#open);
    this.#open.clear();
    for (const callId of callIds) this.#unanswered.delete(callId);
    return [
      ...Object.values(blocks).reverse(),
      ...callIds.map((callId) => toToolError(callId, 'Not run: the step is taken again')),
      ...(step ? [step] : []),
    ];
  }

  #finish({ outcome, usage }: EventOf<'run-ended'>): VercelAiChunk[] {
    this.isOver = true;
    const isFinished = outcome.status === 'finished';
    const pending = new Set(isFinished ? outcome.pending : []);
    const stopped = [...this.#unanswered].filter((callId) => !pending.has(callId));
    const asked = isFinished ? (outcome.approvals ?? []) : [];
    const { step, ...blocks } = Object.fromEntries(this.#open);
    return [
      ...Object.values(blocks).reverse(),
      ...stopped.map((callId) => toToolError(callId, `Stopped: the run was ${outcome.status}`)),
      ...toApprovalRequests(asked, (callId) => this.#tools.get(callId)),
      ...(step ? [step] : []),
      toLast(outcome, usage),
    ];
  }
}

const toToolError = (toolCallId: string, result: unknown): VercelAiChunk => ({
  type: 'tool-output-error',
  toolCallId,
  errorText: toText(result),
  dynamic: true,
});

function toLast(outcome: RunOutcome, usage: Usage): VercelAiChunk {
  if (outcome.status === 'failed') return { type: 'error', errorText: outcome.detail };
  if (outcome.status === 'cancelled') return { type: 'abort', reason: outcome.reason };
  const { stoppedBy, pending, missingServers } = outcome;
  const { inputTokens, outputTokens, reasoningTokens, cachedInputTokens } = usage;
  return {
    type: 'finish',
    finishReason: stoppedBy === 'max-steps' ? 'other' : (stoppedBy ?? (pending.length ? 'tool-calls' : 'stop')),
    messageMetadata: {
      usage: {
        inputTokens,
        outputTokens,
        totalTokens: inputTokens + outputTokens,
        reasoningTokens,
        cachedInputTokens,
      },
      ...(stoppedBy && { stopped_by: stoppedBy }),
      ...(missingServers && { missing_servers: [...missingServers] }),
      ...('output' in outcome && { output: outcome.output }),
    },
  };
}
