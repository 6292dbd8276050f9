/** The surfaces of a stored conversation, as AG-UI shows it anew. */
import { expect, test } from 'vitest';
import { toMessagesSnapshot } from '../server/protocols/ag-ui/snapshot.ts';
import type { Message } from '../server/store/messages.ts';

const call = (callId: string, args: object): Message => ({
  id: `a-${callId}`,
  role: 'assistant',
  content: [{ type: 'tool-call', callId, name: 'render_ui', args }],
});
const result = (callId: string, isNew: boolean, status: 'done' | 'error' = 'done'): Message => ({
  id: `t-${callId}`,
  role: 'tool',
  callId,
  name: 'render_ui',
  result: status === 'done' ? { surface_id: 'conv.order-1', is_new: isNew } : 'The surface is not shown',
  status,
});
const components = [{ id: 'root', component: 'Text', text: { path: '/name' } }];
const MADE = [
  call('1', { surface: 'order', components: 'none' }),
  result('1', true, 'error'),
  call('2', { surface: 'order', components, data: { name: 'Ada' } }),
  result('2', true),
];

test('a surface stands once, behind the call that has made it, with all that has changed it since', () => {
  const said: Message = { id: 'u', role: 'user', content: [{ type: 'text', text: 'Change it' }] };
  // The id of a call may come again in a later answer.
  const later = [said, call('1', { surface: 'order', data: { name: 'Grace' } }), result('1', false)];
  const { messages } = toMessagesSnapshot([...MADE, ...later], 'camel') as { messages: { id: string }[] };
  const surface = {
    id: 'a2ui-conv.order-1',
    role: 'activity',
    activityType: 'a2ui-surface',
    content: {
      a2ui_operations: [
        expect.objectContaining({ createSurface: expect.objectContaining({ surfaceId: 'conv.order-1' }) }),
        expect.objectContaining({ updateComponents: { surfaceId: 'conv.order-1', components } }),
        expect.objectContaining({
          updateDataModel: { surfaceId: 'conv.order-1', path: '/', value: { name: 'Ada' } },
        }),
        expect.objectContaining({
          updateDataModel: { surfaceId: 'conv.order-1', path: '/', value: { name: 'Grace' } },
        }),
      ],
    },
  };
  expect(messages.map(({ id }) => id)).toEqual(['a-1', 't-1', 'a-2', 't-2', surface.id, 'u', 'a-1', 't-1']);
  expect(messages[4]).toEqual(surface);
});

test('a reader of names in snake_case is told its type so', () => {
  const { messages } = toMessagesSnapshot(MADE, 'snake') as { messages: object[] };
  expect(messages.at(-1)).toMatchObject({ role: 'activity', activity_type: 'a2ui-surface' });
});
