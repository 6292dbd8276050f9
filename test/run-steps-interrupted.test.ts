/** When a run ended, with its steps and tool calls, that a server which died has cut off. */
import { afterEach, expect, test, vi } from 'vitest';
import { toInterruptedEnd } from '../server/store/interrupted-end.ts';
import { openStore } from '../server/store/sqlite.ts';
import type { RunStep } from '../server/store/stored-steps.ts';
import { startAgentRuns } from './support/agent-runs.ts';
import { scriptedModel } from './support/scripted-model.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

afterEach(() => void vi.useRealTimers());

/** A run of a server that was killed in the evening: it had asked a model, and had two events stored since. */
async function leaveOpen(folder: string, steps: readonly RunStep[]): Promise<void> {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(EVENING);
  await using store = await openStore({ folder });
  const opening = { id: 'r', conversationId: 'c', agentId: 'tester', messages: [], isDetached: true };
  const { key: runKey } = await store.runs.open(opening);
  const events = [
    { type: 'text-started', messageId: 'm' },
    { type: 'text-delta', messageId: 'm', delta: 'Sun' },
  ];
  const batch = { runKey, first: 1, events, times: [EVENING + 4000, EVENING + 5000] };
  await store.runs.append({ events: [batch], steps: [{ runKey, steps }] });
  vi.useRealTimers();
}

const EVENING = Date.parse('2026-01-05T22:00:00.000Z');
const evening = (seconds: number) => new Date(EVENING + seconds * 1000).toISOString();
const running: RunStep = {
  number: 2,
  model: 'script',
  status: 'running',
  startedAt: EVENING + 2000,
  askedAt: EVENING + 2000,
  firstTokenAt: EVENING + 3000,
  answeredAt: null,
  endedAt: null,
  usage: null,
  cost: null,
  stopReason: null,
  failure: null,
  retries: [],
  toolCalls: [],
  moreToolCalls: 0,
};

const storedCall: RunStep['toolCalls'][number] = {
  callId: 'c',
  parentCallId: null,
  tool: 'forecast',
  server: null,
  queuedAt: EVENING + 3000,
  startedAt: null,
  endedAt: null,
  bytes: null,
  isError: null,
  isPending: false,
  approvalId: null,
  childRunId: null,
};

test('what was cut off in the evening ended with the last event of its run, and not when the server is started in the morning', async () => {
  await using folder = await temporaryFolder();
  const times = { startedAt: EVENING + 1000, askedAt: EVENING + 1000, answeredAt: EVENING + 1500 };
  const whole = { ...running, number: 1, status: 'finished', ...times, endedAt: EVENING + 2000 } as const;
  await leaveOpen(folder.path, [whole, running]);
  await using server = await startAgentRuns(scriptedModel([]), { folder: folder.path });
  const { body } = await server.call('GET', '/runs/r/steps');
  expect(body.steps).toMatchObject([
    { step: 1, status: 'finished', answered_at: evening(1.5), ended_at: evening(2) },
    { step: 2, status: 'interrupted', answered_at: evening(5), ended_at: evening(5), usage: null, error: null },
  ]);
  expect((await server.call('GET', '/runs/r')).body).toMatchObject({ status: 'interrupted', ended_at: evening(5) });
  const { sums } = (await server.call('GET', '/runs')).body;
  expect(sums).toMatchObject({ runs: 1, duration_seconds: 5 });
  const { groups } = await server.store.runs.usage({}, 'day');
  expect(groups).toMatchObject([{ name: '2026-01-05', runs: 1, durationMs: 5000 }]);
});

test('a run whose end could not be stored ended with its last event, too', async () => {
  await using folder = await temporaryFolder();
  await leaveOpen(folder.path, [running]);
  await using store = await openStore({ folder: folder.path });
  expect(await store.runs.interruptOpen()).toMatchObject([{ id: 'r', status: 'interrupted', endedAt: evening(5) }]);
  expect(await store.runs.steps('r')).toMatchObject([{ status: 'interrupted', endedAt: EVENING + 5000 }]);
});

test('no call that was cut off ends before it began, and none that waits for a person ends at all', () => {
  const call = { ...storedCall, startedAt: EVENING + 9000 };
  const toolCalls = [
    call,
    { ...storedCall, callId: 'queued', queuedAt: EVENING + 8000 },
    { ...storedCall, callId: 'waits', isPending: true },
    { ...storedCall, callId: 'done', endedAt: EVENING + 7000, isError: false },
  ];
  const run = { startedAt: evening(0) };
  const { steps, endedAt } = toInterruptedEnd(run, [{ ...running, toolCalls }], EVENING + 1000);
  expect(endedAt).toBe(evening(9));
  expect(steps).toMatchObject([
    {
      endedAt: EVENING + 9000,
      toolCalls: [
        { endedAt: EVENING + 9000 },
        { endedAt: EVENING + 9000 },
        { endedAt: null },
        { endedAt: EVENING + 7000 },
      ],
    },
  ]);
});

test('a run of which nothing is known but that it began took no time, and a time that is to come is none', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(EVENING + 60_000);
  const run = { startedAt: evening(0) };
  expect(toInterruptedEnd(run, []).endedAt).toBe(evening(0));
  expect(toInterruptedEnd(run, [], EVENING + 1e12).endedAt).toBe(evening(60));
});
