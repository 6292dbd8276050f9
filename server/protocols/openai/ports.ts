/** What the handlers of OpenAI's API are built on: agents, their runs, and the conversations they belong to. */
import type { z } from 'zod';
import type { RunStatus } from '../../../contract/runs.ts';
import type { Principal } from '../../call/principal.ts';
import type { ApprovalDecision } from '../../runs/run-events.ts';
import type { ToolDefinition } from '../../runs/toolset.ts';
import type { Message } from '../../store/messages.ts';
import type { PlacedEvent } from '../text-runs.ts';

/** An agent, as a model. */
export interface ModelAgent {
  readonly id: string;
  readonly name: string;
  /** RFC 3339. */
  readonly createdAt: string;
}

/** A run to start. */
export interface ModelRunRequest {
  readonly principal: Principal;
  /** Absent: a new conversation. */
  readonly conversationId?: string | undefined;
  /** What this server knows a conversation by that is there already. */
  readonly conversationKey?: string | undefined;
  readonly messages: readonly Message[];
  /** Behind which message it takes out what is stored, to stand in its place. */
  readonly replaces?: { readonly after: string } | undefined;
  /** `stored`: `messages` are what is new. `given`: they are all there is. */
  readonly history: 'stored' | 'given';
  readonly callerTools: readonly ToolDefinition[];
  /** Which of its tools the model is to call: one at least, or the one with a name; and whether several at once. */
  readonly toolChoice?: {
    readonly calls?: 'required' | { readonly name: string } | undefined;
    readonly inParallel?: boolean | undefined;
  };
  /** Added to the agent's own; may be empty. */
  readonly instructions: string;
  /** The JSON Schema that the answer is to fit, which is that of an object. */
  readonly outputSchema?: Record<string, unknown> | undefined;
  readonly decisions?: readonly ApprovalDecision[] | undefined;
  /** Set where nothing of it is stored. */
  readonly unlisted?: { readonly refusal: string } | undefined;
  readonly note?: unknown;
  /** Whether it goes on without readers. */
  readonly detached?: boolean | undefined;
  /** Aborts when the caller leaves before the run has begun. */
  readonly signal: AbortSignal;
}

/** A run that was started. */
export interface StartedRun {
  readonly id: string;
  readonly conversationId: string;
  /** RFC 3339. */
  readonly startedAt: string;
  /** Its events, and it waits for this reader. */
  events(signal: AbortSignal): AsyncIterable<PlacedEvent>;
  cancel(reason: string): void;
}

/** A run as it is stored, while it goes on or after. */
export interface FoundModelRun {
  readonly id: string;
  readonly agentId: string;
  readonly conversationId: string;
  readonly conversationKey: string;
  readonly startedAt: string;
  readonly isRunning: boolean;
  /** Whether its events are stored. */
  readonly isDetached: boolean;
  /** How many messages its conversation had when it began. */
  readonly historyCount: number;
  /** The calls that it left to its caller, or to a person. */
  readonly pending: readonly string[];
  events(signal: AbortSignal): AsyncIterable<PlacedEvent>;
  /** The events until now; whoever asks is no reader. */
  soFar(): Promise<readonly PlacedEvent[]>;
  /** What is stored of its conversation. */
  messages(): Promise<readonly Message[]>;
  /** Resolves when it has ended and is stored. */
  cancel(reason: string): Promise<void>;
}

/** A conversation as it is stored. */
export interface StoredTalk {
  readonly messages: readonly Message[];
  /** Its newest run; how many of the messages were there when it began. */
  readonly latest?: { readonly status: z.output<typeof RunStatus>; readonly historyCount: number } | undefined;
}

/** The ports of the handlers. */
export interface OpenAiParts {
  /** Throws a 422 that names the place where a schema of answers is none. */
  checkOutputSchema(schema: Record<string, unknown> | undefined, place: string): Promise<void>;
  readonly agents: {
    list(): Iterable<ModelAgent>;
    /** Throws `agent-not-found`. */
    get(id: string): ModelAgent;
  };
  startRun(agentId: string, request: ModelRunRequest): Promise<StartedRun>;
  /** What a principal means by the id of a run. */
  findRun(id: string, principal: Principal): Promise<FoundModelRun | undefined>;
  /** What is stored of the conversation that a principal means by an id. */
  findTalk(conversationId: string, principal: Principal): Promise<StoredTalk | undefined>;
}
