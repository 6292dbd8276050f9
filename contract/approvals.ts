import { z } from 'zod';
import { Timestamp } from './ids.ts';
import { get, group, post } from './kit.ts';
import { agentFilter, conversationFilter, nextCursor, pageQuery } from './pages.ts';

/**
 * Where an approval may stand. `void`: approved, and not run because the tool was no longer the one that was shown. `cancelled`: nobody
 * answered, and the conversation went on or what asked was cancelled.
 */
export const ApprovalStatus = z.enum(['pending', 'approved', 'denied', 'cancelled', 'void']);

const Approval = z
  .object({
    id: z.string(),
    status: ApprovalStatus.meta({
      description:
        'cancelled: nobody answered, and the conversation went on or the task that asked was canceled; void: the tool was no longer the one shown, so the approved call did not run',
    }),
    agent_id: z.string(),
    conversation_id: z.string(),
    run_id: z.string().meta({ description: 'The run that ended with the call' }),
    tool_call_id: z.string(),
    tool: z.string().meta({ description: 'The name of the tool' }),
    description: z.string().meta({ description: 'What the tool says of itself' }),
    args: z.record(z.string(), z.unknown()).meta({ description: 'The arguments, exactly as the call will have them' }),
    reason: z.string().nullable().meta({ description: 'What was said with the answer' }),
    resumed_by: z.string().nullable().meta({
      description:
        'The id of the run that acted on the answer; of an asked agent it begins a moment after that of the one that asked',
    }),
    stands_for: z.string().nullable().meta({
      description:
        'The approval that an agent waits for which was asked by the call: to answer one is to answer both. null of a call that waits itself',
    }),
    created_at: Timestamp,
    resolved_at: Timestamp.nullable(),
    resolved_by: z.string().nullable().meta({ description: 'The key that answered; null without keys' }),
  })
  .meta({ id: 'Approval' });

const ApprovalAnswer = z
  .object({
    approved: z.boolean().meta({ description: 'Whether the call may run' }),
    reason: z.string().max(4000).optional().meta({ description: 'Told to the model when the call is refused' }),
  })
  .meta({ id: 'ApprovalAnswer' });

const example: z.output<typeof Approval> = {
  id: 'appr-1',
  status: 'pending',
  agent_id: 'my-agent',
  conversation_id: 'conv-1',
  run_id: 'run-1',
  tool_call_id: 'call-1',
  tool: 'github__create_issue',
  description: 'Creates an issue in a repository',
  args: { title: 'The door does not close' },
  reason: null,
  resumed_by: null,
  stands_for: null,
  created_at: '2026-11-23T10:00:00.000Z',
  resolved_at: null,
  resolved_by: null,
};

/** Tool calls that wait for a person, of agents whose `approvals` name the tool. They survive a restart of the server. */
export const approvals = group(
  'Approvals',
  'Tool calls that wait for a person, of agents whose `approvals` name the tool. They survive a restart of the server.',
  {
    list: get('/approvals', {
      summary: 'List approvals',
      description: 'Newest first.',
      query: z.object({
        status: ApprovalStatus.default('pending').meta({ description: 'Only those with this status' }),
        agent_id: agentFilter,
        conversation_id: conversationFilter,
        ...pageQuery,
      }),
      output: z
        .object({
          approvals: z.array(Approval),
          next_cursor: nextCursor,
        })
        .meta({ id: 'ApprovalList' }),
      example: { approvals: [example], next_cursor: null },
    }),
    answer: post('/approvals/{approval_id}', {
      summary: 'Answer approval',
      description:
        'Approves or refuses the call. With the last open approval of a conversation its agent goes on in a background run, `resumed_by`, which can be followed at `/runs/{run_id}/events`. AG-UI clients answer with `resume` instead.',
      body: ApprovalAnswer,
      bodyExample: { approved: true },
      output: Approval,
      example: {
        ...example,
        status: 'approved',
        resumed_by: 'run-2',
        resolved_at: '2026-11-23T10:01:00.000Z',
      },
      errors: [
        'approval-not-found',
        'approval-resolved',
        'agent-not-found',
        'conversation-not-found',
        'conversation-busy',
        'draining',
      ],
    }),
  },
);
