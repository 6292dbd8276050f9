/** What happens to replicas and to their database: the table of all kinds of rounds. A new kind is a new entry. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  crash,
  cutAgain,
  holdAnswers,
  keepApart,
  killAndReplace,
  killAnother,
  LEASE_MS,
  PAST_LEASE_MS,
  refuse,
  restart,
  roll,
  standStill,
  type Trouble,
} from './troubles.ts';

/** A kind of rounds. */
export interface Kind {
  readonly name: string;
  readonly title: string;
  /** How many replicas it takes. */
  readonly replicas: number;
  /** Whether requests may be answered with 503 and `Retry-After`. */
  readonly mayRefuse: boolean;
  /** Whether runs of a replica that is told to end may end, when its grace is over. */
  readonly mayDrain: boolean;
  /** Whether its runs are of an agent whose runs go on elsewhere. */
  readonly isDurable: boolean;
  /** Whether it belongs to the short form. */
  readonly isShort: boolean;
  /** Lets it happen, and resolves when everybody is there again. */
  run(trouble: Trouble): Promise<void>;
}

type Written = Pick<Kind, 'title' | 'run'> & Partial<Kind>;

/** What is away for less than this is taken for dead by nobody, and its transactions are not given up by the database. */
const BELOW_LEASE_MS = 3500;

const PLAIN: Readonly<Record<string, Written>> = {
  kill: { title: 'a replica is killed with kill -9', isShort: true, run: killAndReplace },
  'kill-two': {
    title: 'a replica is killed, and another one while it may be taking over',
    replicas: 3,
    async run(trouble) {
      const first = killAndReplace(trouble);
      await sleep(trouble.random.between(LEASE_MS - 1000, LEASE_MS + 2500));
      await killAnother(trouble);
      await first;
    },
  },
  stop: {
    title: 'a replica stands still for longer than its lease',
    isShort: true,
    run: (trouble) => standStill(trouble, PAST_LEASE_MS),
  },
  blink: {
    title: 'a replica stands still for less than its lease',
    isShort: true,
    run: (trouble) => standStill(trouble, trouble.random.between(1000, BELOW_LEASE_MS)),
  },
  cut: { title: 'the connections of a replica to PostgreSQL are cut, again and again', isShort: true, run: cutAgain },
  refuse: {
    title: 'PostgreSQL cannot be reached from a replica for less than its lease',
    isShort: true,
    run: (trouble) => refuse(trouble, trouble.random.between(500, BELOW_LEASE_MS)),
  },
  away: {
    title: 'PostgreSQL hears nothing of a replica for longer than its lease',
    isShort: true,
    run: (trouble) => keepApart(trouble, PAST_LEASE_MS),
  },
  'lost-answers': {
    title: 'answers of PostgreSQL are held back, and their connections cut',
    isShort: true,
    run: holdAnswers,
  },
  restart: { title: 'PostgreSQL is restarted', isShort: true, run: restart },
  crash: {
    title: 'PostgreSQL is killed with kill -9 and started again',
    isShort: true,
    run: (trouble) => crash(trouble, trouble.random.between(0, 2000)),
  },
  outage: {
    title: 'PostgreSQL is away for longer than a lease',
    run: (trouble) => crash(trouble, trouble.random.between(LEASE_MS + 500, 2 * LEASE_MS)),
  },
  drain: {
    title: 'a replica is told to end, and another one takes its place',
    isShort: true,
    run: (trouble) => roll(trouble, [trouble.victim]),
  },
  rolling: {
    title: 'all replicas are replaced, one after the other',
    run: (trouble) => roll(trouble, [trouble.victim, ...trouble.fleet.up.filter((one) => one !== trouble.victim)]),
  },
  'kill-and-restart': {
    title: 'a replica is killed, and PostgreSQL restarted before anybody takes over',
    async run(trouble) {
      const killing = killAndReplace(trouble);
      await sleep(trouble.random.between(0, LEASE_MS));
      await restart(trouble);
      await killing;
    },
  },
};

/** The kinds in which the database may be away, and those in which replicas are told to end. */
const REFUSING = ['cut', 'refuse', 'away', 'lost-answers', 'restart', 'crash', 'outage', 'kill-and-restart'];
const DRAINING = ['drain', 'rolling'];
/** What durable runs must outlive, and which of it belongs to the short form. */
const DURABLE = ['kill', 'kill-two', 'stop', 'away', 'lost-answers', 'crash', 'drain', 'rolling'];
const DURABLE_SHORT = ['kill', 'drain'];

const toKind = (name: string, written: Written): Kind => ({
  name,
  replicas: 2,
  mayRefuse: REFUSING.includes(name) || DRAINING.includes(name),
  mayDrain: DRAINING.includes(name),
  isDurable: false,
  isShort: false,
  ...written,
});

const plain = Object.entries(PLAIN).map(([name, written]) => toKind(name, written));

/** Every kind, in the order in which they are told. */
export const KINDS: readonly Kind[] = [
  ...plain,
  ...plain
    .filter(({ name }) => DURABLE.includes(name))
    .map((kind) => ({
      ...kind,
      name: `durable-${kind.name}`,
      title: `durable runs: ${kind.title}`,
      isDurable: true,
      isShort: DURABLE_SHORT.includes(kind.name),
    })),
];
