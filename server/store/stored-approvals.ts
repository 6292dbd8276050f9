import type { z } from 'zod';
import type { ApprovalStatus as ApprovalStatusSchema } from '../../contract/approvals.ts';
import type { Principal } from '../call/principal.ts';
import type { ConversationPageQuery } from './pages.ts';

/** Where an approval stands. */
export type ApprovalStatus = z.output<typeof ApprovalStatusSchema>;

/** A tool call that waits for a person, as it will be run. */
export interface NewApproval {
  /** The id of the approval. */
  readonly id: string;
  readonly callId: string;
  readonly tool: string;
  readonly description: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Tells whether the tool is still the one that was shown. */
  readonly toolHash: string;
  /** The id of the approval of an agent that was asked by the call: to answer one is to answer both. Absent or null of a call that waits itself. */
  readonly standsFor?: string | null | undefined;
}

/** An approval with the run that asked for it and the answer it has so far. */
export interface ApprovalRecord extends NewApproval {
  readonly standsFor: string | null;
  readonly runId: string;
  /** What this server knows the run by. */
  readonly runKey: string;
  readonly conversationId: string;
  /** What this server knows the conversation by. */
  readonly conversationKey: string;
  readonly agentId: string;
  readonly status: ApprovalStatus;
  readonly reason: string | null;
  /** The run that acted on the answer. */
  readonly resumedBy: string | null;
  readonly createdAt: string;
  readonly resolvedAt: string | null;
  /** The name of the key that answered; null without keys, and while nobody has. */
  readonly resolvedBy: string | null;
}

/** What a person says to an approval. */
export interface ApprovalDecision {
  /** The name of the key that says it; absent or null without keys. */
  readonly resolvedBy?: string | null | undefined;
  /** The id of the approval. */
  readonly id: string;
  readonly isApproved: boolean;
  readonly reason: string | null;
}

/** The stored approvals. Runs add them when they close and act on them when they open. */
export interface ApprovalsStore {
  get(id: string, principal?: Principal): Promise<ApprovalRecord | undefined>;
  /** Those of a conversation that no run has acted on: the pending ones, and those that wait for them. */
  open(conversationKey: string): Promise<ApprovalRecord[]>;
  /** The open one that stands for another, in the conversation of the agent that has asked. */
  standingFor(id: string): Promise<ApprovalRecord | undefined>;
  /** Gives up on those that are open, and on all that stand for them or that they stand for: their calls will not be run. */
  cancelOpen(conversationKey: string): Promise<void>;
  /** Gives up on these, in the same way. */
  giveUp(ids: readonly string[]): Promise<void>;
  /**
   * Notes an answer, also to all that stand for it or that it stands for. Returns false, and notes nothing, when it is the last that its
   * conversation waits for: that one is stored with the run that acts on it. Throws `approval-resolved` when there is an answer already.
   */
  decide(decision: ApprovalDecision): Promise<boolean>;
  /** One page, the newest first. */
  list(
    query: ConversationPageQuery<ApprovalStatus>,
  ): Promise<{ approvals: ApprovalRecord[]; nextCursor: string | null }>;
}
