/** One conversation through all doors, told by the official clients. */
import { expect, test } from 'vitest';
import { tellStory } from '../scripts/doors/story.ts';
import { startWholeServer } from './support/whole-server.ts';

test('a run that is begun at one door is watched, answered and gone on with at others: one conversation, nothing lost', async () => {
  await using server = await startWholeServer();
  const { chapters, messages, runs } = await tellStory(server.url, { conversation: 'story' });
  const [begun, watched, approved, continued, edited, asked] = chapters;
  expect(watched?.runId).toBe(begun?.runId);
  expect(begun?.told).toEqual(['step-start', 'toolbox__calculate: approval-requested']);
  expect([watched?.told[0], watched?.told.at(-1)]).toEqual(['RUN_STARTED', 'RUN_FINISHED']);
  expect(watched?.log).toEqual(begun?.log);
  expect(approved?.log).toEqual([expect.stringMatching(/^tool_result/), expect.stringMatching(/^text/), 'done']);
  expect(continued?.told).toContain('message');
  expect(edited?.told.filter((kind) => kind.startsWith('user_message_chunk'))).toHaveLength(2);
  expect(asked?.told).toEqual(['status: finished']);
  const said = messages.filter(({ role }) => role === 'user').map(({ content }) => content);
  expect(said).toEqual(['What is 17 * 23?', 'Hello', 'Hello from the editor', 'Hello from a tool']);
  expect(messages.filter(({ content }) => content.includes('391')).length).toBeGreaterThan(0);
  const doors = [begun, approved, continued, edited, asked];
  expect(runs.map(({ id, status }) => [id, status])).toEqual(doors.map((chapter) => [chapter?.runId, 'finished']));
});
