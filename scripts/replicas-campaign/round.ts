/** One round: callers do what they do, something happens to the servers, and then everything is looked at. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Allowed } from './allowed.ts';
import { checkRound } from './check-round.ts';
import { AGENT, DURABLE_AGENT, type Fleet, type Replica } from './fleet.ts';
import type { Kind } from './kinds.ts';
import { findLate, measureEnds, type Times } from './measure.ts';
import { startRandom } from './random.ts';
import { type Rows, readRows } from './rows.ts';
import { choose, STORIES, type StoryName, sayNext } from './stories.ts';
import type { NotedTools } from './tools.ts';
import type { Round } from './tried-run.ts';
import { Wire } from './wire.ts';

/** What became of a round. */
export interface RoundResult extends Times {
  readonly round: Round;
  readonly rows: Rows;
  /** What happened to the servers, a line each. */
  readonly happened: readonly string[];
  /** What is wrong, a line each. */
  readonly problems: readonly string[];
  readonly tookMs: number;
}

interface RunRound {
  readonly fleet: Fleet;
  readonly tools: NotedTools;
  readonly kind: Kind;
  /** What no other round of the campaign is called. */
  readonly prefix: string;
  readonly seed: number;
  /** How many of each story there are. */
  readonly scale: number;
}

const BEFORE: readonly StoryName[] = [
  'attached',
  'detached',
  'attachedTools',
  'detachedTools',
  'approval',
  'approvals',
  'queued',
  'interrupted',
  'cancelled',
  'refused',
];
const DURING: readonly StoryName[] = ['attached', 'detachedTools', 'approval', 'queued', 'cancelled'];
/** How much of what is asked before is asked of the replica that something happens to. */
const OF_VICTIM = 0.6;
const ANSWERED_MS = 60_000;
const BUSY_MS = 15_000;

/** Runs one. Throws when the database cannot be read in the end. */
export async function runRound({ fleet, tools, kind, prefix, seed, scale }: RunRound): Promise<RoundResult> {
  const startedAt = Date.now();
  const random = startRandom(seed);
  const victim = random.one(fleet.up);
  const agent = kind.isDurable ? DURABLE_AGENT : AGENT;
  const round: Round = { prefix, agent, fleet, wire: new Wire(), random, victim, runs: [], problems: [] };
  const happened: string[] = [];
  const note = (text: string) => void happened.push(`${new Date().toISOString()} ${text}`);
  const lost = new Map<Replica, number>();
  const stories: Promise<void>[] = [];
  const tell = (names: readonly StoryName[], choosing: () => Replica) => {
    for (const name of Array.from({ length: scale }, () => names).flat())
      stories.push(STORIES[name](round, `${prefix}-${stories.length}-${name}`, choosing()));
  };
  tell(BEFORE, () => (random.between(0, 1) < OF_VICTIM ? victim : choose(round)));
  await Promise.all([sleep(random.between(500, 2500)), untilBusy(round)]);
  const lose = (replica: Replica) => void lost.set(replica, Date.now());
  const trouble = kind.run({ fleet, victim, random, note, lose }).catch((cause: unknown) => {
    round.problems.push(`the trouble itself failed: ${cause}`);
  });
  await sleep(random.between(100, 1500));
  tell(DURING, () => choose(round));
  await Promise.all([trouble, ...stories]);
  const { mayDrain, mayRefuse, isDurable } = kind;
  const allowed: Allowed = { mayDrain, mayRefuse, isDurable, lost: new Set(lost.keys()) };
  await sayNext(round, allowed.lost);
  await untilAllAnswered(round.wire);
  const rows = await readRows(fleet.databaseUrl, `${prefix}-`);
  const times = measureEnds(round, rows, { lost, isDurable });
  const problems = [...checkRound(round, { rows, tools, allowed }), ...findLate(times)];
  return { round, rows, happened, problems, ...times, tookMs: Date.now() - startedAt };
}

/** Waits until the victim is in the middle of something, which a busy machine has it be late. */
async function untilBusy({ wire, victim }: Round): Promise<void> {
  const isStreaming = () => wire.exchanges.some(({ replica, frames }) => replica === victim.name && frames.length > 0);
  for (const deadline = Date.now() + BUSY_MS; Date.now() < deadline && !isStreaming(); ) await sleep(20);
}

async function untilAllAnswered({ exchanges }: Wire): Promise<void> {
  for (const deadline = Date.now() + ANSWERED_MS; Date.now() < deadline; await sleep(50))
    if (exchanges.every(({ endedAt }) => endedAt !== undefined)) return;
}
