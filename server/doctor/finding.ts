/** What the doctor looks at, and what it says of it. */
import type { Options } from '../options.ts';

/** How a thing was found. `warn`: the server runs, with less than it could; `fail`: it does not run, or not as asked; `skip`: not looked at. */
export type Verdict = 'ok' | 'warn' | 'fail' | 'skip';

/** One line of the report. Holds no secret. */
export interface Finding {
  readonly verdict: Verdict;
  /** What was looked at, such as `data folder`. */
  readonly check: string;
  /** What was found, in one sentence. */
  readonly found: string;
  /** What to do; absent when there is nothing to do. */
  readonly advice?: string | undefined;
}

/** What a check may know, and what it may do. */
export interface DoctorWorld {
  /** The options a server would be started with. */
  readonly options: Options;
  readonly environment: NodeJS.ProcessEnv;
  /** The flags that stand on the command line, which others of this machine can read. */
  readonly flags: ReadonlySet<string>;
  /** Whether providers may be asked. */
  readonly mayAskNetwork: boolean;
  readonly mayStartMcpServers: boolean;
  readonly mayStartSandbox: boolean;
  /** By how much this clock is ahead of those that have answered, in milliseconds; checks add to it. */
  readonly clocksAhead: { readonly host: string; readonly ms: number }[];
  /** The models that stored agents name; the check of the store adds them. */
  readonly agentModels: Set<string>;
  /** Aborts when the check is to end: it then ends what it has started. */
  readonly signal: AbortSignal;
  /** Notes a sign of life of what the check waits for; each finding is one too. */
  heard(): void;
}

/** Something the doctor looks at. */
export interface Check {
  readonly name: string;
  /** How long there may be no sign of life; that what it has started computes is one, where that can be seen. */
  readonly silenceMs: number;
  /** Looks, and leaves everything as it was. What takes long tells each finding as soon as it is known. What it throws becomes a finding. */
  run(world: DoctorWorld): Promise<readonly Finding[]> | AsyncIterable<Finding>;
}

export const ok = (check: string, found: string): Finding => ({ verdict: 'ok', check, found });
export const skip = (check: string, found: string, advice?: string): Finding => ({
  verdict: 'skip',
  check,
  found,
  advice,
});
export const warn = (check: string, found: string, advice: string): Finding => ({
  verdict: 'warn',
  check,
  found,
  advice,
});
export const fail = (check: string, found: string, advice: string): Finding => ({
  verdict: 'fail',
  check,
  found,
  advice,
});

/** What an error says, in one sentence. */
export const sentenceOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** The code of an error of the system, such as `ENOENT`; undefined for others. */
export const codeOf = (cause: unknown): string | undefined =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;

/** `1 file`, `2 files`. */
export const count = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? '' : 's'}`;

/** Bytes for people: `1.5 GB`, `20 MB`. */
export function toSize(bytes: number): string {
  const gigabytes = bytes / 1e9;
  if (gigabytes >= 1) return `${gigabytes.toFixed(1)} GB`;
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} KB`;
}
