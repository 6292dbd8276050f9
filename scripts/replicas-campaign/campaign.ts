/** Many rounds, in lanes beside each other: each lane has servers and a PostgreSQL of its own. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { ownFolder } from '../own.ts';
import { keepEvidence } from './evidence.ts';
import { Fleet } from './fleet.ts';
import type { Kind } from './kinds.ts';
import { type PlannedModel, startPlannedModel } from './model.ts';
import { type RoundResult, runRound } from './round.ts';
import { watchRows } from './rows.ts';
import { type NotedTools, startNotedTools } from './tools.ts';

/** A round, and what became of it. */
export interface Outcome extends Pick<RoundResult, 'endedMs' | 'storedMs' | 'tookMs' | 'problems' | 'happened'> {
  readonly kind: Kind;
  /** Such as `l2r14`. */
  readonly name: string;
  /** How many runs ended how. */
  readonly statuses: Readonly<Record<string, number>>;
  /** How many streams were read, and how many frames. */
  readonly streams: number;
  readonly frames: number;
  /** Where its evidence is; undefined when nothing is wrong. */
  readonly evidence?: string | undefined;
}

/** What a campaign consists of. */
export interface CampaignOptions {
  readonly kinds: readonly Kind[];
  /** How many rounds, of each kind in turn. */
  readonly rounds: number;
  /** How many replicas each lane has. */
  readonly lanes: readonly number[];
  readonly seed: number;
  readonly scale: number;
  /** Where the evidence of rounds goes in which something is wrong. */
  readonly evidence: string;
  /** The file Node runs as a server; absent: the sources of this repository. */
  readonly entry?: string;
  readonly onRound?: (outcome: Outcome) => void;
}

/** Runs it. Kinds of durable runs are left out where the servers know no such runs. Throws when servers cannot be started. */
export async function runCampaign(options: CampaignOptions): Promise<Outcome[]> {
  await using home = await ownFolder('agent-runtimes-replicas-');
  // As root, PostgreSQL runs as another user, who must get there.
  chmodSync(home.path, 0o711);
  await using model = await startPlannedModel();
  await using tools = await startNotedTools();
  const { kinds, rounds, lanes } = options;
  const waiting = Array.from({ length: kinds.length ? rounds : 0 }, (_, round) => kinds[round % kinds.length]);
  const take = (fits: (kind: Kind) => boolean): Kind | undefined => {
    const at = waiting.findIndex((kind) => kind !== undefined && fits(kind));
    return at < 0 ? undefined : waiting.splice(at, 1)[0];
  };
  const outcomes = await Promise.all(
    lanes.map((replicas, index) =>
      runLane({ ...options, model, tools, take, replicas, lane: index + 1, folder: join(home.path, `${index + 1}`) }),
    ),
  );
  return outcomes.flat();
}

interface Lane extends CampaignOptions {
  readonly lane: number;
  readonly replicas: number;
  readonly folder: string;
  readonly model: PlannedModel;
  readonly tools: NotedTools;
  /** The next kind of those that fit. */
  take(fits: (kind: Kind) => boolean): Kind | undefined;
}

async function runLane(lane: Lane): Promise<Outcome[]> {
  const { replicas, folder, model, tools, entry, take, onRound } = lane;
  await using fleet = await Fleet.open({ folder, replicas, model, tools, entry });
  await watchRows(fleet.databaseUrl);
  const fits = (kind: Kind) => kind.replicas <= replicas && (fleet.hasDurable || !kind.isDurable);
  const outcomes: Outcome[] = [];
  for (let kind = take(fits); kind; kind = take(fits)) {
    const outcome = await tryRound(lane, { fleet, kind, number: outcomes.length + 1 });
    outcomes.push(outcome);
    onRound?.(outcome);
  }
  return outcomes;
}

async function tryRound(
  { tools, scale, seed, lane, evidence }: Lane,
  { fleet, kind, number }: { readonly fleet: Fleet; readonly kind: Kind; readonly number: number },
): Promise<Outcome> {
  const name = `l${lane}r${number}`;
  const result = await runRound({ fleet, tools, kind, scale, prefix: name, seed: seed + lane * 100_003 + number });
  const { problems, happened, endedMs, storedMs, tookMs } = result;
  const statuses: Record<string, number> = {};
  for (const { status } of result.rows.runs) statuses[status] = (statuses[status] ?? 0) + 1;
  const streams = result.round.runs.flatMap(({ readers }) => readers.flatMap(({ exchanges }) => exchanges));
  return {
    kind,
    name,
    problems,
    happened,
    endedMs,
    storedMs,
    tookMs,
    statuses,
    streams: streams.filter(({ frames }) => frames.length).length,
    frames: streams.reduce((sum, { frames }) => sum + frames.length, 0),
    ...(problems.length && { evidence: await keepEvidence(evidence, `${name}-${kind.name}`, result) }),
  };
}
