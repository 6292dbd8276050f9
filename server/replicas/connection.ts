/** What every connection to PostgreSQL has in common, and what may be said of one in a log. */
import type { ClientConfig } from 'pg';

/** How long a server may take to let a connection in, and to answer one statement. Both are below the lease of a replica. */
const CONNECT_MS = 5000;
const STATEMENT_MS = 5000;
/** How long a transaction may be left open by a process that stands still: it would hold its locks past the lease. */
const IDLE_TRANSACTION_MS = 5000;
/** After so long without a word TCP asks whether the other side is there. */
const KEEP_ALIVE_MS = 10_000;

/**
 * The settings of a connection, for a client or a pool of `pg`. `purpose` says in `pg_stat_activity` what it is for. What the URL says
 * itself (`sslmode`, `application_name`, `statement_timeout`, `options`) wins. Throws an error that says what is wrong with the URL.
 */
export function toClientConfig(url: string, purpose: string): ClientConfig {
  const problem = findUrlProblem(url);
  if (problem) throw new Error(problem);
  return {
    connectionString: url,
    application_name: `agent-runtimes ${purpose}`,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    statement_timeout: STATEMENT_MS,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
  };
}

/** The settings without those that a pooler may refuse: it takes only what it knows at the start of a connection. */
export function withoutServerTimeouts(config: ClientConfig): ClientConfig {
  const { statement_timeout: _statement, idle_in_transaction_session_timeout: _idle, ...rest } = config;
  return rest;
}

/** Whether a pooler refused a connection because of what {@link withoutServerTimeouts} leaves out. */
export const isTimeoutRefused = (error: unknown): boolean =>
  error instanceof Error && /(unsupported startup|unrecognized configuration) parameter.*timeout/i.test(error.message);

/** What is wrong with the address of a database, as a sentence without any of it; undefined when it can be tried. */
export function findUrlProblem(url: string): string | undefined {
  const parsed = URL.parse(url);
  if (!parsed || !/^postgres(ql)?:$/.test(parsed.protocol)) {
    return 'A database URL has the form postgres://user:password@host:5432/database, with odd characters of the password as %XX';
  }
  // Of `user:pass/word@host` the password would be taken for a port and a path, and be told as such by errors.
  if (
    `${parsed.pathname}${parsed.hash}`.includes('@') ||
    parsed.hash ||
    [...parsed.searchParams.keys()].some((key) => key.includes('@'))
  ) {
    return 'The password in a database URL must have its / ? # and @ as %2F %3F %23 and %40';
  }
  return undefined;
}

/** The address of a database as logs and errors may show it: where it leads, and nothing that opens it. */
export function withoutPassword(url: string): string {
  const parsed = URL.parse(url);
  if (!parsed || findUrlProblem(url)) return 'postgres://***';
  if (parsed.password) parsed.password = '***';
  for (const key of SECRET_PARAMETERS) if (parsed.searchParams.has(key)) parsed.searchParams.set(key, '***');
  return parsed.href;
}

const SECRET_PARAMETERS = ['password', 'sslpassword'];

/** What went wrong with a database, in one line without the passwords of its addresses. */
export function describeDatabaseError(error: unknown, urls: readonly string[]): string {
  const secrets = urls.flatMap(secretsOf).sort((a, b) => b.length - a.length);
  return secrets.reduce((text, secret) => text.replaceAll(secret, '***'), describe(error));
}

function describe(error: unknown): string {
  // Of a host with several addresses, each of which was tried.
  if (error instanceof AggregateError) return error.errors.map(describe).join('; ');
  return error instanceof Error ? error.message || error.name : String(error);
}

function secretsOf(url: string): string[] {
  const parsed = URL.parse(url);
  if (!parsed) return [url];
  const raw = /:\/\/[^:@/]*:(.*)@/s.exec(url)?.[1] ?? '';
  const written = [raw, parsed.password, ...SECRET_PARAMETERS.flatMap((key) => parsed.searchParams.getAll(key))];
  return [...new Set([...written, ...written.map(decode)])].filter((secret) => secret !== '');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
