/** Translates the events of a run into those of a streamed prompt. */

import type { z } from 'zod';
import type { Included, PromptEvent } from '../../contract/prompts.ts';
import { toAnswerFile } from '../call/data-url.ts';
import { Paragraphs } from '../call/paragraphs.ts';
import type { LoggedEvent } from './log-reader.ts';
import { type AwaitedCall, type RunEvent, type RunOutcome, toRunFailure, type Usage } from './run-events.ts';

/** One event of a streamed prompt. */
export type PromptEvents = z.input<typeof PromptEvent>;

/** The kinds of events that a reader has asked for beside the usual ones. */
export type IncludedEvents = readonly z.output<typeof Included>[];

interface PromptView {
  readonly conversationId: string;
  /** Absent: none. */
  readonly include?: IncludedEvents | undefined;
}

/** Translates the events of one run, in order. Which of them are told, and so their numbers, depends on `include` alone. */
export class PromptTranslation {
  readonly #conversationId: string;
  readonly #include: IncludedEvents;
  readonly #text = new Paragraphs();
  readonly #reasoning = new Paragraphs();
  /** The messages of the files that were told and may be taken back. */
  #files: string[] = [];

  constructor({ conversationId, include = [] }: PromptView) {
    this.#conversationId = conversationId;
    this.#include = include;
  }

  /** The event that tells a caller of `event`; undefined when the caller is told nothing of it. */
  translate({ event, at }: Pick<LoggedEvent, 'at' | 'event'>): PromptEvents | undefined {
    const translated = this.#toEvent(event);
    if (translated && at !== undefined) translated.timestamp = at;
    return translated;
  }

  #toEvent(event: RunEvent): PromptEvents | undefined {
    switch (event.type) {
      case 'text-delta':
        return { type: 'text', content: this.#text.add(event) };
      case 'reasoning-delta':
        return this.#include.includes('reasoning')
          ? { type: 'reasoning', content: this.#reasoning.add(event) }
          : undefined;
      case 'file':
        return this.#addFile(event);
      case 'status':
        return this.#include.includes('status') ? toStatus(event) : undefined;
      case 'tool-call-ended':
        return { type: 'tool_call', id: event.callId, name: event.name, args: event.args };
      case 'tool-result': {
        const { callId: id, name, result, isError } = event;
        return { type: 'tool_result', id, name, result, is_error: isError };
      }
      case 'answer-withdrawn':
        return this.#withdraw(event);
      case 'step-ended':
        return this.#settle();
      case 'run-ended':
        return this.#toLast(event.outcome, toUsage(event.usage));
      default:
        return undefined;
    }
  }

  #withdraw({ messageIds, callIds }: Extract<RunEvent, { type: 'answer-withdrawn' }>): PromptEvents | undefined {
    const content = this.#text.withdraw(messageIds);
    const reasoning = this.#reasoning.withdraw(messageIds);
    const kept = this.#files.filter((id) => !messageIds.includes(id));
    const files = this.#files.length - kept.length;
    this.#files = kept;
    if (content === '' && reasoning === '' && !files && !callIds.length) return undefined;
    const also = { ...(reasoning !== '' && { reasoning }), ...(files > 0 && { files }) };
    return { type: 'withdrawn', content, ...also, tool_calls: [...callIds] };
  }

  #addFile(event: Extract<RunEvent, { type: 'file' }>): PromptEvents | undefined {
    if (!this.#include.includes('files')) return undefined;
    this.#files.push(event.messageId);
    return { type: 'file', ...toAnswerFile(event) };
  }

  /** What a whole step has said is never taken back. */
  #settle(): undefined {
    this.#text.settle();
    this.#reasoning.settle();
    this.#files = [];
  }

  #toLast(outcome: RunOutcome, usage: ReturnType<typeof toUsage>): PromptEvents {
    const conversation_id = this.#conversationId;
    if (outcome.status === 'finished') {
      return {
        type: 'done',
        conversation_id,
        usage,
        ...(outcome.stoppedBy && { stopped_by: outcome.stoppedBy }),
        ...(outcome.approvals?.length && { approvals: outcome.approvals.map(toApproval) }),
        ...(outcome.missingServers && { missing_servers: [...outcome.missingServers] }),
        ...('output' in outcome && { output: outcome.output }),
      };
    }
    const { code, message: detail } = toRunFailure(outcome);
    return { type: 'error', detail, code, conversation_id, usage };
  }
}

const toStatus = ({ text: content, missingServers }: Extract<RunEvent, { type: 'status' }>): PromptEvents => ({
  type: 'status',
  content,
  ...(missingServers && { missing_servers: [...missingServers] }),
});

const toApproval = ({ id, callId, tool, args }: AwaitedCall) => ({ id, tool_call_id: callId, tool, args });

const toUsage = ({ inputTokens, outputTokens }: Usage) => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
});
