/** A run of the campaign: how it is asked for, and who reads it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet, Replica } from './fleet.ts';
import { type Plan, toMessage } from './plan.ts';
import type { Random } from './random.ts';
import { Reader } from './reader.ts';
import { jsonOf, type Wire } from './wire.ts';

/** What all that happens in one round is made with. */
export interface Round {
  /** What the ids of its conversations begin with. */
  readonly prefix: string;
  readonly fleet: Fleet;
  readonly wire: Wire;
  readonly random: Random;
  /** The agent that is asked. */
  readonly agent: string;
  /** The replica that something happens to. */
  readonly victim: Replica;
  readonly runs: TriedRun[];
  /** What stories have found wrong. */
  readonly problems: string[];
}

/** A run that somebody asked for. */
export interface TriedRun {
  readonly id: string;
  readonly conversation: string;
  readonly plan: Plan;
  /** The step it begins with: a run that acts on answers begins behind the calls. */
  readonly from: number;
  /** The one of whoever asked for it first, where somebody waits for its answer. */
  readonly readers: Reader[];
  /** Whether somebody has asked for its end. */
  wasAskedToEnd: boolean;
  /** Whether it was refused because its conversation had another one. */
  wasRefused: boolean;
}

interface Asking {
  readonly conversation: string;
  readonly plan: Plan;
  readonly replica: Replica;
  readonly isDetached?: boolean;
  readonly whenBusy?: 'reject' | 'queue' | 'interrupt';
}

const READERS_ELSEWHERE = 2;
const AGAIN_MS = 250;
const PATIENCE_MS = 60_000;

/** Asks for a run, and for it again where that failed in a way after which a client does so. `over` resolves when all of its readers have its end. */
export function askForRun(round: Round, asking: Asking): { readonly run: TriedRun; readonly over: Promise<void> } {
  const { plan, conversation, replica } = asking;
  const run = noteRun(round, { id: `run-${plan.name}`, conversation, plan });
  const [first, ...others] = run.readers;
  const begun = first ? begin(round, { run, reader: first, asking }) : Promise.resolve();
  const following = others.map((reader) => reader.follow(reader.another(replica)));
  const over = begun.then(async () => {
    if (run.wasRefused) for (const reader of others) reader.leave();
    await Promise.all(following);
  });
  return { run, over };
}

/** Follows a run that answers to approvals have started, on several replicas. */
export async function followRun(
  round: Round,
  { replica, ...named }: Pick<TriedRun, 'id' | 'conversation' | 'plan' | 'from'> & { readonly replica: Replica },
): Promise<void> {
  const run = noteRun(round, named);
  await Promise.all(run.readers.map((reader) => reader.follow(reader.another(replica))));
}

function noteRun(
  { runs, fleet, wire, random }: Round,
  { id, conversation, plan, from = 0 }: Pick<TriedRun, 'id' | 'conversation' | 'plan'> & { readonly from?: number },
): TriedRun {
  const readers = Array.from({ length: 1 + READERS_ELSEWHERE }, () => new Reader({ fleet, wire, random, runId: id }));
  const run = { id, conversation, plan, from, readers, wasAskedToEnd: false, wasRefused: false };
  runs.push(run);
  return run;
}

interface Begin {
  readonly run: TriedRun;
  readonly reader: Reader;
  readonly asking: Asking;
}

async function begin({ agent }: Round, { run, reader, asking }: Begin): Promise<void> {
  const { conversation, plan, isDetached = false, whenBusy } = asking;
  const body = {
    message: toMessage(plan),
    conversation_id: conversation,
    run_id: run.id,
    background: isDetached,
    ...(whenBusy && { when_busy: whenBusy }),
  };
  let { replica } = asking;
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; ) {
    const answer = await reader.listen(replica, `/agents/${agent}/prompt`, { method: 'POST', body });
    if (reader.end) return;
    const { code } = answer ? jsonOf(answer) : {};
    if (!answer || answer.status === 200 || code === 'run-exists') return reader.follow(reader.another(replica));
    if (code === 'conversation-busy' && whenBusy === 'reject') {
      run.wasRefused = true;
      return;
    }
    await sleep(AGAIN_MS);
    replica = reader.another(replica);
  }
}
