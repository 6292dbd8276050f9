/** Durable runs of processes that share a database, and what is told and stored of them. */
import { expect } from 'vitest';
import { createAnswerApproval } from '../../server/approvals/answer-approvals.ts';
import { EVERYBODY } from '../../server/call/principal.ts';
import type { RunAgent } from '../../server/runs/agent-loop.ts';
import type { LoggedEvent } from '../../server/runs/log-reader.ts';
import type { RunEvent } from '../../server/runs/run-events.ts';
import type { RunRequest } from '../../server/runs/run-request.ts';
import { createStartRun } from '../../server/runs/start-run.ts';
import type { ToolOutcome, Toolset } from '../../server/runs/toolset.ts';
import type { EventBatch, RunStep, StepBatch } from '../../server/store/store.ts';
import { createAskToolset } from '../../server/subagents/ask-toolset.ts';
import { testAgent, toolsetOf } from './loop.ts';
import { type Answer, type ScriptedModel, scriptedModel } from './scripted-model.ts';
import { type SharedProcess, type SharedProcessOptions, startSharedRuns } from './shared-runs.ts';

/** For waits on another process. */
export const IN_TIME = { timeout: 15_000 };

/** The agent of durable runs whose test asks for no other. */
export const durable: RunAgent = { ...testAgent, durable: true };

/** Tools that take anything. */
export type Tools = Record<string, () => Promise<ToolOutcome> | ToolOutcome>;

/** One of the processes, whose runs are durable. */
export interface DurableProcess extends SharedProcess {
  readonly model: ScriptedModel;
  readonly toolset: Toolset;
  begin(request?: Partial<RunRequest>): ReturnType<SharedProcess['start']>;
}

interface DurableOptions extends SharedProcessOptions {
  readonly answers: readonly Answer[];
  readonly tools?: Tools;
  /** In the place of `tools`. */
  readonly toolset?: Toolset;
  readonly agent?: RunAgent;
  /** What is special about the agent that is asked. */
  readonly helper?: Partial<RunAgent>;
}

/** A process whose model gives these answers, with these tools. */
export async function openDurable({
  answers,
  tools = {},
  toolset = toolsetOf(tools),
  agent = durable,
  helper: _,
  ...options
}: DurableOptions): Promise<DurableProcess> {
  const model = scriptedModel(answers);
  const process = await startSharedRuns(model, { find: () => ({ agent: () => agent, toolset }), ...options });
  const begin = (request = {}) => process.start({ agent: () => agent, toolset, durable: true, ...request });
  return Object.assign(process, { model, toolset, begin });
}

/** A process whose agent may ask another one, `helper`, which has these tools. */
export async function openAsking({ tools = {}, ...options }: Omit<DurableOptions, 'toolset'>): Promise<DurableProcess> {
  const opened = Promise.withResolvers<DurableProcess>();
  const helper = { agent: () => ({ ...testAgent, id: 'helper', ...options.helper }), toolset: toolsetOf(tools) };
  const toolset = createAskToolset({
    agents: () => [{ id: 'helper', name: 'Helper', description: '' }],
    startRun: async (...asked) => createStartRun((await opened.promise).runs, () => helper)(...asked),
    approvals: { get: async (id) => (await opened.promise).store.approvals.get(id) },
    findRun: async (id) => (await opened.promise).runs.findById(id, EVERYBODY),
    principal: EVERYBODY,
  });
  const process = await openDurable({ ...options, toolset });
  opened.resolve(process);
  return process;
}

/** Lets a process stand still before such an event is stored, or so many of them; what came before is. Resolves once it does. */
export function stopBefore(process: SharedProcess, type: RunEvent['type'], count = 1): Promise<void> {
  const { append, close } = process.store.runs;
  const stopped = Promise.withResolvers<void>();
  const isLast = (event: unknown) => Object(event).type === type;
  let left = count;
  const hasLast = (batches: readonly EventBatch[]) => batches.some(({ events }) => events.some(isLast)) && --left === 0;
  const stop = async (batches: readonly EventBatch[], steps: readonly StepBatch[]) => {
    const cut = batches.map(({ events, times, ...batch }) => {
      const index = events.findIndex(isLast);
      const end = index < 0 ? events.length : index;
      return { ...batch, events: events.slice(0, end), times: times.slice(0, end) };
    });
    await append({ events: cut.filter(({ events }) => events.length > 0), steps });
    process.isStopped = true;
    stopped.resolve();
  };
  process.store.runs.append = async (happened) => {
    if (hasLast(happened.events)) await stop(happened.events, happened.steps);
    return append(happened);
  };
  process.store.runs.close = async (run) => {
    const { key: runKey, events, changedSteps: steps = [] } = run;
    if (events && hasLast([events])) await stop([events], [{ runKey, steps }]);
    return close(run);
  };
  return stopped.promise;
}

/** The kinds of events. */
export const typesOf = (events: readonly LoggedEvent[]) => events.map(({ event }) => event.type);

/** What is stored of a run. */
export async function storedOf({ store }: SharedProcess, id: string): Promise<LoggedEvent[]> {
  const batches = await store.runs.events((await store.runs.get(id))?.key ?? '');
  return batches.flatMap(({ first, events }) =>
    events.map((event, index) => ({ id: first + index, at: 0, event: event as RunEvent })),
  );
}

/** Waits for words in what is stored of a run. */
export const untilStored = (process: SharedProcess, id: string, words: string) =>
  expect.poll(async () => JSON.stringify(await storedOf(process, id)), IN_TIME).toContain(words);

/** The steps that are stored of a run. */
export const stepsOf = async ({ store }: SharedProcess, id: string): Promise<RunStep[]> =>
  store.runs.steps((await store.runs.get(id))?.key ?? '');

/** What is said in a conversation: contents, and results of tools. */
export const saidIn = async ({ store }: SharedProcess, conversation: string) =>
  (await store.conversations.messages(conversation)).map((message) =>
    message.role === 'tool' ? { tool: message.result } : message.content,
  );

/** Checks what is true of every stream: its numbers, and that it has one end. */
export function expectWhole(events: readonly LoggedEvent[]): void {
  expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
  expect(typesOf(events).filter((type) => type === 'run-ended')).toHaveLength(1);
  expect(typesOf(events).at(-1)).toBe('run-ended');
}

/** Answers what a process asks people, for its agent. */
export function answererOf({ runs, store, toolset }: DurableProcess, agent = durable) {
  const startRun = createStartRun(runs, () => ({ agent: () => agent, toolset }));
  const answer = createAnswerApproval({ startRun, approvals: store.approvals, runs: store.runs });
  return (id: string, isApproved = true) => answer({ id, isApproved, reason: null }, { principal: EVERYBODY });
}
