/** Runs as lists of run events, for tests of the AG-UI side. */
import type { RunEvent, Usage } from '../../server/runs/run-events.ts';

/** The usage of a run that has asked no model. */
export const noUsage: Usage = { inputTokens: 0, outputTokens: 0, reasoningTokens: 0, cachedInputTokens: 0 };
/** The usage of {@link fullRun}. */
export const someUsage: Usage = { inputTokens: 60, outputTokens: 16, reasoningTokens: 4, cachedInputTokens: 10 };

/** A run of two steps with every kind of event: reasoning, text, two interleaved tool calls, an answer. */
export const fullRun: readonly RunEvent[] = [
  { type: 'step-started', step: 1, model: 'demo' },
  { type: 'reasoning-started', messageId: 'm1' },
  { type: 'reasoning-delta', messageId: 'm1', delta: 'Two cities, ' },
  { type: 'reasoning-delta', messageId: 'm1', delta: 'two calls.' },
  { type: 'reasoning-ended', messageId: 'm1' },
  { type: 'text-started', messageId: 'm1' },
  { type: 'text-delta', messageId: 'm1', delta: 'Let me look. ' },
  { type: 'text-ended', messageId: 'm1' },
  { type: 'tool-call-started', callId: 'c1', name: 'weather', messageId: 'm1' },
  { type: 'tool-call-started', callId: 'c2', name: 'weather', messageId: 'm1' },
  { type: 'tool-call-delta', callId: 'c1', delta: '{"city":' },
  { type: 'tool-call-delta', callId: 'c2', delta: '{"city":"Oslo"}' },
  { type: 'tool-call-delta', callId: 'c1', delta: '"Paris"}' },
  { type: 'tool-call-ended', callId: 'c1', name: 'weather', args: { city: 'Paris' } },
  { type: 'tool-call-ended', callId: 'c2', name: 'weather', args: { city: 'Oslo' } },
  {
    type: 'tool-result',
    callId: 'c2',
    messageId: 'r2',
    name: 'weather',
    result: { celsius: 4 },
    isError: false,
    bytes: 0,
  },
  { type: 'tool-result', callId: 'c1', messageId: 'r1', name: 'weather', result: '18 °C', isError: false, bytes: 0 },
  { type: 'step-ended', step: 1, usage: someUsage },
  { type: 'step-started', step: 2, model: 'demo' },
  { type: 'text-started', messageId: 'm2' },
  { type: 'text-delta', messageId: 'm2', delta: 'Paris 18 °C, ' },
  { type: 'text-delta', messageId: 'm2', delta: 'Oslo 4 °C.' },
  { type: 'text-ended', messageId: 'm2' },
  { type: 'step-ended', step: 2, usage: someUsage },
  { type: 'run-ended', outcome: { status: 'finished', pending: [] }, usage: someUsage },
];

/** Events with the numbers a log gives them. */
export async function* numbered(events: Iterable<RunEvent>): AsyncGenerator<{ id: number; event: RunEvent }> {
  let id = 0;
  for (const event of events) {
    id += 1;
    yield { id, event };
  }
}

/** Everything an iterable gives, in order. */
export async function collect<T>(events: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const event of events) all.push(event);
  return all;
}
