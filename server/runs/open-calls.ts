/** The calls of a run that have no result, as its process is gone: what becomes of each. */
import { isJsonObject } from '../store/json-object.ts';
import type { NewApproval } from '../store/store.ts';
import { newId } from './ids.ts';
import { INTERRUPTED, type RunEvent } from './run-events.ts';
import type { ReadyCall } from './tool-calls.ts';

type Started = Extract<RunEvent, { type: 'tool-started' }>;

/** A call without a result. */
interface OpenCall {
  readonly call: Extract<RunEvent, { type: 'tool-call-ended' | 'tool-started' }>;
  readonly started?: Started;
}

/** An agent that was asked by a call. */
interface AskedRun {
  readonly runId: string;
  readonly callId: string;
  /** Whether how it ended was told. */
  readonly hasEnded: boolean;
}

/** What has no result of all that counts. */
interface OpenCalls {
  readonly calls: readonly OpenCall[];
  /** The runs of agents that were asked by them; of each call the last. */
  readonly asked: readonly AskedRun[];
}

/** Finds the calls without a result, and whom they have asked. */
export function findOpenCalls(events: readonly RunEvent[]): OpenCalls {
  const open = new Map<string, OpenCall>();
  const asked = new Map<string, AskedRun>();
  for (const event of events) {
    if (event.type === 'tool-call-ended') open.set(event.callId, { call: event });
    else if (event.type === 'tool-started')
      open.set(event.callId, { call: open.get(event.callId)?.call ?? event, started: event });
    else if (event.type === 'tool-result') open.delete(event.callId);
    else if (event.type === 'answer-withdrawn') for (const id of event.callIds) open.delete(id);
    else if (event.type === 'subagent-started') {
      const { runId, callId } = event;
      asked.set(callId, { runId, callId, hasEnded: false });
    } else if (event.type === 'subagent-ended') {
      const run = [...asked.values()].find(({ runId }) => runId === event.runId);
      if (run) asked.set(run.callId, { ...run, hasEnded: true });
    }
  }
  return { calls: [...open.values()], asked: [...asked.values()].filter(({ callId }) => open.has(callId)) };
}

/** What decides what becomes of an open call. */
export interface SettleOptions {
  /** The names of the tools that the caller runs. */
  readonly callerTools: ReadonlySet<string>;
  /** Whether calls of a tool wait for a person. */
  isHeld(tool: string): boolean;
  /** What calls wait for that have asked other agents, by the ids of the runs of those. */
  readonly awaited: ReadonlyMap<string, readonly NewApproval[]>;
  /** Whether the last step was taken whole: what is left of it and has not begun waits for a person, where it is no tool of the caller. */
  readonly isWhole: boolean;
}

interface SettledCalls {
  readonly results: readonly RunEvent[];
  /** The calls that the caller is to answer. */
  readonly pending: readonly string[];
  /** The calls that a person is to answer. */
  readonly held: readonly ReadyCall[];
  /** What a person is to answer for calls that have asked other agents. */
  readonly waiting: readonly NewApproval[];
}

/** The results of calls that have begun, and of those that never will. The others are the caller's to answer, or a person's. */
export function settleOpenCalls({ calls, asked }: OpenCalls, options: SettleOptions): SettledCalls {
  const { callerTools, isHeld, isWhole } = options;
  const ends = asked.flatMap((run) => (run.hasEnded ? [] : toAskedEnd(run, options)));
  const waiting = asked.flatMap(({ runId }) => options.awaited.get(runId) ?? []);
  const results: RunEvent[] = [];
  const pending: string[] = [];
  const held: ReadyCall[] = [];
  for (const { call, started } of calls) {
    const { callId, name } = call;
    const args = call.type === 'tool-call-ended' && isJsonObject(call.args) ? call.args : undefined;
    if (waiting.some((approval) => approval.callId === callId)) continue;
    if (!started && callerTools.has(name)) pending.push(callId);
    else if (!started && args && (isWhole || isHeld(name)))
      held.push({ callId, name, args, server: call.server ?? undefined });
    else results.push(toResult(callId, name, started));
  }
  return { results: [...ends, ...results], pending, held, waiting };
}

function toAskedEnd({ runId, callId }: AskedRun, { awaited }: SettleOptions): RunEvent {
  const approvals = awaited.get(runId)?.map(({ toolHash: _, standsFor: __, ...call }) => call);
  const outcome = approvals ? ({ status: 'finished', pending: [callId], approvals } as const) : INTERRUPTED;
  return { type: 'subagent-ended', runId, outcome, omitted: 0 };
}

const MAY_HAVE_RUN =
  'This call may have run: the server that ran it has stopped, and what it came to is not known. Look before you call it again';
const NOT_RUN = 'Not run: the server has stopped before. Call it again if it is still needed';

const toResult = (callId: string, name: string, started: Started | undefined): RunEvent => ({
  type: 'tool-result',
  callId,
  messageId: newId('msg'),
  name,
  result: started ? MAY_HAVE_RUN : NOT_RUN,
  isError: true,
  bytes: 0,
  ...(started?.approvalId !== undefined && { approvalId: started.approvalId }),
});
