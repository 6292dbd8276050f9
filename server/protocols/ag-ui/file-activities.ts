/** The files that an agent says and those that its tools make, as activities of AG-UI: its messages hold nothing but text. */

import type { AgUiEvent } from '../../../contract/ag-ui-events.ts';
import { toAnswerFile } from '../../call/data-url.ts';
import type { Fields } from '../../call/fields.ts';
import type { Spelling } from './spelling.ts';

interface SaidFile {
  readonly mediaType: string;
  readonly data: string;
}

/** The event of a file, the number `index` of those of its message, from 0. */
export const toFileEvent = (messageId: string, index: number, file: SaidFile, spelled: Spelling): AgUiEvent => ({
  type: 'ACTIVITY_SNAPSHOT',
  ...spelled('messageId', fileIdOf(messageId, index)),
  ...spelled('activityType', 'file'),
  content: toAnswerFile(file),
  replace: true,
});

/** The event that leaves nothing of a file: clients may keep the activities that a conversation does not hold any more. */
export const toNoFileEvent = (messageId: string, index: number, spelled: Spelling): AgUiEvent => ({
  type: 'ACTIVITY_SNAPSHOT',
  ...spelled('messageId', fileIdOf(messageId, index)),
  ...spelled('activityType', 'file'),
  content: {},
  replace: true,
});

/** The message of a file. */
export const toFileMessage = (messageId: string, index: number, file: SaidFile, spelled: Spelling): Fields => ({
  id: fileIdOf(messageId, index),
  role: 'activity',
  ...spelled('activityType', 'file'),
  content: toAnswerFile(file),
});

const fileIdOf = (messageId: string, index: number) => `${messageId}-file-${index}`;
