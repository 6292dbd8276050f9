/** Translates what happens in a run into AG-UI events, in the order the official verifier asks for. */
import type { AgUiEvent } from '../../../contract/ag-ui-events.ts';
import { toApiError } from '../../call/errors.ts';
import type { RunEvent, RunOutcome } from '../../runs/run-events.ts';
import { type Casing, createSpelling, type Spelling } from './spelling.ts';
import { SurfaceActivities } from './surface-activities.ts';
import { AG_UI_VERSION, toInterruptNotice, toTerminalEvent } from './terminal.ts';

/** What the events of one run need to know of its request. */
export interface AgUiRunView {
  readonly threadId: string;
  readonly runId: string;
  readonly parentRunId?: string | undefined;
  /** Whether the caller speaks AG-UI 1.0: older clients refuse some of what it added. */
  readonly isVersion1: boolean;
  readonly casing: Casing;
}

/** The AG-UI side of one run. The same run events always give the same AG-UI events, so their numbers are stable. */
interface AgUiTranslator {
  /** What comes before the first run event. */
  start(): AgUiEvent[];
  /** What one run event means; nothing once the run is over. */
  next(event: RunEvent): AgUiEvent[];
  isOver(): boolean;
}

/**
 * The AG-UI events of a run: `RUN_STARTED`, what happens, then exactly one `RUN_FINISHED` or `RUN_ERROR`. What is still open is closed
 * before that in reverse order, and a call without a result gets one that says it was stopped, unless the caller is to answer it.
 * When `events` throws or ends too early the last event is a `RUN_ERROR`; what was thrown is then thrown on.
 */
export async function* toAgUiEvents(
  events: AsyncIterable<{ readonly event: RunEvent }>,
  view: AgUiRunView,
): AsyncGenerator<AgUiEvent, void> {
  const translator = createAgUiTranslator(view);
  yield* translator.start();
  try {
    for await (const { event } of events) {
      for (const translated of translator.next(event)) yield translated;
      if (translator.isOver()) return;
    }
  } catch (cause) {
    yield* translator.next(toLost(toApiError(cause).message));
    throw cause;
  }
  yield* translator.next(toLost('The server lost the run'));
}

const toLost = (detail: string): RunEvent => ({
  type: 'run-ended',
  outcome: { status: 'failed', code: 'internal', detail },
  usage: { inputTokens: 0, outputTokens: 0, reasoningTokens: 0, cachedInputTokens: 0 },
});

/** A translator for one run. */
export function createAgUiTranslator(view: AgUiRunView): AgUiTranslator {
  const spelled = createSpelling(view.casing);
  // What closes each open block, in order of opening.
  const blocks = new Map<string, AgUiEvent[]>();
  const steps = new Map<number, AgUiEvent>();
  const unanswered = new Set<string>();
  const withArguments = new Set<string>();
  const surfaces = new SurfaceActivities();
  let isOver = false;

  const close = (key: string): AgUiEvent[] => {
    const closing = blocks.get(key) ?? [];
    blocks.delete(key);
    return closing;
  };
  const closeAll = (outcome: RunOutcome): AgUiEvent[] => {
    const pending = new Set(outcome.status === 'finished' ? outcome.pending : []);
    const stopped = [...unanswered].filter((callId) => !pending.has(callId));
    return [
      ...[...blocks.values()].reverse().flat(),
      ...stopped.map((callId) => toStoppedResult(callId, outcome, spelled)),
      ...[...steps.values()].reverse(),
    ];
  };

  function next(event: RunEvent): AgUiEvent[] {
    switch (event.type) {
      case 'step-started': {
        const step = spelled('stepName', `step-${event.step}`);
        steps.set(event.step, { type: 'STEP_FINISHED', ...step });
        return [{ type: 'STEP_STARTED', ...step }];
      }
      case 'step-ended': {
        const finished = steps.get(event.step);
        steps.delete(event.step);
        return finished ? [finished] : [];
      }
      case 'text-started': {
        const message = spelled('messageId', event.messageId);
        blocks.set(`text ${event.messageId}`, [{ type: 'TEXT_MESSAGE_END', ...message }]);
        return [{ type: 'TEXT_MESSAGE_START', ...message, role: 'assistant' }];
      }
      case 'text-delta':
        if (event.delta === '') return [];
        return [{ type: 'TEXT_MESSAGE_CONTENT', ...spelled('messageId', event.messageId), delta: event.delta }];
      case 'text-ended':
        return close(`text ${event.messageId}`);
      case 'reasoning-started': {
        const message = spelled('messageId', reasoningIdOf(event.messageId));
        blocks.set(`reasoning ${event.messageId}`, [
          { type: 'REASONING_MESSAGE_END', ...message },
          { type: 'REASONING_END', ...message },
        ]);
        return [
          { type: 'REASONING_START', ...message },
          { type: 'REASONING_MESSAGE_START', ...message, role: 'reasoning' },
        ];
      }
      case 'reasoning-delta': {
        if (event.delta === '') return [];
        const message = spelled('messageId', reasoningIdOf(event.messageId));
        return [{ type: 'REASONING_MESSAGE_CONTENT', ...message, delta: event.delta }];
      }
      case 'reasoning-ended':
        return close(`reasoning ${event.messageId}`);
      case 'tool-call-started': {
        const call = spelled('toolCallId', event.callId);
        blocks.set(`call ${event.callId}`, [{ type: 'TOOL_CALL_END', ...call }]);
        unanswered.add(event.callId);
        const names = { ...spelled('toolCallName', event.name), ...spelled('parentMessageId', event.messageId) };
        return [{ type: 'TOOL_CALL_START', ...call, ...names }];
      }
      case 'tool-call-delta':
        if (event.delta === '') return [];
        withArguments.add(event.callId);
        return [{ type: 'TOOL_CALL_ARGS', ...spelled('toolCallId', event.callId), delta: event.delta }];
      case 'tool-call-ended': {
        const end = close(`call ${event.callId}`);
        surfaces.noteCall(event);
        if (withArguments.has(event.callId)) return end;
        const delta = JSON.stringify(event.args ?? {});
        return [{ type: 'TOOL_CALL_ARGS', ...spelled('toolCallId', event.callId), delta }, ...end];
      }
      case 'tool-result':
        unanswered.delete(event.callId);
        return [
          toToolResult(event.callId, event.messageId, toContent(event.result), spelled),
          ...surfaces.take(event, spelled),
        ];
      case 'state-set':
        return [{ type: 'STATE_SNAPSHOT', snapshot: event.state }];
      case 'state-patched':
        return [{ type: 'STATE_DELTA', delta: [...event.patch] }];
      case 'custom':
        return [{ type: 'CUSTOM', name: event.name, value: event.value }];
      case 'run-ended':
        isOver = true;
        return [...closeAll(event.outcome), ...toInterruptNotice(event, view), toTerminalEvent(event, view, spelled)];
    }
  }

  return {
    start: () => [toRunStarted(view, spelled)],
    next: (event) => (isOver ? [] : next(event)),
    isOver: () => isOver,
  };
}

/** AG-UI makes reasoning a message of its own, and no two messages may share an id. */
export const reasoningIdOf = (messageId: string): string => `${messageId}-reasoning`;

function toRunStarted(view: AgUiRunView, spelled: Spelling): AgUiEvent {
  return {
    type: 'RUN_STARTED',
    ...spelled('threadId', view.threadId),
    ...spelled('runId', view.runId),
    ...(view.parentRunId === undefined ? {} : spelled('parentRunId', view.parentRunId)),
    ...(view.isVersion1 ? spelled('protocolVersion', AG_UI_VERSION) : {}),
  };
}

function toStoppedResult(callId: string, outcome: RunOutcome, spelled: Spelling): AgUiEvent {
  const content = JSON.stringify({ status: 'stopped', reason: outcome.status });
  return toToolResult(callId, `${callId}-stopped`, content, spelled);
}

function toToolResult(callId: string, messageId: string, content: string, spelled: Spelling): AgUiEvent {
  const ids = { ...spelled('messageId', messageId), ...spelled('toolCallId', callId) };
  return { type: 'TOOL_CALL_RESULT', ...ids, content, role: 'tool' };
}

const toContent = (result: unknown): string => (typeof result === 'string' ? result : (JSON.stringify(result) ?? ''));
