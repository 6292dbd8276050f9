import type { Kysely } from 'kysely';
import type { Publish } from '../live-events/publish.ts';
import type { Tables } from './schema.ts';
import type { ApprovalRecord } from './stored-approvals.ts';
import type { RunRecord } from './stored-runs.ts';

/** Whose a conversation is, and what hangs on it; null: everybody's. */
export type Owner = string | null;

/** A conversation as far as it is announced; a restored file may have something odd for its agent. */
export type AnnouncedConversation = Pick<Tables['conversations'], 'id' | 'agent_id' | 'owner'>;

/** A run as far as it is announced. */
export type AnnouncedRun = Pick<RunRecord, 'id' | 'status' | 'agentId' | 'conversationId'> & {
  readonly parentRunId?: string | null | undefined;
};

/** Tells whoever follows this server what was stored; to be called once it is. */
export function createAnnouncer(publish: Publish) {
  return {
    run({ id, status, agentId, conversationId, parentRunId = null }: AnnouncedRun, owner: Owner) {
      const of = { agent_id: agentId, conversation_id: conversationId, parent_run_id: parentRunId };
      publish({ type: 'run', id, status, ...of }, owner);
    },
    approval({ id, status, agentId, conversationId, runId }: ApprovalRecord, owner: Owner) {
      publish(
        { type: 'approval', id, status, agent_id: agentId, conversation_id: conversationId, run_id: runId },
        owner,
      );
    },
    conversation({ id, agent_id, owner }: AnnouncedConversation, status: 'created' | 'changed' | 'deleted') {
      publish({ type: 'conversation', id, status, agent_id: typeof agent_id === 'string' ? agent_id : '' }, owner);
    },
  };
}

/** Whose a conversation is; undefined when it is gone. */
export async function findOwner(db: Kysely<Tables>, conversationKey: string): Promise<Owner | undefined> {
  const row = await db
    .selectFrom('conversations')
    .select('owner')
    .where('key', '=', conversationKey)
    .executeTakeFirst();
  return row?.owner;
}
