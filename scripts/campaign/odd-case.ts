import { isDeepStrictEqual } from 'node:util';
import type { CalledServer, Caller } from './caller.ts';

/** One odd thing, and how it is tried. */
export interface OddCase {
  readonly title: string;
  /** The statuses of 500 and above that it asks for, such as that of a provider that fails. */
  readonly asks?: readonly number[];
  /** Tries it. What came, when that is wrong; undefined when it is right. */
  attempt(caller: Caller): Promise<string | undefined>;
}

/** A fresh server and what it talks to, with the cases that are tried on it. */
export interface Stage extends AsyncDisposable {
  readonly server: TriedServer;
  readonly cases: readonly OddCase[];
}

/** A server under trial. */
export interface TriedServer extends CalledServer, AsyncDisposable {
  /** Its empty home, with `data`, `mcp.json` and `skills` in it once they are written. */
  readonly home: string;
  /** What it has written to both outputs. */
  output(): string;
}

/** Cases that need servers of one kind. */
export interface StagePlan {
  readonly title: string;
  /** Whether its cases share something that each of them changes, so that they follow one another. */
  readonly isInOrder?: boolean;
  /** Whether it takes so long that the tests leave it out: a test of its own tries the same there. */
  readonly isLong?: boolean;
  /** Why it cannot be tried on this machine; absent: it can. */
  readonly missing?: string | undefined;
  /** How many cases there are, which count as lost when it does not open. */
  readonly size: number;
  open(entry: string | undefined): Promise<Stage>;
}

/** What belongs together in the table. */
export interface Group {
  readonly name: string;
  readonly stages: readonly StagePlan[];
}

/** That something is what it should be, as JSON: undefined, or a sentence with both. */
export function expectEqual(came: unknown, right: unknown): string | undefined {
  const [a = '', b = ''] = [came, right].map((value) => JSON.stringify(value) ?? 'nothing');
  const isEqual = isDeepStrictEqual(asJson(came), asJson(right));
  return isEqual ? undefined : `came ${a.slice(0, 400)}, right is ${b.slice(0, 400)}`;
}

const asJson = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
