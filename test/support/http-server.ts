/** A small contract with one of everything, served over real sockets. */
import { setTimeout as sleep } from 'node:timers/promises';
import type pino from 'pino';
import { z } from 'zod';
import type { ErrorBody } from '../../contract/errors.ts';
import { health } from '../../contract/health.ts';
import { del, get, group, patch, post, put, stream } from '../../contract/kit.ts';
import type { Handlers } from '../../contract/types.ts';
import { ApiError } from '../../server/call/errors.ts';
import { implement, type RequestContext } from '../../server/call/implement.ts';
import { createLog } from '../../server/http/log.ts';
import { type StartHttpServer, startHttpServer } from '../../server/http/server.ts';

const Thing = z.object({ id: z.string(), size: z.number(), tags: z.array(z.string()).optional() });
const Tick = z.discriminatedUnion('type', [
  z.object({ type: z.literal('tick'), n: z.int() }),
  z.object({ type: z.literal('end') }),
]);

const Broken = z.object({ type: z.literal('broken'), code: z.string(), detail: z.string(), count: z.unknown() });
const toBroken = ({ code, detail }: ErrorBody, { count }: Readonly<Record<string, unknown>>) => ({
  type: 'broken' as const,
  code,
  detail,
  count,
});

const things = group('Things', 'For the test.', {
  list: get('/things', {
    summary: 'List things',
    query: z.object({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      tag: z.array(z.string()).optional(),
      all: z.stringbool().optional(),
    }),
    output: z.object({ limit: z.number(), tag: z.array(z.string()), all: z.boolean() }),
  }),
  get: get('/things/{agent_id}', { summary: 'Get thing', output: Thing, errors: ['agent-not-found'] }),
  config: get('/things/config', {
    summary: 'A literal beside a parameter',
    output: z.object({ literal: z.boolean() }),
  }),
  create: post('/things', {
    summary: 'Create thing',
    body: z.object({ id: z.string().min(1), size: z.number().default(1), any: z.unknown().optional() }),
    output: Thing,
    status: 201,
    location: ({ id }) => `/things/${id}`,
  }),
  change: patch('/things/{agent_id}', {
    summary: 'Change thing',
    body: z.object({ size: z.number().optional(), on: z.boolean().optional() }),
    output: z.object({ id: z.string(), size: z.number().nullable(), on: z.boolean().nullable() }),
  }),
  replace: put('/things/{agent_id}', { summary: 'Replace', body: z.object({ size: z.number() }), output: Thing }),
  remove: del('/things/{agent_id}', { summary: 'Remove thing', output: z.void(), status: 204 }),
  stop: post('/things/{agent_id}/stop', { summary: 'Needs no body', output: z.object({ stopped: z.string() }) }),
  broken: get('/things/broken', { summary: 'Always fails', output: Thing }),
  lying: get('/things/lying', { summary: 'Breaks its own schema', output: Thing }),
  wait: post('/things/wait', { summary: 'Waits until its caller leaves', output: z.object({}) }),
  later: post('/things/later', {
    summary: 'Answers after some time',
    body: z.object({ delay_ms: z.int() }),
    output: z.object({ delay_ms: z.int() }),
  }),
  slashed: get('/slashed/{agent_id}/', { summary: 'Has a trailing slash', output: z.object({ id: z.string() }) }),
});
const streams = group('Streams', 'For the test.', {
  ticks: stream('/ticks', {
    summary: 'Count',
    body: z.object({
      count: z.int().default(3),
      delay_ms: z.int().default(0),
      first_delay_ms: z.int().default(0),
      fail_at: z.int().optional(),
      odd_at: z.int().optional(),
      size: z.int().default(0),
      pad: z.string().optional(),
    }),
    output: z.union([Tick, z.object({ pad: z.string() }), Broken]),
    failure: toBroken,
  }),
  named: stream('/named', {
    summary: 'Named events',
    output: z.union([Tick, Broken]),
    eventName: ({ type }) => type.toUpperCase(),
    failure: toBroken,
  }),
});
const foreign = group(
  'Foreign',
  'For the test: an API of others, with errors of its own.',
  {
    answer: stream('/foreign/answer', {
      summary: 'Events, one answer, or none',
      takesFiles: true,
      body: z.object({
        as: z.enum(['events', 'whole', 'none']),
        fail: z.boolean().optional(),
        file: z.string().optional(),
      }),
      output: z.union([Tick, Broken]),
      failure: (error, input, number) => ({ ...toBroken(error, input), count: number }),
      endMark: '[DONE]',
      unnumbered: true,
      whole: z.object({ count: z.int() }).optional(),
    }),
  },
  {
    schema: z.object({ error: z.object({ message: z.string(), code: z.string() }) }).meta({ id: 'ForeignError' }),
    toBody: ({ detail, code }) => ({ error: { message: detail, code } }),
    headers: ({ status_code }) => ({ 'x-client-error': String(status_code < 500) }),
  },
);
/** The small contract. */
export const contract = { health, things, streams, foreign };

/** What happened inside the handlers, for tests to wait on. */
export interface Witness {
  started: number;
  ended: number;
  yielded: number;
  aborted: number;
  calls: number;
  headers: RequestContext['headers'] | undefined;
}

async function* countToTwo(fails = false) {
  yield { type: 'tick' as const, n: 1 };
  if (fails) throw new ApiError('model-failed', 'The model provider failed');
  yield { type: 'tick' as const, n: 2 };
}

function createHandlers(witness: Witness, isDraining: () => boolean): Handlers<typeof contract, RequestContext> {
  return {
    health: {
      check: () => ({ status: 'healthy', version: '0.0.0' }),
      ready: () => {
        if (isDraining()) throw new ApiError('draining', 'The server is shutting down');
        return { status: 'ready', parts: {} };
      },
      summary: () => {
        throw new ApiError('not-ready', 'Nothing is summed up here');
      },
    },
    things: {
      list: ({ input }) => ({ limit: input.limit, tag: input.tag ?? [], all: input.all ?? false }),
      get: ({ input, context }) => {
        witness.headers = context.headers;
        witness.calls++;
        if (input.agent_id === 'none') throw new ApiError('agent-not-found', 'Thing not found: none');
        return { id: input.agent_id, size: 1, secret: 'never sent' };
      },
      config: () => ({ literal: true }),
      create: ({ input }) => {
        witness.calls++;
        return { id: input.id, size: input.size };
      },
      change: async ({ input }) => ({ id: input.agent_id, size: input.size ?? null, on: input.on ?? null }),
      replace: ({ input }) => ({ id: input.agent_id, size: input.size }),
      remove: () => undefined,
      stop: ({ input }) => ({ stopped: input.agent_id }),
      broken: () => {
        throw new Error('postgres://user:hunter2@db/things refused the connection at /srv/secret/path.ts');
      },
      lying: () => ({ id: 7, size: 'large' }) as never,
      wait: ({ signal }) =>
        new Promise((_, reject) => {
          witness.started++;
          signal.addEventListener('abort', () => {
            witness.aborted++;
            reject(signal.reason);
          });
        }),
      later: ({ input, signal }) => sleep(input.delay_ms, { delay_ms: input.delay_ms }, { signal }),
      slashed: ({ input }) => ({ id: input.agent_id }),
    },
    foreign: {
      answer({ input }) {
        if (input.as === 'none') return undefined;
        if (input.as === 'whole') return { count: 2, secret: 'never sent' };
        return countToTwo(input.fail);
      },
    },
    streams: {
      async *ticks({ input, signal }) {
        witness.started++;
        try {
          if (input.first_delay_ms) await sleep(input.first_delay_ms, undefined, { signal });
          for (let n = 0; n < input.count; n++) {
            if (n === input.fail_at) throw new ApiError('model-failed', 'The model provider failed');
            if (input.delay_ms && n) await sleep(input.delay_ms, undefined, { signal });
            if (n === input.odd_at) yield { type: 'tick', n: 0.5 };
            witness.yielded++;
            yield input.size ? { pad: 'x'.repeat(input.size) } : { type: 'tick' as const, n };
          }
        } finally {
          if (signal.aborted) witness.aborted++;
          witness.ended++;
        }
      },
      async *named() {
        yield { type: 'tick', n: 1 };
        yield { type: 'end' };
      },
    },
  };
}

/** A running server of the small contract. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly witness: Witness;
  /** Each line of its log, parsed. */
  readonly lines: Record<string, unknown>[];
  readonly log: string[];
  drain(): void;
  close(options: { graceMs: number }): Promise<void>;
  /** A request below the base path, JSON when there is a body. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
}

/** Starts the small contract on a free port. */
export async function startTestServer(options: Partial<StartHttpServer> = {}): Promise<TestServer> {
  const witness: Witness = { started: 0, ended: 0, yielded: 0, aborted: 0, calls: 0, headers: undefined };
  const log: string[] = [];
  const lines: Record<string, unknown>[] = [];
  let isDraining = false;
  const destination: pino.DestinationStream = {
    write(line) {
      log.push(line);
      lines.push(JSON.parse(line));
    },
  };
  const server = await startHttpServer({
    operations: implement(
      contract,
      createHandlers(witness, () => isDraining),
    ),
    host: '127.0.0.1',
    port: 0,
    apiKeys: [],
    allowedHosts: [],
    corsOrigins: [],
    rateLimits: [],
    mounts: [],
    openPaths: ['/docs'],
    log: createLog({ level: 'info', destination }),
    isDraining: () => isDraining,
    ...options,
  });
  return {
    ...server,
    witness,
    log,
    lines,
    drain() {
      isDraining = true;
    },
    call: (method, path, body, headers) =>
      fetch(`${server.url}/api/v1${path}`, {
        method,
        redirect: 'manual',
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      }),
    [Symbol.asyncDispose]: () => server.close({ graceMs: 0 }),
  };
}
