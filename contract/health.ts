import { z } from 'zod';
import { Timestamp } from './ids.ts';
import { get, group } from './kit.ts';
import { TokenUsage } from './prompts.ts';
import { Cost } from './usage.ts';

const Health = z
  .object({
    status: z.literal('healthy'),
    version: z.string().meta({ description: 'The version of this server' }),
  })
  .meta({ id: 'Health' });

const Part = z.object({
  status: z.enum(['ready', 'degraded']),
  detail: z.string().optional().meta({ description: 'What is amiss, in one sentence' }),
});

const Readiness = z
  .object({
    status: z.enum(['ready', 'degraded']).meta({ description: 'degraded: serving, with a part that failed' }),
    parts: z.record(z.string(), Part).meta({ description: 'The state of each part by name' }),
  })
  .meta({ id: 'Readiness' });

const gauges = {
  rss_bytes: z.int().meta({ description: 'Memory of its process' }),
  event_loop_delay_ms: z.number().meta({ description: 'How late its event loop did what was due' }),
  active_runs: z.int().meta({ description: 'Runs that go on, of all keys' }),
  active_streams: z.int().meta({ description: 'Answers that stream events, to all keys' }),
};

const Summary = z
  .object({
    version: z.string(),
    runtime: z
      .object({ node: z.string(), sqlite: z.string() })
      .meta({ description: 'The versions of what the server runs on' }),
    uptime_seconds: z.number(),
    ...gauges,
    last_day: z
      .object({
        runs: z
          .object({ finished: z.int(), failed: z.int(), cancelled: z.int(), interrupted: z.int() })
          .meta({ description: 'How many have ended so' }),
        usage: TokenUsage,
        cost: Cost,
      })
      .meta({ description: 'What the runs that began in the last 24 hours came to, of those that the key may see' }),
    samples: z
      .array(z.object({ at: Timestamp, ...gauges }))
      .meta({ description: 'What was seen when this was read, once in 5 seconds at most: the last 60, oldest first' }),
  })
  .meta({ id: 'HealthSummary' });

/** The state of one part of the server, such as its store. */
export type Part = z.output<typeof Part>;

const gaugesExample = { rss_bytes: 106_000_000, event_loop_delay_ms: 0.4, active_runs: 1, active_streams: 2 };

/** Liveness and readiness, which need no key, and how the server is. */
export const health = group('Health', 'Liveness and readiness, which need no key, and how the server is.', {
  check: get('/health', {
    summary: 'Health check',
    description: 'Answers while the process lives, whatever else is broken. Also at `/health` and `/health/live`.',
    output: Health,
    example: { status: 'healthy', version: '0.1.0' },
    open: true,
  }),
  ready: get('/ready', {
    summary: 'Readiness check',
    description:
      'Answers 200 when the store is open and the configured MCP servers have settled; 503 while starting or shutting down. Also at `/health/ready`.',
    output: Readiness,
    example: { status: 'ready', parts: { store: { status: 'ready' }, mcp_servers: { status: 'ready' } } },
    errors: ['not-ready', 'draining'],
    open: true,
  }),
  summary: get('/health/summary', {
    summary: 'Health summary',
    description:
      'How the server is and what it did, in a few numbers for a page; `/metrics` has all of them. Samples are taken when this is read: a server that nobody reads stays asleep. Where several processes are one service, `last_day` is of all of them and the rest of the one that answers.',
    output: Summary,
    example: {
      version: '0.1.0',
      runtime: { node: '26.10.0', sqlite: '3.50.4' },
      uptime_seconds: 3600,
      ...gaugesExample,
      last_day: {
        runs: { finished: 12, failed: 1, cancelled: 0, interrupted: 0 },
        usage: { prompt_tokens: 15_000, completion_tokens: 4_000, cached_tokens: 9_000, reasoning_tokens: 0 },
        cost: 0.31,
      },
      samples: [{ at: '2026-11-23T10:00:00.000Z', ...gaugesExample }],
    },
  }),
});
