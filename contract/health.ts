import { z } from 'zod';
import { get, group } from './kit.ts';

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

/** The state of one part of the server, such as its store. */
export type Part = z.output<typeof Part>;

/** Liveness and readiness; neither needs a key. */
export const health = group('Health', 'Liveness and readiness; neither needs a key.', {
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
});
