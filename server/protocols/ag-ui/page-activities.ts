/** The pages of MCP servers that show results, as activities of AG-UI. */
import type { AgUiEvent } from '../../../contract/ag-ui-events.ts';
import type { Fields } from '../../call/fields.ts';
import type { ShownPage } from '../../store/messages.ts';
import type { Spelling } from './spelling.ts';

/** The event of the page that shows the result in the message `messageId`. */
export const toPageEvent = (messageId: string, page: ShownPage, spelled: Spelling): AgUiEvent => ({
  type: 'ACTIVITY_SNAPSHOT',
  ...spelled('messageId', pageIdOf(messageId)),
  ...spelled('activityType', 'mcp-app'),
  content: { ...page },
  replace: true,
});

/** The message of that page. */
export const toPageMessage = (messageId: string, page: ShownPage, spelled: Spelling): Fields => ({
  id: pageIdOf(messageId),
  role: 'activity',
  ...spelled('activityType', 'mcp-app'),
  content: { ...page },
});

const pageIdOf = (messageId: string) => `${messageId}-app`;
