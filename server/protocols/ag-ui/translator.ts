import type { AgUiEvent } from '../../../contract/ag-ui-events.ts';
import type { RunEvent } from '../../runs/run-events.ts';
import type { Message } from '../../store/messages.ts';
import { toFileEvent, toNoFileEvent } from './file-activities.ts';
import { OpenBlocks } from './open-blocks.ts';
import type { AgUiRunView } from './run-view.ts';
import { toMessagesSnapshot } from './snapshot.ts';
import { createSpelling, type Spelling } from './spelling.ts';
import { Subagents } from './subagents.ts';
import { AG_UI_VERSION, toInterruptNotice, toTerminalEvent } from './terminal.ts';
import { toReasoningEvents, toTextEvents } from './text-events.ts';
import { ToolCallEvents } from './tool-call-events.ts';

/** Translates the events of one run. The same run events always give the same AG-UI events, so their numbers are stable. */
interface AgUiTranslator {
  /** The events that come before those of the first run event. */
  start(): AgUiEvent[];
  /**
   * The events of one run event, with the time it happened, in milliseconds since 1970; none once the run is over. `messages` are all of the
   * thread as they are with an answer that was withdrawn.
   */
  next(event: RunEvent, at?: number, messages?: readonly Message[]): AgUiEvent[];
  isOver(): boolean;
}

/** A translator for one run. */
export function createAgUiTranslator(view: AgUiRunView): AgUiTranslator {
  const spelled = createSpelling(view.casing);
  const steps = new OpenBlocks();
  const blocks = new OpenBlocks();
  const calls = new ToolCallEvents(blocks, spelled);
  const subagents = new Subagents(spelled);
  const files = new Map<string, number>();
  const thoughts = new Set<string>();
  let isOver = false;

  function translate(event: RunEvent, messages: readonly Message[]): AgUiEvent[] {
    switch (event.type) {
      case 'step-started':
      case 'step-ended':
        return toStepEvents(event, steps, spelled);
      case 'text-started':
      case 'text-delta':
      case 'text-ended':
        return toTextEvents(event, blocks, spelled);
      case 'reasoning-started':
        thoughts.add(event.messageId);
        return toReasoningEvents(event, blocks, spelled);
      case 'reasoning-delta':
      case 'reasoning-ended':
        return toReasoningEvents(event, blocks, spelled);
      case 'file': {
        const { messageId } = event;
        const index = files.get(messageId) ?? 0;
        files.set(messageId, index + 1);
        return [toFileEvent(messageId, index, event, spelled)];
      }
      case 'tool-call-started':
      case 'tool-call-delta':
      case 'tool-call-ended':
      case 'tool-result':
        return calls.next(event);
      case 'state-set':
        return [{ type: 'STATE_SNAPSHOT', snapshot: event.state }];
      case 'state-patched':
        return [{ type: 'STATE_DELTA', delta: [...event.patch] }];
      case 'status':
        return [{ type: 'CUSTOM', name: 'status', value: toStatus(event) }];
      case 'answer-withdrawn':
        calls.withdraw(event.callIds);
        return [
          ...blocks.closeAll(),
          ...steps.closeAll(),
          ...event.messageIds.flatMap((id) => emptyFiles(id, files.get(id), spelled)),
          toMessagesSnapshot(
            messages,
            view.casing,
            event.messageIds.filter((id) => thoughts.has(id)),
          ),
        ];
      case 'model-asked':
      case 'model-retried':
      case 'model-answered':
      case 'noted':
      case 'tool-started':
        return [];
      case 'subagent-started':
      case 'subagent-event':
      case 'subagent-ended':
        // Clients before 1.0 know no agents below the one they talk to.
        return view.isVersion1 ? subagents.next(event) : [];
      case 'custom':
        return [{ type: 'CUSTOM', name: event.name, value: event.value }];
      case 'run-ended':
        isOver = true;
        return [
          ...subagents.closeAll(),
          ...blocks.closeAll(),
          ...calls.stopUnanswered(event.outcome),
          ...steps.closeAll(),
          ...toInterruptNotice(event, view),
          toTerminalEvent(event, view, spelled),
        ];
    }
  }

  return {
    start: () => withTime([toRunStarted(view, spelled)], view.startedAt),
    next: (event, at, messages = []) => (isOver ? [] : withTime(translate(event, messages), at)),
    isOver: () => isOver,
  };
}

const emptyFiles = (messageId: string, count = 0, spelled: Spelling): AgUiEvent[] =>
  Array.from({ length: count }, (_, index) => toNoFileEvent(messageId, index, spelled));

/** The same events, which are all new, with their time. */
function withTime(events: AgUiEvent[], at: number | undefined): AgUiEvent[] {
  if (at !== undefined) for (const event of events) event.timestamp = at;
  return events;
}

function toRunStarted(view: AgUiRunView, spelled: Spelling): AgUiEvent {
  return {
    type: 'RUN_STARTED',
    ...spelled('threadId', view.threadId),
    ...spelled('runId', view.runId),
    ...(view.parentRunId === undefined ? {} : spelled('parentRunId', view.parentRunId)),
    ...(view.isVersion1 ? spelled('protocolVersion', AG_UI_VERSION) : {}),
  };
}

const toStatus = ({ text, missingServers }: Extract<RunEvent, { readonly type: 'status' }>) => ({
  text,
  ...(missingServers && { missing_servers: [...missingServers] }),
});

function toStepEvents(
  event: Extract<RunEvent, { readonly type: 'step-started' | 'step-ended' }>,
  steps: OpenBlocks,
  spelled: Spelling,
): AgUiEvent[] {
  const name = `step-${event.step}`;
  if (event.type === 'step-ended') return steps.close(name);
  const step = spelled('stepName', name);
  steps.open(name, { type: 'STEP_FINISHED', ...step });
  return [{ type: 'STEP_STARTED', ...step }];
}
