import { expect, test } from 'vitest';
import { LiveTasks } from '../server/protocols/a2a/tasks/live-tasks.ts';
import { UnattendedTasks } from '../server/protocols/a2a/tasks/unattended-tasks.ts';

test('tasks that cannot be looked for are told of once, until they could be', async () => {
  const logged: string[] = [];
  let isAway = true;
  const lost = async () => {
    if (isAway) throw new Error('away');
    return [];
  };
  const tasks = new UnattendedTasks(new LiveTasks({} as ConstructorParameters<typeof LiveTasks>[0]), {
    store: { lost, claim: async () => [] },
    findRun: async () => undefined,
    sharing: undefined,
    log: { error: (_, message) => void logged.push(message) },
  });
  const tell = 'tasks that nobody works on could not be looked for';
  for (let time = 0; time < 3; time++) await tasks.tryLook();
  expect(logged).toEqual([tell]);
  isAway = false;
  await tasks.tryLook();
  isAway = true;
  await tasks.tryLook();
  expect(logged).toEqual([tell, tell]);
});
