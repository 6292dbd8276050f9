import { z } from 'zod';
import { ApprovalStatus } from './approvals.ts';
import { follow, group } from './kit.ts';
import { McpServer } from './mcp-servers.ts';
import { followQuery, marks, stamp, streamFailure } from './numbered-streams.ts';
import { RunStatus } from './runs.ts';

// Where one process has all for itself nobody asks which.
const replica = z.string().optional().meta({
  description:
    'Which process it is of, where several are one service: each runs MCP servers and interpreters of its own; absent: there is only one',
});

const kept = z.enum(['created', 'changed', 'deleted']);

const changes = {
  run: z.object({
    type: z.literal('run'),
    id: z.string(),
    status: RunStatus.meta({ description: 'running: it has begun' }),
    agent_id: z.string(),
    conversation_id: z.string(),
    parent_run_id: z
      .string()
      .nullable()
      .meta({ description: 'The run whose agent has asked for it; null without one' }),
  }),
  approval: z.object({
    type: z.literal('approval'),
    id: z.string(),
    status: ApprovalStatus.meta({ description: 'pending: it was opened' }),
    agent_id: z.string(),
    conversation_id: z.string(),
    run_id: z.string().meta({ description: 'The run that ended with the call' }),
  }),
  agent: z.object({ type: z.literal('agent'), id: z.string(), status: kept }),
  conversation: z.object({
    type: z.literal('conversation'),
    id: z.string(),
    status: kept.meta({ description: 'deleted: with its runs and approvals' }),
    agent_id: z.string(),
  }),
  mcp_server: z.object({
    type: z.literal('mcp_server'),
    id: z.string(),
    status: z.enum([...McpServer.shape.status.options, 'removed']).meta({
      description: 'Where it stands. The same again: something else of it has changed, such as its tools',
    }),
    origin: McpServer.shape.origin,
    replica,
  }),
  sandbox: z.object({
    type: z.literal('sandbox'),
    agent_id: z.string().meta({ description: 'Whose interpreter it is: for each key an agent has one' }),
    status: z.enum(['starting', 'ready', 'busy', 'ended']).meta({ description: 'busy: code runs in it' }),
    replica,
  }),
};

const EventType = z.enum(Object.keys(changes) as [keyof typeof changes, ...(keyof typeof changes)[]]);

/** One event of `/events`: ids and states, and nothing that anybody has said. */
export const LiveEvent = z
  .discriminatedUnion('type', [
    marks.ready,
    marks.missed,
    changes.run.extend(stamp),
    changes.approval.extend(stamp),
    changes.agent.extend(stamp),
    changes.conversation.extend(stamp),
    changes.mcp_server.extend(stamp),
    changes.sandbox.extend(stamp),
    marks.error,
  ])
  .meta({ id: 'LiveEvent' });

/** A change that readers of `/events` are told of, before it has a number and a time. */
export type LiveChange = z.input<(typeof changes)[keyof typeof changes]>;

/** What happens on this server, while it happens. */
export const events = group('Events', 'What happens on this server, while it happens: ids and states, no contents.', {
  follow: follow('/events', {
    summary: 'Follow the server (streaming)',
    description: [
      'Each change of a run, an approval, an agent, a conversation, an MCP server or a sandbox, as far as the key may see it.',
      'The first event is `ready`: everything after it is told. A reader whose connection broke goes on behind `Last-Event-ID`, of the last 10,000 events; where that is too far back, or from before a restart, the first event is `missed` instead, and what is still held follows: read anew what you show.',
      'A reader that is too slow is told `missed` in the middle. Numbers rise and jump; the jumps mean nothing.',
      'Where several processes are one service, each tells what happens on all of them, under the same numbers: a reader goes on at any of them, also after a restart. What a process that died may not have told is told as `missed`.',
      'When the server shuts down the last event is `error` with the code `draining`.',
    ].join(' '),
    query: z.object({
      ...followQuery,
      types: z
        .array(EventType)
        .optional()
        .meta({ description: 'Only events of these types: `types=run&types=approval`; absent: all' }),
    }),
    output: LiveEvent,
    failure: streamFailure,
    example: {
      type: 'run',
      number: 1_795_514_400_000_000,
      at: '2026-11-23T10:00:00.000Z',
      id: 'run-1',
      status: 'running',
      agent_id: 'my-agent',
      conversation_id: 'conv-1',
      parent_run_id: null,
    },
  }),
});
