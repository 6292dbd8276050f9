/** What callers do in a round: each story is about one conversation. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Replica } from './fleet.ts';
import { type Plan, type PlannedStep, type ToolName, toMessage } from './plan.ts';
import { askForRun, followRun, type Round, type TriedRun } from './tried-run.ts';
import { type Exchange, jsonOf } from './wire.ts';

/** A story on a conversation of its own; `replica` is asked first. Resolves when all readers of its runs have their ends. */
type Story = (round: Round, conversation: string, replica: Replica) => Promise<void>;

/** The stories, by what happens in them. */
export const STORIES = {
  attached: (round, conversation, replica) => ask(round, conversation, replica, [words(round)]).over,
  detached: (round, conversation, replica) => askInBackground(round, conversation, replica, [words(round)]).over,
  attachedTools: (round, conversation, replica) => ask(round, conversation, replica, withTools(round)).over,
  detachedTools: (round, conversation, replica) => askInBackground(round, conversation, replica, withTools(round)).over,
  approval: (round, conversation, replica) => approve(round, { conversation, replica, calls: 1 }),
  approvals: (round, conversation, replica) => approve(round, { conversation, replica, calls: 2 }),
  queued: tellQueued,
  interrupted: tellInterrupted,
  cancelled: tellCancelled,
  refused: tellRefused,
} as const satisfies Readonly<Record<string, Story>>;

/** The name of a story. */
export type StoryName = keyof typeof STORIES;

const PACE_MS = 50;

const words = ({ random }: Round): PlannedStep => ({ words: random.whole(15, 50), calls: [] });
const longer = ({ random }: Round): PlannedStep => ({ words: random.whole(40, 90), calls: [] });
const callsOf = (round: Round, tool: ToolName, count: number) =>
  Array.from({ length: count }, () => ({ tool, call: '', ms: round.random.whole(50, 900) }));
const withTools = (round: Round): PlannedStep[] => [
  { words: round.random.whole(3, 15), calls: callsOf(round, 'note', 1) },
  { words: round.random.whole(3, 15), calls: callsOf(round, 'note', 3) },
  { words: round.random.whole(3, 15), calls: callsOf(round, 'note', 1) },
  words(round),
];

let plans = 0;

/** A plan with a name, and a name for each of its calls. */
function toPlan(conversation: string, steps: readonly PlannedStep[]): Plan {
  const name = `${conversation}-${++plans}`;
  return {
    name,
    paceMs: PACE_MS,
    steps: steps.map((step, index) => ({
      ...step,
      calls: step.calls.map((call, place) => ({ ...call, call: `${name}-${index}-${place}` })),
    })),
  };
}

function ask(round: Round, conversation: string, replica: Replica, steps: readonly PlannedStep[]) {
  return askForRun(round, { conversation, replica, plan: toPlan(conversation, steps) });
}

function askInBackground(round: Round, conversation: string, replica: Replica, steps: readonly PlannedStep[]) {
  return askForRun(round, { conversation, replica, plan: toPlan(conversation, steps), isDetached: true });
}

/** Others wait for the conversation at other replicas, each of them for all before. */
async function tellQueued(round: Round, conversation: string, replica: Replica): Promise<void> {
  const first = askInBackground(round, conversation, replica, [words(round)]);
  await untilHeard(first.run, first.over);
  const others = [1, 2].map(() => {
    const plan = toPlan(conversation, [{ words: 5, calls: [] }]);
    return askForRun(round, { conversation, plan, replica: elsewhere(round, replica), whenBusy: 'queue' });
  });
  await Promise.all([first, ...others].map(({ over }) => over));
}

/** Another one ends the first from another replica, and takes its place. */
async function tellInterrupted(round: Round, conversation: string, replica: Replica): Promise<void> {
  const first = askInBackground(round, conversation, replica, [longer(round)]);
  await untilHeard(first.run, first.over);
  await sleep(round.random.whole(0, 1000));
  first.run.wasAskedToEnd = true;
  const plan = toPlan(conversation, [words(round)]);
  const next = askForRun(round, { conversation, plan, replica: elsewhere(round, replica), whenBusy: 'interrupt' });
  await Promise.all([first.over, next.over]);
}

/** Somebody cancels it from another replica. */
async function tellCancelled(round: Round, conversation: string, replica: Replica): Promise<void> {
  const steps = [longer(round)];
  const { run, over } = round.random.one([ask, askInBackground])(round, conversation, replica, steps);
  await untilHeard(run, over);
  await sleep(round.random.whole(0, 1500));
  run.wasAskedToEnd = true;
  const path = `/runs/${run.id}/cancel`;
  const answer = await askUntilAnswered(round, elsewhere(round, replica), path, {});
  const { status } = jsonOf(answer);
  if (answer.status === 200 && status === 'running') round.problems.push(`${run.id} runs after it was cancelled`);
  await over;
}

/** Another prompt comes to another replica while the first runs, and does not wait. */
async function tellRefused(round: Round, conversation: string, replica: Replica): Promise<void> {
  const first = askInBackground(round, conversation, replica, [words(round)]);
  await untilHeard(first.run, first.over);
  const plan = toPlan(conversation, [{ words: 5, calls: [] }]);
  const next = askForRun(round, { conversation, plan, replica: elsewhere(round, replica), whenBusy: 'reject' });
  await Promise.all([first.over, next.over]);
}

interface Approving {
  readonly conversation: string;
  readonly replica: Replica;
  /** How many calls wait: one is answered on two replicas at once, and of two each on another one. */
  readonly calls: 1 | 2;
}

async function approve(round: Round, { conversation, replica, calls }: Approving): Promise<void> {
  const steps = [{ words: round.random.whole(3, 20), calls: callsOf(round, 'guarded', calls) }, words(round)];
  const { run, over } = askInBackground(round, conversation, replica, steps);
  await over;
  const asked = run.readers[0]?.end?.event.data.approvals;
  const ids: string[] = Array.isArray(asked) ? asked.map(({ id }) => String(id)) : [];
  if (ids.length !== calls) return;
  await sleep(round.random.whole(0, 2000));
  const at = choose(round);
  const beside = elsewhere(round, at);
  const [first = '', second = first] = ids;
  await Promise.all([answerApproval(round, first, at), answerApproval(round, second, beside)]);
  const id = await findResumed(round, conversation);
  if (id === undefined) round.problems.push(`${conversation}: its approvals are answered, and no run acts on that`);
  else await followRun(round, { id, conversation, plan: run.plan, from: 1, replica: at });
}

/** Answers until the answer is taken, of this or of somebody else. */
async function answerApproval(round: Round, id: string, replica: Replica): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let asked = replica; ; asked = elsewhere(round, asked)) {
    const answer = await askUntilAnswered(round, asked, `/approvals/${id}`, { approved: true });
    const { code } = jsonOf(answer);
    if (answer.status === 200 || code === 'approval-resolved') return;
    // One that stood still may take the run for its own that it has lost.
    if (code !== 'conversation-busy' || Date.now() > deadline) {
      round.problems.push(`approval ${id} is answered with ${answer.status} ${answer.body}`);
      return;
    }
    await sleep(LOOK_MS);
  }
}

const RESUMED_MS = 10_000;
const LOOK_MS = 200;

/** The run that acts on the approvals of a conversation, once all of them have one. */
async function findResumed(round: Round, conversation: string): Promise<string | undefined> {
  for (const deadline = Date.now() + RESUMED_MS; Date.now() < deadline; ) {
    const path = `/approvals?status=approved&conversation_id=${conversation}`;
    const { approvals } = jsonOf(await round.wire.ask(choose(round), path).ended);
    const ids = Array.isArray(approvals) ? approvals.map(({ resumed_by: id }) => id) : [];
    const [first] = ids;
    if (typeof first === 'string' && ids.every((id) => id === first)) return first;
    await sleep(LOOK_MS);
  }
  return undefined;
}

const PATIENCE_MS = 40_000;

/** Asks until there is an answer that asking again changes nothing of, each time elsewhere. */
async function askUntilAnswered(round: Round, replica: Replica, path: string, body: object): Promise<Exchange> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let asked = replica; ; asked = elsewhere(round, asked)) {
    const answer = await round.wire.ask(asked, path, { method: 'POST', body }).ended;
    const isAnswered = answer.status !== undefined && answer.status < 500;
    if (isAnswered || Date.now() > deadline) return answer;
    await sleep(LOOK_MS);
  }
}

/** How long a replica that stood still may take to learn what it has lost. */
const WAKE_MS = 2000;

/** Every conversation takes its next prompt at once, at any replica. */
export async function sayNext(round: Round, lost: ReadonlySet<Replica>): Promise<void> {
  const conversations = [...new Set(round.runs.map(({ conversation }) => conversation))];
  const deadline = Date.now() + WAKE_MS;
  await Promise.all(
    conversations.map(async (conversation) => {
      const plan = { name: `${conversation}-next`, paceMs: 1, steps: [{ words: 2, calls: [] }] };
      const run = { id: `run-${plan.name}`, conversation, plan, from: 0, readers: [] };
      round.runs.push({ ...run, wasAskedToEnd: false, wasRefused: false });
      const body = { message: toMessage(plan), conversation_id: conversation, run_id: run.id };
      for (const replica = choose(round); ; await sleep(LOOK_MS)) {
        const path = `/agents/${round.agent}/prompt/sync`;
        const answer = await round.wire.ask(replica, path, { method: 'POST', body }).ended;
        if (answer.status === 200) return;
        const mayBeBusy = lost.has(replica) && jsonOf(answer).code === 'conversation-busy' && Date.now() < deadline;
        if (mayBeBusy) continue;
        round.problems.push(`${conversation}: its next prompt: ${answer.status} ${answer.body ?? answer.failure}`);
        return;
      }
    }),
  );
}

/** A replica as a balancer would choose it. */
export const choose = ({ fleet, random, victim }: Round): Replica => (fleet.up.length ? random.one(fleet.up) : victim);

/** Another one than that. */
function elsewhere(round: Round, replica: Replica): Replica {
  const others = round.fleet.up.filter((other) => other !== replica);
  return others.length ? round.random.one(others) : choose(round);
}

/** Resolves when anything of a run has come to a reader, or it is over. */
async function untilHeard({ readers }: TriedRun, over: Promise<void>): Promise<void> {
  let isOver = false;
  void over.then(() => (isOver = true));
  while (!isOver && !readers.some(({ hasHeard }) => hasHeard)) await sleep(20);
}
