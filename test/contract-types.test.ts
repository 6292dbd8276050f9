import { expect, test } from 'vitest';
import { z } from 'zod';
import { get, group, post } from '../contract/kit.ts';
import type { Handlers, RouterOf } from '../contract/types.ts';

const Thing = z.object({ id: z.string(), size: z.number() });
const things = group('Things', 'For the test.', {
  get: get('/things/{agent_id}', { summary: 'Get thing', output: Thing, example: { id: 'a', size: 1 } }),
});
const contract = { things };
type ThingHandlers = Handlers<typeof contract, object>;

test('a complete set of handlers compiles', () => {
  const handlers: ThingHandlers = { things: { get: ({ input }) => ({ id: input.agent_id, size: 1 }) } };
  expect(handlers.things.get({ input: { agent_id: 'a' }, context: {}, signal: AbortSignal.abort() })).toEqual({
    id: 'a',
    size: 1,
  });
});

test('a missing handler does not compile', () => {
  // @ts-expect-error Property 'get' is missing
  const handlers: ThingHandlers = { things: {} };
  expect(handlers.things.get).toBeUndefined();
});

test('an extra handler does not compile', () => {
  const get: ThingHandlers['things']['get'] = ({ input }) => ({ id: input.agent_id, size: 1 });
  // @ts-expect-error 'make' does not exist in the contract
  const handlers: ThingHandlers = { things: { get, make: () => ({}) } };
  expect(Object.keys(handlers.things)).toContain('make');
});

test('a handler with a wrong output does not compile', () => {
  // @ts-expect-error Type 'string' is not assignable to type 'number'
  const handlers: ThingHandlers = { things: { get: ({ input }) => ({ id: input.agent_id, size: 'large' }) } };
  expect(handlers.things.get).toBeTypeOf('function');
});

test('a handler that reads an input the endpoint does not have does not compile', () => {
  // @ts-expect-error Property 'server_id' does not exist
  const handlers: ThingHandlers = { things: { get: ({ input }) => ({ id: input.server_id, size: 1 }) } };
  expect(handlers.things.get).toBeTypeOf('function');
});

test('an unknown path parameter does not compile', () => {
  // @ts-expect-error unknown path parameter {thing_id}
  const endpoint = get('/things/{thing_id}', { summary: 'Get thing', output: Thing });
  expect(endpoint.path).toBe('/things/{thing_id}');
});

test('a wrong example does not compile', () => {
  // @ts-expect-error Type 'string' is not assignable to type 'number'
  const endpoint = get('/things', { summary: 'List', output: Thing, example: { id: 'a', size: 'large' } });
  expect(endpoint.example).toBeDefined();
});

test('a wrong example of a body does not compile', () => {
  const body = z.object({ size: z.number() });
  // @ts-expect-error Type 'string' is not assignable to type 'number'
  const endpoint = post('/things', { summary: 'Make', body, bodyExample: { size: 'large' }, output: Thing });
  expect(endpoint.bodyExample).toBeDefined();
});

test('an unknown error code does not compile', () => {
  // @ts-expect-error not a key of the error catalogue
  const endpoint = get('/things', { summary: 'List', output: Thing, errors: ['thing-lost'] });
  expect(endpoint.errors).toEqual(['thing-lost']);
});

test('the router type has a query for a get', () => {
  type Router = RouterOf<typeof contract>;
  const query: Router['things']['get']['_def']['type'] = 'query';
  expect(query).toBe('query');
});

test('a name that stands twice in the input of an endpoint is refused when the contract loads', () => {
  const query = z.object({ agent_id: z.string() });
  expect(() => get('/things/{agent_id}', { summary: 'Get thing', query, output: Thing })).toThrow(
    /two of path, query and body/,
  );
});
