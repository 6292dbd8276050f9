import { EventSchema } from '@ag-ui/core/schemas';
import { expect, test } from 'vitest';
import { AgUiEvent } from '../contract/ag-ui-events.ts';
import { ApiError } from '../server/call/errors.ts';
import { toAgUiEvents } from '../server/protocols/ag-ui/events.ts';
import type { AgUiRunView } from '../server/protocols/ag-ui/run-view.ts';
import { createAgUiTranslator } from '../server/protocols/ag-ui/translator.ts';
import type { RunEvent, RunOutcome } from '../server/runs/run-events.ts';
import { generations, judge } from './support/ag-ui-judges.ts';
import { collect, fullRun, noUsage, numbered, someUsage } from './support/ag-ui-runs.ts';

const view: AgUiRunView = { threadId: 't', runId: 'r', isVersion1: true, casing: 'camel' };

const viewOf = (generation: string): AgUiRunView => ({ ...view, isVersion1: generation === '1.0.0' });
const translate = (events: readonly RunEvent[], as = view): AgUiEvent[] => {
  const translator = createAgUiTranslator(as);
  return [...translator.start(), ...events.flatMap((event) => translator.next(event))];
};
const ended = (outcome: RunOutcome): RunEvent => ({ type: 'run-ended', outcome, usage: someUsage });
const outcomes: Record<string, RunEvent> = {
  cancelled: ended({ status: 'cancelled', reason: 'terminated' }),
  failed: ended({ status: 'failed', code: 'model-failed', detail: 'The model provider hung up' }),
};

test('each run event becomes the AG-UI events of its kind, in order', () => {
  expect(translate(fullRun).map((event) => event.type)).toEqual([
    ...['RUN_STARTED', 'STEP_STARTED', 'REASONING_START', 'REASONING_MESSAGE_START'],
    ...['REASONING_MESSAGE_CONTENT', 'REASONING_MESSAGE_CONTENT', 'REASONING_MESSAGE_END', 'REASONING_END'],
    ...['TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END', 'TOOL_CALL_START', 'TOOL_CALL_START'],
    ...['TOOL_CALL_ARGS', 'TOOL_CALL_ARGS', 'TOOL_CALL_ARGS', 'TOOL_CALL_END', 'TOOL_CALL_END'],
    ...['TOOL_CALL_RESULT', 'TOOL_CALL_RESULT', 'STEP_FINISHED', 'STEP_STARTED', 'TEXT_MESSAGE_START'],
    ...['TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END', 'STEP_FINISHED', 'RUN_FINISHED'],
  ]);
});

test('a tool call and its result are spelled as AG-UI 1.0 spells them', () => {
  const events = translate(fullRun).filter((event) => 'toolCallId' in event && event.toolCallId === 'c2');
  expect(events).toEqual([
    { type: 'TOOL_CALL_START', toolCallId: 'c2', toolCallName: 'weather', parentMessageId: 'm1' },
    { type: 'TOOL_CALL_ARGS', toolCallId: 'c2', delta: '{"city":"Oslo"}' },
    { type: 'TOOL_CALL_END', toolCallId: 'c2' },
    { type: 'TOOL_CALL_RESULT', messageId: 'r2', toolCallId: 'c2', content: '{"celsius":4}', role: 'tool' },
  ]);
});

test('the first and the last event name the thread and the run', () => {
  const events = translate(fullRun, { ...view, parentRunId: 'r0' });
  const usage = [{ inputTokens: 60, outputTokens: 16, totalTokens: 76, reasoningTokens: 4, cachedInputTokens: 10 }];
  expect(events[0]).toEqual({
    type: 'RUN_STARTED',
    threadId: 't',
    runId: 'r',
    parentRunId: 'r0',
    protocolVersion: '1.0',
  });
  expect(events.at(-1)).toEqual({
    type: 'RUN_FINISHED',
    threadId: 't',
    runId: 'r',
    outcome: { type: 'success' },
    usage,
  });
});

test('a client older than 1.0 gets nothing that 1.0 added', () => {
  const older = { ...view, isVersion1: false };
  expect(translate(fullRun, older)[0]).toEqual({ type: 'RUN_STARTED', threadId: 't', runId: 'r' });
  expect(translate([ended({ status: 'finished', pending: ['c1'] })], older).at(-1)).not.toHaveProperty('outcome');
  expect(translate([ended({ status: 'cancelled', reason: 'terminated' })], older).at(-1)).toMatchObject({
    type: 'RUN_FINISHED',
    result: { status: 'cancelled', reason: 'terminated' },
  });
});

test('a cancelled run finishes with the outcome cancelled', () => {
  expect(translate([{ type: 'run-ended', outcome: { status: 'cancelled', reason: 'x' }, usage: noUsage }])[1]).toEqual({
    type: 'RUN_FINISHED',
    threadId: 't',
    runId: 'r',
    outcome: { type: 'cancelled' },
  });
});

test('a failed run ends with its code and what was used', () => {
  expect(translate([outcomes.failed as RunEvent]).at(-1)).toEqual({
    type: 'RUN_ERROR',
    message: 'The model provider hung up',
    code: 'model-failed',
    usage: [{ inputTokens: 60, outputTokens: 16, totalTokens: 76, reasoningTokens: 4, cachedInputTokens: 10 }],
  });
});

test('what is open when a run is cut is closed in reverse order, and calls without a result are answered as stopped', () => {
  const cut = fullRun.slice(0, 11).concat({ type: 'text-started', messageId: 'm9' }, outcomes.cancelled as RunEvent);
  const closing = translate(cut).slice(-7);
  expect(closing.map((event) => [event.type, event.messageId ?? event.toolCallId ?? event.stepName])).toEqual([
    ['TEXT_MESSAGE_END', 'm9'],
    ['TOOL_CALL_END', 'c2'],
    ['TOOL_CALL_END', 'c1'],
    ['TOOL_CALL_RESULT', 'c1-stopped'],
    ['TOOL_CALL_RESULT', 'c2-stopped'],
    ['STEP_FINISHED', 'step-1'],
    ['RUN_FINISHED', undefined],
  ]);
  expect(closing[3]).toMatchObject({ toolCallId: 'c1', content: '{"status":"stopped","reason":"cancelled"}' });
});

test('a call that the caller is to answer is left without a result', () => {
  const call: RunEvent[] = [
    { type: 'tool-call-started', callId: 'c1', name: 'confirm', messageId: 'm1' },
    { type: 'tool-call-ended', callId: 'c1', name: 'confirm', args: { question: 'Sure?' } },
  ];
  expect(translate([...call, ended({ status: 'finished', pending: ['c1'] })]).slice(1)).toMatchObject([
    { type: 'TOOL_CALL_START' },
    { type: 'TOOL_CALL_ARGS', delta: '{"question":"Sure?"}' },
    { type: 'TOOL_CALL_END' },
    { type: 'RUN_FINISHED', outcome: { type: 'success', pendingToolCallIds: ['c1'] } },
  ]);
});

test('an empty delta is not sent', () => {
  const empty: RunEvent[] = [
    { type: 'text-delta', messageId: 'm1', delta: '' },
    { type: 'reasoning-delta', messageId: 'm1', delta: '' },
    { type: 'tool-call-delta', callId: 'c1', delta: '' },
  ];
  const translator = createAgUiTranslator(view);
  expect(empty.flatMap((event) => translator.next(event))).toEqual([]);
});

test('nothing follows the terminal event', async () => {
  const late: RunEvent[] = [...fullRun, { type: 'text-started', messageId: 'm3' }, ...fullRun.slice(-1)];
  expect(translate(late)).toEqual(translate(fullRun));
  expect(await collect(toAgUiEvents(numbered(late), view))).toEqual(translate(fullRun));
});

test('a run that ends without saying how ends in an error, with everything closed', async () => {
  const events = await collect(toAgUiEvents(numbered(fullRun.slice(0, 7)), view));
  expect(events.slice(-3)).toEqual([
    { type: 'TEXT_MESSAGE_END', messageId: 'm1' },
    { type: 'STEP_FINISHED', stepName: 'step-1' },
    { type: 'RUN_ERROR', message: 'The server lost the run', code: 'internal' },
  ]);
});

test('a run whose events break off closes what is open, and what broke is thrown on', async () => {
  const cause = new ApiError('model-failed', 'The events before number 9 are no longer held');
  const events: AgUiEvent[] = [];
  const reading = (async () => {
    for await (const event of toAgUiEvents(breakingOff(cause), view)) events.push(event);
  })();
  await expect(reading).rejects.toBe(cause);
  expect(events.at(-1)).toEqual({ type: 'TEXT_MESSAGE_END', messageId: 'm1' });
});

async function* breakingOff(cause: Error): AsyncGenerator<{ event: RunEvent }> {
  yield { event: { type: 'text-started', messageId: 'm1' } };
  throw cause;
}

test('both spellings stand side by side, snake_case first, and are otherwise the same events', () => {
  const keys = Object.keys(translate(fullRun, { ...view, casing: 'both' })[0] ?? {});
  expect(keys).toEqual(['type', 'thread_id', 'threadId', 'run_id', 'runId', 'protocol_version', 'protocolVersion']);
  for (const [casing, dropped] of [
    ['camel', /_/],
    ['snake', /[a-z][A-Z]/],
  ] as const) {
    const both = JSON.stringify(translate(fullRun, { ...view, casing: 'both' }), (key, value) =>
      dropped.test(key) ? undefined : value,
    );
    expect(JSON.parse(both)).toEqual(translate(fullRun, { ...view, casing }));
  }
});

test('every event is one that the contract and the official schema describe', () => {
  for (const casing of ['camel', 'snake', 'both'] as const) {
    const events = translate(fullRun, { ...view, casing });
    expect(events.map((event) => AgUiEvent.parse(event))).toEqual(events);
  }
  for (const event of translate(fullRun)) expect(EventSchema.safeParse(event).success).toBe(true);
});

test.each(generations)('client %s accepts a run cut at any event, cancelled or failed', async (generation) => {
  const as = viewOf(generation);
  expect(await judge(generation, translate(fullRun, as))).toBe(28);
  for (let cut = 0; cut < fullRun.length; cut++) {
    for (const [name, end] of Object.entries(outcomes)) {
      const events = translate([...fullRun.slice(0, cut), end], as);
      expect(await judge(generation, events), `${name} after ${cut} events`).toBe(events.length);
      expect(unbalanced(events)).toEqual([]);
    }
  }
});

test('the judges are awake: each refuses a run that leaves a message open', async () => {
  const events = translate(fullRun).filter((event) => event.type !== 'TEXT_MESSAGE_END');
  for (const generation of generations) await expect(judge(generation, events)).rejects.toThrow(/still active/);
});

/** What the official verifiers let pass: calls without a result, reasoning left open. */
function unbalanced(events: readonly AgUiEvent[]): unknown[] {
  const open = new Set<unknown>();
  for (const event of events) {
    if (event.type === 'TOOL_CALL_START') open.add(`result of ${event.toolCallId}`);
    if (event.type === 'TOOL_CALL_RESULT') open.delete(`result of ${event.toolCallId}`);
    if (event.type === 'REASONING_START' || event.type === 'REASONING_MESSAGE_START') open.add(event.type);
    if (event.type === 'REASONING_END') open.delete('REASONING_START');
    if (event.type === 'REASONING_MESSAGE_END') open.delete('REASONING_MESSAGE_START');
  }
  return [...open];
}
