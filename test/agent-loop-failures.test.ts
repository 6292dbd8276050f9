import { APICallError, JSONParseError } from '@ai-sdk/provider';
import { expect, test } from 'vitest';
import { ApiError } from '../server/call/errors.ts';
import { defaultRunLimits } from '../server/runs/limits.ts';
import { quickLimits, runLoop, toolsetOf } from './support/loop.ts';
import { type Answer, finish, scriptedModel, text, toolCall } from './support/scripted-model.ts';

const provider = 'openai.responses';
const answered = (statusCode: number, message = 'No', responseHeaders: Record<string, string> = {}) =>
  new APICallError({ url: 'https://api.example/v1', requestBodyValues: {}, statusCode, message, responseHeaders });
const refused = () =>
  new APICallError({
    url: 'https://api.example/v1',
    requestBodyValues: {},
    message: 'Cannot connect to API: connect ECONNREFUSED 10.0.0.1:443',
    cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    isRetryable: true,
  });
const failed = (detail: string) => ({ status: 'failed', code: 'model-failed', detail });

test.each([
  ['408', answered(408)],
  ['429', answered(429)],
  ['500', answered(500)],
  ['529', answered(529)],
  ['a refused connection', refused()],
  ['an overloaded error of the provider', { type: 'overloaded_error', message: 'Overloaded' }],
])('%s before the first token is tried again and nobody notices', async (_, error) => {
  const model = scriptedModel([{ refuse: error }, [{ type: 'error', error }], [...text('Hi'), finish()]]);
  const { outcome, events, usage } = await runLoop(model);
  expect(outcome).toEqual({ status: 'finished', pending: [] });
  expect(model.asked).toHaveLength(3);
  expect(events.map(({ type }) => type)).toEqual([
    'step-started',
    'model-asked',
    'model-retried',
    'model-asked',
    'model-retried',
    'model-asked',
    'text-started',
    'text-delta',
    'text-ended',
    'model-answered',
    'step-ended',
  ]);
  expect(usage).toMatchObject({ inputTokens: 10, outputTokens: 5 });
});

test('a provider that goes on failing fails the run after two retries', async () => {
  const model = scriptedModel([{ refuse: answered(503, 'Service Unavailable') }], { provider });
  const { outcome, events, messages } = await runLoop(model);
  expect(outcome).toEqual(failed('The model provider openai answered 503: Service Unavailable'));
  expect(model.asked).toHaveLength(3);
  const asked = { type: 'model-asked' };
  const { code, detail } = failed('The model provider openai answered 503: Service Unavailable');
  const retried = { type: 'model-retried', code, detail, waitMs: expect.any(Number) };
  const ended = { type: 'model-answered', usage: null, stopReason: null };
  expect(events).toEqual([
    { type: 'step-started', step: 1, model: 'script' },
    asked,
    retried,
    asked,
    retried,
    asked,
    ended,
  ]);
  expect(messages).toEqual([]);
});

test('a refused connection is told without its address', async () => {
  const { outcome } = await runLoop(scriptedModel([{ refuse: refused() }], { provider }));
  expect(outcome).toEqual(failed('The connection to the model provider openai failed (ECONNREFUSED)'));
});

test.each([400, 401, 403, 404, 422])('%i is not tried again', async (status) => {
  const model = scriptedModel([{ refuse: answered(status, 'Bad') }], { provider });
  expect((await runLoop(model)).outcome).toEqual(failed(`The model provider openai answered ${status}: Bad`));
  expect(model.asked).toHaveLength(1);
});

test('the wait a provider asks for is kept', async () => {
  const model = scriptedModel([{ refuse: answered(429, 'Slow down', { 'retry-after-ms': '60' }) }, [finish()]]);
  const started = performance.now();
  expect((await runLoop(model)).outcome.status).toBe('finished');
  expect(performance.now() - started).toBeGreaterThanOrEqual(59);
});

test('a wait that is too long fails the run at once', async () => {
  const model = scriptedModel([{ refuse: answered(429, 'Quota reached', { 'retry-after': '3600' }) }], { provider });
  const { outcome } = await runLoop(model);
  expect(outcome).toEqual(failed('The model provider openai answered 429: Quota reached'));
  expect(model.asked).toHaveLength(1);
});

test('an abort ends the wait before a retry', async () => {
  const controller = new AbortController();
  const model = scriptedModel(() => {
    setImmediate(() => controller.abort(new DOMException('cancelled by the user', 'AbortError')));
    return { refuse: answered(429, 'Wait', { 'retry-after': '25' }) };
  });
  const { outcome } = await runLoop(model, { signal: controller.signal });
  expect(outcome).toEqual({ status: 'cancelled', reason: 'cancelled by the user' });
  expect(model.asked).toHaveLength(1);
});

const cuts = [
  ['throws', { fail: Object.assign(new TypeError('terminated'), { cause: { code: 'UND_ERR_SOCKET' } }) }],
  ['reports an error', { type: 'error', error: { type: 'server_error', message: 'Overheated' } }],
  ['is no JSON', { type: 'error', error: new JSONParseError({ text: '{bad', cause: new Error('bad') }) }],
  ['ends without a finish', undefined],
  ['says that it was interrupted', finish('interrupted')],
] as const;
test.each(cuts)('a stream that %s after its first token fails the run once and keeps the text', async (_, act) => {
  const model = scriptedModel([[...text('Par', 'tial').slice(0, 3), ...(act ? [act] : [])]], { provider });
  const { outcome, messages, events } = await runLoop(model);
  expect(outcome).toMatchObject({ status: 'failed', code: 'model-failed' });
  expect(model.asked).toHaveLength(1);
  expect(messages).toMatchObject([{ role: 'assistant', content: [{ type: 'text', text: 'Partial' }] }]);
  expect(events.map(({ type }) => type)).toEqual([
    'step-started',
    'model-asked',
    'text-started',
    'text-delta',
    'text-delta',
    'text-ended',
    'model-answered',
  ]);
});

test('the sentences for cut streams name the provider and the reason', async () => {
  const outcomes = await Promise.all(
    cuts.map(async ([, act]) => {
      const { outcome } = await runLoop(scriptedModel([[...text('A'), ...(act ? [act] : [])]], { provider }));
      return outcome.status === 'failed' && outcome.detail;
    }),
  );
  expect(outcomes).toEqual([
    'The connection to the model provider openai failed (UND_ERR_SOCKET)',
    'The model provider openai failed: Overheated',
    'The model provider openai sent an answer that cannot be read',
    'The model provider openai ended its answer in the middle',
    'The model provider openai ended its answer in the middle',
  ]);
});

test('usage that comes behind an error is counted', async () => {
  const model = scriptedModel([
    [...text('A'), { type: 'error', error: 'broken' }, ...text('ignored'), finish('error', [8, 2])],
  ]);
  const { usage, messages } = await runLoop(model);
  expect(usage).toMatchObject({ inputTokens: 8, outputTokens: 2 });
  expect(messages).toMatchObject([{ content: [{ text: 'A' }] }]);
});

test('whole calls of an answer that failed are answered without being run, a half one is forgotten', async () => {
  const half = toolCall('c2', 'pay', { amount: 1 }).slice(0, 2);
  const model = scriptedModel([[...toolCall('c1', 'pay', {}), ...half, { fail: new Error('gone') }]]);
  const { messages } = await runLoop(model, {
    toolset: toolsetOf({ pay: () => Promise.reject(new Error('must not run')) }),
  });
  expect(messages).toMatchObject([
    { role: 'assistant', content: [{ type: 'tool-call', callId: 'c1' }] },
    { role: 'tool', callId: 'c1', status: 'error', result: 'Not run: the model failed in the middle of its answer' },
  ]);
});

test('a model that never starts to answer times out, though it ignores the signal', async () => {
  const limits = { ...quickLimits, firstTokenMs: 30 };
  const timedOut = {
    status: 'failed',
    code: 'model-timeout',
    detail: 'The model provider openai sent nothing for 0.03 s',
  };
  const silent: Answer[] = ['never', ['hang'], [{ type: 'stream-start', warnings: [] }, 'hang']];
  for (const answer of silent) {
    const model = scriptedModel([answer], { provider, heedsAbort: false });
    expect((await runLoop(model, { limits })).outcome).toEqual(timedOut);
    expect(model.asked).toHaveLength(1);
    expect(model.asked[0]?.abortSignal?.aborted).toBe(true);
  }
});

test('a model that stops in the middle of an answer times out and the text is kept', async () => {
  const model = scriptedModel([[...text('Par').slice(0, 2), 'hang']], { provider });
  const { outcome, messages } = await runLoop(model, { limits: { ...quickLimits, idleMs: 30 } });
  expect(outcome).toMatchObject({ code: 'model-timeout' });
  expect(messages).toMatchObject([{ content: [{ text: 'Par' }] }]);
});

test('a stream that is never closed behind its finish does not hold the run up', async () => {
  const model = scriptedModel([[...text('Hi'), finish(), 'hang']]);
  expect((await runLoop(model)).outcome.status).toBe('finished');
  expect(model.cancelled()).toBe(1);
});

test('a model that cannot be used is told as it is', async () => {
  const missing = new ApiError('model-not-configured', 'OPENAI_API_KEY is not set');
  const { outcome, events } = await runLoop(scriptedModel([]), {
    models: { resolve: () => Promise.reject(missing) },
  });
  expect(outcome).toEqual({ status: 'failed', code: 'model-not-configured', detail: 'OPENAI_API_KEY is not set' });
  expect(events).toEqual([]);
});

test('an answer that does not end is cut', async () => {
  const { outcome, messages } = await runLoop(scriptedModel([[...text('12345', '67890', 'x'), 'hang']]), {
    limits: { ...quickLimits, answerChars: 9 },
  });
  expect(outcome).toEqual(failed('The answer of the model provider scripted is over 9 characters'));
  expect(messages).toMatchObject([{ content: [{ text: '1234567890' }] }]);
});

test('a fault of the server is logged and tells nothing', async () => {
  const logged: object[] = [];
  const { outcome } = await runLoop(scriptedModel([]), {
    agent: () => {
      throw new Error('secret path');
    },
    log: { error: (details) => logged.push(details) },
  });
  expect(outcome).toEqual({ status: 'failed', code: 'internal', detail: 'Internal Server Error' });
  expect(logged).toHaveLength(1);
});

test.each([
  ['Incorrect API key provided: sk-proj-abcdefghij1234567890XYZ.', 'Incorrect API key provided: [hidden].'],
  [
    'Incorrect API key provided: sk-ab**********wxyz. See https://x.example/keys?u=1',
    'Incorrect API key provided: [hidden]. See https://x.example/keys',
  ],
  ['Bad header Authorization: Bearer abc.def-123', 'Bad header Authorization: Bearer [hidden]'],
  ['invalid x-api-key', 'invalid x-api-key'],
  ['API key not valid: AIzaSyA1234567890abcdefghijklmnopqrstuv', 'API key not valid: [hidden]'],
  ['api_key=tvly-1234567 refused', 'api_key [hidden] refused'],
  ['Boom\n    at run (/srv/app/secret.ts:1:1)\n    at next', 'Boom'],
  ['two\nlines', 'two lines'],
  ['The model `gpt-9` does not exist', 'The model `gpt-9` does not exist'],
])('a detail shows %j as %j', async (message, shown) => {
  const { outcome } = await runLoop(scriptedModel([{ refuse: answered(401, message) }], { provider }));
  expect(outcome).toEqual(failed(`The model provider openai answered 401: ${shown}`));
});

test('the limits of a server leave slow models their time', () => {
  expect(defaultRunLimits).toMatchObject({ firstTokenMs: 300_000, idleMs: 120_000, retries: 2 });
});
