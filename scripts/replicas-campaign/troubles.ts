/** What can happen to replicas and to their database. Each resolves when everybody is there again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet, Replica } from './fleet.ts';
import type { Random } from './random.ts';

/** Where and to whom it happens. */
export interface Trouble {
  readonly fleet: Fleet;
  readonly victim: Replica;
  readonly random: Random;
  /** Notes that a replica may lose its runs from now on. */
  lose(replica: Replica): void;
  /** Notes what happens, for whoever looks into the round later. */
  note(text: string): void;
}

/** The lease of a replica, and what is beyond it and the look for it for sure. */
export const LEASE_MS = 8000;
export const PAST_LEASE_MS = 11_500;

const CUTS = 6;
const HOLDS = 3;

/** Kills the victim, and starts another one in its place. */
export async function killAndReplace({ fleet, victim, note, lose }: Trouble): Promise<void> {
  note(`kill -9 ${victim.name}`);
  lose(victim);
  fleet.kill(victim);
  const { name } = await fleet.start(victim.place);
  note(`${name} is there`);
}

/** Does the same to one in another place, which may have taken runs over by now. */
export async function killAnother(trouble: Trouble): Promise<void> {
  const victim = trouble.fleet.up.find(({ place }) => place !== trouble.victim.place);
  if (victim) await killAndReplace({ ...trouble, victim });
}

/** Lets the victim stand still for a while. */
export async function standStill({ fleet, victim, note, lose }: Trouble, ms: number): Promise<void> {
  note(`SIGSTOP ${victim.name}`);
  if (ms > LEASE_MS) lose(victim);
  fleet.stop(victim);
  await sleep(ms);
  fleet.goOn(victim);
  note(`SIGCONT ${victim.name}`);
}

/** Cuts the connections of the victim to the database, again and again. */
export async function cutAgain({ victim, random, note }: Trouble): Promise<void> {
  for (let cut = 0; cut < CUTS; cut++) {
    note(`cut ${victim.name}`);
    victim.proxy.cut();
    await sleep(random.between(50, 600));
  }
}

/** Lets the victim not reach the database for a while. */
export async function refuse({ victim, note }: Trouble, ms: number): Promise<void> {
  note(`refuse ${victim.name}`);
  victim.proxy.refuse();
  victim.proxy.cut();
  await sleep(ms);
  await victim.proxy.resume();
  note(`resume ${victim.name}`);
}

/** Passes nothing on between the victim and the database for a while, and then all of it. */
export async function keepApart({ victim, note, lose }: Trouble, ms: number): Promise<void> {
  note(`stall ${victim.name}`);
  lose(victim);
  victim.proxy.stall('everything');
  await sleep(ms);
  await victim.proxy.resume();
  note(`resume ${victim.name}`);
}

/** Lets the database do what the victim asks, and the victim not hear of it, again and again. */
export async function holdAnswers({ victim, random, note }: Trouble): Promise<void> {
  for (let time = 0; time < HOLDS; time++) {
    note(`stall answers to ${victim.name}`);
    victim.proxy.stall('answers');
    await sleep(random.between(100, 900));
    victim.proxy.cut();
    await victim.proxy.resume();
    note(`cut and resume ${victim.name}`);
    await sleep(random.between(100, 900));
  }
}

/** Restarts the database in good order. */
export async function restart({ fleet, note }: Trouble): Promise<void> {
  note('restart PostgreSQL');
  await fleet.postgres.restart();
  note('PostgreSQL is there again');
}

/** Kills the database, and starts it again a while later. */
export async function crash({ fleet, note }: Trouble, awayMs: number): Promise<void> {
  note('kill -9 PostgreSQL');
  await fleet.postgres.kill();
  await sleep(awayMs);
  await fleet.postgres.restart();
  note('PostgreSQL is there again');
}

/** Tells replicas to end, and starts others in their places, one after the other. Throws when one does not end in good order. */
export async function roll({ fleet, note }: Trouble, replicas: readonly Replica[]): Promise<void> {
  for (const replica of replicas) {
    note(`SIGTERM ${replica.name}`);
    const code = await fleet.drain(replica);
    note(`${replica.name} has ended with ${code}`);
    if (code !== 0) throw new Error(`${replica.name} ended with code ${code} when it was told to end`);
    const { name } = await fleet.start(replica.place);
    note(`${name} is there`);
  }
}
