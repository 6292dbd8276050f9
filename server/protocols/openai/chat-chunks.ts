/** Turns the events of a run into the pieces of a chat completion. */
import type { OpenAiChatChunk, OpenAiChatCompletion } from '../../../contract/openai-chat.ts';
import { toFileUrl } from '../../call/data-url.ts';
import { toText } from '../../call/fields.ts';
import { Paragraphs } from '../../call/paragraphs.ts';
import { type AwaitedCall, type RunEvent, type RunOutcome, toRunFailure, type Usage } from '../../runs/run-events.ts';
import { withoutAttempts } from './held-text.ts';
import { fileTextIdOf, isImage, toTextEvents } from './told-files.ts';

type Choice = OpenAiChatChunk['choices'][number];
type Finished = Extract<RunOutcome, { readonly status: 'finished' }>;
type Call = Pick<Extract<RunEvent, { readonly type: 'tool-call-ended' }>, 'callId' | 'name' | 'args'>;

/** What a piece adds. */
export type ChatDelta = Omit<Choice['delta'], 'role'>;

/** How an answer ends. */
export interface ChatEnd {
  readonly finishReason: NonNullable<Choice['finish_reason']>;
  readonly usage: OpenAiChatCompletion['usage'];
  readonly approvals: readonly AwaitedCall[];
}

/** How much of what a tool gives is shown. */
const MAX_SHOWN = 2000;

/** Translates one run. */
export class ChatTranslation {
  readonly #showsTools: boolean;
  readonly #isJson: boolean;
  readonly #calls = new Map<string, Call>();
  #images = 0;
  readonly #text = new Paragraphs();
  /** Set when the run has ended. */
  end: ChatEnd | undefined;

  constructor({ showsTools, isJson }: { readonly showsTools: boolean; readonly isJson: boolean }) {
    this.#showsTools = showsTools;
    this.#isJson = isJson;
  }

  /** Goes on as if messages had never been said. A client that was told of them cannot be told that. */
  withdraw({ messageIds, callIds }: Extract<RunEvent, { readonly type: 'answer-withdrawn' }>): void {
    for (const callId of callIds) this.#calls.delete(callId);
    this.#text.withdraw(messageIds.flatMap((id) => [id, fileTextIdOf(id)]));
  }

  /** What an event adds to the answer. Throws when it tells that the run has failed. */
  next(event: RunEvent): ChatDelta[] {
    return this.#isJson ? withoutAttempts(event).flatMap((told) => this.#toDeltas(told)) : this.#toDeltas(event);
  }

  #toDeltas(event: RunEvent): ChatDelta[] {
    switch (event.type) {
      case 'text-delta':
        return [{ content: this.#text.add(event) }];
      case 'reasoning-delta':
        return [{ reasoning_content: event.delta }];
      case 'file':
        if (isImage(event)) return [{ images: [this.#toImage(event)] }];
        // A text beside JSON would break it.
        return this.#isJson ? [] : toTextEvents(event).flatMap((told) => this.#toDeltas(told));
      case 'tool-call-ended':
        this.#calls.set(event.callId, event);
        return [];
      case 'tool-started': {
        const call = this.#calls.get(event.callId) ?? event;
        return this.#showTool(`\n→ ${event.name}(${toText(call.args)})\n`);
      }
      case 'tool-result':
        return this.#showTool(`\n← ${event.name}: ${shorten(toText(event.result))}\n`);
      case 'step-ended':
        this.#text.settle();
        return [];
      case 'run-ended':
        if (event.outcome.status !== 'finished') throw toRunFailure(event.outcome);
        return this.#finish(event.outcome, event.usage);
      default:
        return [];
    }
  }

  #toImage(file: { readonly mediaType: string; readonly data: string }): NonNullable<ChatDelta['images']>[number] {
    return { type: 'image_url', index: this.#images++, image_url: { url: toFileUrl(file) } };
  }

  #showTool(line: string): ChatDelta[] {
    return this.#showsTools ? [{ reasoning_content: line }] : [];
  }

  #finish({ pending, approvals = [], stoppedBy }: Finished, usage: Usage): ChatDelta[] {
    const held = new Set(approvals.map(({ callId }) => callId));
    // Not before: a call whose arguments do not fit is answered here, and is none of the client's.
    const calls = pending.filter((callId) => !held.has(callId)).flatMap((callId) => this.#calls.get(callId) ?? []);
    this.end = { finishReason: toFinishReason(stoppedBy, calls.length > 0), usage: toUsage(usage), approvals };
    const asks = approvals.map(toRequest).join('\n');
    return [
      ...(asks === '' ? [] : [{ content: this.#text.add({ messageId: 'asks', delta: asks }) }]),
      ...calls.map((call, index) => ({ tool_calls: [{ index, ...toToolCall(call) }] })),
    ];
  }
}

function toFinishReason(stoppedBy: Finished['stoppedBy'], hasCalls: boolean): ChatEnd['finishReason'] {
  if (stoppedBy === 'content-filter') return 'content_filter';
  if (stoppedBy) return 'length';
  return hasCalls ? 'tool_calls' : 'stop';
}

const toRequest = ({ id, tool }: AwaitedCall) =>
  `The call of ${tool} waits for a person: POST /api/v1/approvals/${id} with {"approved": true} or {"approved": false}.`;

const toToolCall = ({ callId: id, name, args }: Call) => ({
  id,
  type: 'function' as const,
  function: { name, arguments: toText(args) },
});

const toUsage = ({ inputTokens, outputTokens, cachedInputTokens, reasoningTokens }: Usage) => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
  prompt_tokens_details: { cached_tokens: cachedInputTokens },
  completion_tokens_details: { reasoning_tokens: reasoningTokens },
});

const shorten = (text: string) => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN).toWellFormed()}…` : text);
