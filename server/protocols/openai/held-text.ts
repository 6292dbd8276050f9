import type { RunEvent } from '../../runs/run-events.ts';

/**
 * The events of a run as a client is told of them that parses the whole answer: what the model says beside it, such as a first attempt that
 * did not fit, is left out, and the JSON comes once, when the run ends with it.
 */
export function withoutAttempts(event: RunEvent): readonly RunEvent[] {
  switch (event.type) {
    case 'text-started':
    case 'text-delta':
    case 'text-ended':
      return [];
    case 'run-ended': {
      const { outcome } = event;
      if (outcome.status !== 'finished' || !('output' in outcome)) return [event];
      const delta = JSON.stringify(outcome.output);
      return [
        { type: 'text-started', messageId },
        { type: 'text-delta', messageId, delta },
        { type: 'text-ended', messageId },
        event,
      ];
    }
    default:
      return [event];
  }
}

const messageId = 'output';
