/** Agents that ask agents, as traces show them, also when their server is killed. */
import { expect, test, vi } from 'vitest';
import type { ReceivedSpan } from './support/otlp-receiver.ts';
import { type Answer, startTracedServer, type TracedServer } from './support/traced-server.ts';

// Servers in processes of their own: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const ask = (id: string, message: string) => `tool ask_${id} ${JSON.stringify({ message })}`;
const runsIn = (spans: readonly ReceivedSpan[]) => spans.filter(({ name }) => name.startsWith('invoke_agent'));
const prompt = (traced: TracedServer, message: string, more = {}) =>
  traced.call('POST', '/agents/asker/prompt/sync', { message, ...more });

async function start() {
  const traced = await startTracedServer();
  await traced.call('POST', '/agents', { id: 'asker', agents: ['writer'] });
  return traced;
}

test('the run of an asked agent is below the call that asked it', async () => {
  await using traced = await start();
  await prompt(traced, ask('writer', 'Hi'));
  const spans = await traced.receiver.until((all) => runsIn(all).length === 2);
  const call = spans.find(({ name }) => name === 'execute_tool ask_writer');
  const child = spans.find(({ name }) => name === 'invoke_agent The writer');
  const parent = spans.find(({ name }) => name === 'invoke_agent asker');
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect(call?.parentSpanId).toBe(parent?.spanId);
  expect(child?.parentSpanId).toBe(call?.spanId);
  expect(spans.filter(({ name }) => name.startsWith('chat')).map(({ parentSpanId }) => parentSpanId)).toEqual(
    expect.arrayContaining([child?.spanId, parent?.spanId]),
  );
});

test('a server that is killed has interrupted both, and says so in their traces', async () => {
  await using traced = await start();
  void prompt(traced, ask('writer', 'hold kill'), { background: true, run_id: 'parent' }).catch(() => undefined);
  await traced.models.held('kill');
  await vi.waitFor(async () => {
    const { steps } = await traced.call('GET', '/runs/parent/steps');
    expect(steps[0].tool_calls[0].child_run_id).toMatch(/^run-/);
  });
  await traced.restart('SIGKILL');
  const { runs } = await traced.call('GET', '/runs');
  const [parentRun, child] = ['asker', 'writer'].map((id) => runs.find((run: Answer) => run.agent_id === id));
  expect([child, parentRun]).toMatchObject([
    { agent_id: 'writer', parent_run_id: 'parent', status: 'interrupted', outcome: { code: 'run-interrupted' } },
    { agent_id: 'asker', parent_run_id: null, status: 'interrupted', outcome: { code: 'run-interrupted' } },
  ]);
  expect(await traced.call('GET', '/runs/parent/steps')).toMatchObject({
    steps: [{ status: 'interrupted', tool_calls: [{ child_run_id: child.id, status: 'interrupted' }] }],
  });
  const spans = await traced.receiver.until((all) => runsIn(all).length === 2);
  const call = spans.find(({ name }) => name === 'execute_tool ask_writer');
  const [parent, below] = ['asker', 'The writer'].map((name) => spans.find((span) => span.name.endsWith(name)));
  expect(below?.parentSpanId).toBe(call?.spanId);
  expect([parent, below].map((span) => span?.attributes['error.type'])).toEqual(['run-interrupted', 'run-interrupted']);
  const { conversation_id } = parentRun;
  expect((await prompt(traced, 'Hi', { conversation_id })).response).toBe("Hello! I'm doing well.");
});
