/** What an agent says and thinks, as AG-UI events. */
import type { AgUiEvent } from '../../../contract/ag-ui-events.ts';
import type { RunEvent } from '../../runs/run-events.ts';
import type { OpenBlocks } from './open-blocks.ts';
import type { Spelling } from './spelling.ts';

type TextEvent = Extract<RunEvent, { readonly type: 'text-started' | 'text-delta' | 'text-ended' }>;
type ReasoningEvent = Extract<RunEvent, { readonly type: 'reasoning-started' | 'reasoning-delta' | 'reasoning-ended' }>;

/** The events of a text message. */
export function toTextEvents(event: TextEvent, blocks: OpenBlocks, spelled: Spelling): AgUiEvent[] {
  const key = `text ${event.messageId}`;
  const message = spelled('messageId', event.messageId);
  switch (event.type) {
    case 'text-started':
      blocks.open(key, { type: 'TEXT_MESSAGE_END', ...message });
      return [{ type: 'TEXT_MESSAGE_START', ...message, role: 'assistant' }];
    case 'text-delta':
      return event.delta === '' ? [] : [{ type: 'TEXT_MESSAGE_CONTENT', ...message, delta: event.delta }];
    case 'text-ended':
      return blocks.close(key);
  }
}

/** The events of a reasoning message. */
export function toReasoningEvents(event: ReasoningEvent, blocks: OpenBlocks, spelled: Spelling): AgUiEvent[] {
  const key = `reasoning ${event.messageId}`;
  const message = spelled('messageId', reasoningIdOf(event.messageId));
  switch (event.type) {
    case 'reasoning-started':
      blocks.open(key, { type: 'REASONING_MESSAGE_END', ...message }, { type: 'REASONING_END', ...message });
      return [
        { type: 'REASONING_START', ...message },
        { type: 'REASONING_MESSAGE_START', ...message, role: 'reasoning' },
      ];
    case 'reasoning-delta':
      return event.delta === '' ? [] : [{ type: 'REASONING_MESSAGE_CONTENT', ...message, delta: event.delta }];
    case 'reasoning-ended':
      return blocks.close(key);
  }
}

/** The id of the reasoning of a message: AG-UI makes reasoning a message of its own, and no two messages may share an id. */
export const reasoningIdOf = (messageId: string): string => `${messageId}-reasoning`;
