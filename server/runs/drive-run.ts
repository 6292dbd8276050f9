import type { FileSource } from '../models/files/file-source.ts';
import type { Message } from '../store/messages.ts';
import { RunLostError } from '../store/ownership.ts';
import type { ApprovalRecord, RunStep } from '../store/store.ts';
import type { ActiveRun } from './active-run.ts';
import { type LoopOptions, type ModelSource, runAgent } from './agent-loop.ts';
import type { RunLimits } from './limits.ts';
import type { ParentCall } from './parent-call.ts';
import type { ResumePoint } from './resume-point.ts';
import type { RunOutcome, Usage } from './run-events.ts';
import type { RunRecords } from './run-records.ts';
import type { RunRequest } from './run-request.ts';
import { StepBudget } from './step-budget.ts';
import type { ToolArguments } from './tool-arguments.ts';
import type { FaultLog } from './tool-calls.ts';

/** What every run is driven with. */
export interface DriveOptions {
  readonly models: ModelSource;
  readonly limits: RunLimits;
  readonly records: RunRecords;
  readonly toolArguments: ToolArguments;
  /** Where files at addresses come from; absent: from outside of the network of this server. */
  readonly files?: FileSource | undefined;
  readonly log: FaultLog;
}

/** What a run begins with: what is asked of it, the conversation so far, and the approvals it is to act on. */
export interface RunBeginning {
  readonly request: RunRequest;
  readonly history: readonly Message[];
  /** The conversation before the run, as it is stored. */
  readonly stored: readonly Message[];
  readonly answered: readonly ApprovalRecord[];
  /** Where another process has left off; absent: it begins. */
  readonly resumed?: ResumePoint | undefined;
  /** The steps that the other process has noted. */
  readonly steps?: readonly RunStep[] | undefined;
  /** How many steps the agents have taken that it had asked by then. */
  readonly askedSteps?: number | undefined;
}

/** Runs the agent of a run to its end and stores how it ended. Resolves with what its readers are to be told of that; never rejects. */
export async function driveRun(
  run: ActiveRun,
  { request, history, stored, answered, resumed, steps, askedSteps = 0 }: RunBeginning,
  { models, limits, records, toolArguments, files, log: serverLog }: DriveOptions,
): Promise<{ readonly outcome: RunOutcome; readonly usage: Usage; readonly at: number }> {
  const { trace } = run;
  const followed = records.follow(run, steps);
  const budget = new StepBudget(() => request.agent().maxSteps, {
    parent: request.parent?.budget,
    used: resumed && resumed.step - 1 + askedSteps,
  });
  const log = trace ? withFields(serverLog, trace.logFields) : serverLog;
  if (request.note !== undefined && !run.log.lastId) followed.sink.emit({ type: 'noted', note: request.note });
  const end = await runAgent({
    agent: request.agent,
    models,
    toolset: request.toolset,
    callerTools: request.callerTools ?? [],
    toolChoice: request.toolChoice,
    instructions: request.instructions,
    outputSchema: request.outputSchema,
    history,
    stored,
    answered,
    resumed,
    tellsAll: run.isDurable,
    state: request.state,
    heldRefusal: request.unlisted?.refusal,
    ...followed,
    budget,
    parentOf: placesIn(run, { ...followed, budget, parent: request.parent }),
    limits,
    toolArguments,
    files,
    trace,
    log,
    signal: run.signal,
  });
  const { outcome, usage } = end;
  const at = Math.max(Date.now(), run.log.lastAt);
  // What nobody here can mend: a key that is not set, a provider that refuses. Faults of this server are logged where they come up.
  if (outcome.status === 'failed' && outcome.code !== 'internal') {
    const names = { run_id: run.storedId, conversation_id: run.conversationId, agent_id: run.agentId };
    log.warn?.({ ...names, code: outcome.code }, outcome.detail);
  }
  run.isClosing = true;
  try {
    await records.close(run, request.unlisted ? { ...end, messages: [] } : end, at);
    return { outcome, usage, at };
  } catch (error) {
    run.isClosing = false;
    if (error instanceof RunLostError) {
      run.lose();
      return { outcome: await records.endElsewhere(run), usage, at };
    }
    log.error({ err: error, run_id: run.storedId }, 'a turn could not be stored');
    return { outcome: { status: 'failed', code: 'internal', detail: 'The turn could not be stored' }, usage, at };
  } finally {
    trace?.close();
  }
}

/** What runs are given that are started for calls of this one. */
function placesIn(
  { storedId: runId, agentId, isDetached, log, trace }: ActiveRun,
  { sink, budget, parent }: Pick<LoopOptions, 'sink'> & { readonly budget: StepBudget; readonly parent?: ParentCall },
): LoopOptions['parentOf'] {
  const lineage = [...(parent?.lineage ?? []), agentId];
  return (callId) => ({
    runId,
    callId,
    lineage,
    budget,
    isDetached,
    trace: trace?.toTool(callId),
    emit(event) {
      if (!log.isClosed) sink.emit(event);
    },
    pressure: () => sink.pressure(),
  });
}

const withFields = (log: FaultLog, fields: object): FaultLog => ({
  error: (details, message) => log.error({ ...details, ...fields }, message),
  warn: (details, message) => log.warn?.({ ...details, ...fields }, message),
});
