/** What `JSON.parse` lets pass and no surface of this server takes: keys that stand there twice, and halves of surrogate pairs. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findJsonFlaws } from '../server/call/json-flaws.ts';
import { flawedBodies, HALF, TWICE } from './fixtures/flawed-bodies.ts';
import { startWholeServer, type WholeServer } from './support/whole-server.ts';

const flawsOf = (text: string): string[] => {
  const flaws: string[] = [];
  findJsonFlaws(text, ({ path, at, message }) => flaws.push(`${path.join('.')} at ${at}: ${message}`));
  return flaws;
};

describe('the flaws of a JSON text', () => {
  it.each([
    ['{"a": 1, "a": 2}', [`a at 9: ${TWICE}`]],
    ['{"a": 1, "b": 2, "\\u0061": 3, "b": 4}', [`a at 17: ${TWICE}`, `b at 30: ${TWICE}`]],
    ['{"": 1, "": 2}', [` at 8: ${TWICE}`]],
    ['{"a": [1, {"b": {}}, {"b": 1, "c": [], "b": 2}]}', [`a.2.b at 39: ${TWICE}`]],
    ['[["x"], {"k\\"": "a\\\\", "k\\"": "}"}]', [`1.k" at 23: ${TWICE}`]],
    ['{"a": {"x": 1}, "b": {"x": 1}, "x": {"a": 1, "b": 1}}', []],
    ['[{"a": 1}, {"a": 1}]', []],
    ['{"a": "{\\"b\\": 1, \\"b\\": 2}", "b": "a", "c": ["a", "a"]}', []],
    ['{"a": ["ok", "\\ud83d"]}', [`a.1 at 13: ${HALF}`]],
    ['{"a": "x\\uDE00y"}', [`a at 6: ${HALF}`]],
    ['{"a": "\\ude00\\ud83d"}', [`a at 6: ${HALF}`]],
    ['{"\\ud83d": 1}', [`\ud83d at 1: ${HALF}`]],
    ['{"a": "\\ud83d\\ude00 \\\\ud83d \\u0061"}', []],
    ['"\\udc00"', [` at 0: ${HALF}`]],
    [`${'['.repeat(200)}${']'.repeat(200)}`, []],
    [`${'['.repeat(201)}`, [' at 200: nested more than 200 levels deep']],
  ])('of %j', (text, flaws) => {
    expect(flawsOf(text)).toEqual(flaws);
  });

  it.each(['', '}', ']]', '{"a', '{"a": "\\', '{,,"a"', '"\\ud83', 'null', ':', '{"a": 1}}', '[1, 2], "a"'])(
    'are not looked for in what is no JSON: %j',
    (text) => {
      expect(flawsOf(text)).toEqual([]);
    },
  );
});

describe('a body with a flaw', () => {
  let server: WholeServer;
  beforeAll(async () => {
    server = await startWholeServer();
    await server.call('POST', '/agents', { id: 'a' });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const post = async (path: string, text: string) => {
    const response = await fetch(server.url + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'a2a-version': '1.0',
      },
      body: text,
    });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };

  it.each(flawedBodies)('is refused with the place: %s at %s', async (_, path, text, place, message) => {
    expect(await post(path, text)).toEqual({
      status: 422,
      body: {
        detail: `${place}: ${message}`,
        status_code: 422,
        code: 'validation-failed',
        errors: [{ path: place, message }],
      },
    });
  });

  it.each([
    ['one call', '/trpc/agents.create', '{"id": "b", "id": "c"}', 'id'],
    ['a batch', '/trpc/agents.create,agents.create?batch=1', '{"0": {"id": "b"}, "1": {"id": "c", "id": "d"}}', '1.id'],
  ])('is refused with the place: tRPC, %s', async (_, path, text, place) => {
    const { status, body } = await post(path, text);
    const errors = [body].flat().map(({ error }) => error.data.errors);
    expect([status, errors]).toEqual([422, errors.map(() => [{ path: place, message: TWICE }])]);
  });

  it('is refused with the place: tRPC, the input of a query', async () => {
    const ask = async (input: string, path = 'agents.get') => {
      const response = await fetch(`${server.url}/trpc/${path}?input=${encodeURIComponent(input)}`);
      return [response.status, Object(await response.json()).error?.data.detail];
    };
    expect(await ask('{"agent_id": "a"}')).toEqual([200, undefined]);
    expect(await ask('{"agent_id": "a", "agent_id": "b"}')).toEqual([422, `agent_id: ${TWICE}`]);
    expect(await ask('{"agent_id": "\\ud800"}')).toEqual([422, `agent_id: ${HALF}`]);
  });

  it('has changed nothing; whole pairs are characters', async () => {
    const { body } = await server.call('GET', '/agents');
    expect(Object(body).agents.map(({ id }: { id: string }) => id)).toEqual(['a']);
    const { status } = await post('/api/v1/agents', '{"id": "d", "system_prompt": "\\ud83d\\ude00"}');
    expect([status, await server.call('GET', '/agents/d')]).toMatchObject([201, { body: { system_prompt: '😀' } }]);
  });

  it('is named by at most 300 characters', async () => {
    const key = 'k'.repeat(1000);
    const { body } = await post('/api/v1/agents', `{"${key}": 1, "${key}": 2}`);
    expect(body.errors).toEqual([{ path: 'k'.repeat(300), message: TWICE }]);
  });
});

describe('a query that is no UTF-8', () => {
  const half = '%ED%A0%80';
  let server: WholeServer;
  beforeAll(async () => {
    server = await startWholeServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it.each([
    ['REST', `/api/v1/runs?agent_id=${half}`, 422, 'agent_id'],
    ['tRPC', `/trpc/runs.list?input={"agent_id":"${half}"}`, 422, 'input'],
    ['REST, with the character that stands for what is none', '/api/v1/runs?agent_id=%EF%BF%BD', 200, undefined],
  ])('is refused on %s, with the name of the parameter', async (_, path, status, name) => {
    const response = await fetch(`${server.url}${path}`);
    expect(response.status).toBe(status);
    const text = await response.text();
    if (name) expect(text).toContain(`${name}: is not UTF-8`);
  });
});
