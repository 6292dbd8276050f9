import type { Client, ClientConfig, QueryResult } from 'pg';
import { settlesWithin } from '../async/settles-within.ts';
import { isTimeoutRefused, withoutServerTimeouts } from './connection.ts';

/** How long a statement may stay unanswered; past that the connection counts as dead. The server's own limit comes first. */
const ANSWER_MS = 6000;
/** How long an end that is asked for politely may take. */
const END_MS = 1000;

/** One connection to PostgreSQL for one purpose, on which nobody waits in vain and whose end is told. Ask it one thing after the other. */
export class Session {
  readonly #client: Client;
  readonly #over = new AbortController();

  /** Connects. Throws what `pg` says when that fails. When `signal` aborts, it is given up or closed. */
  static async open(config: ClientConfig, signal: AbortSignal): Promise<Session> {
    try {
      return await Session.#connect(config, signal);
    } catch (error) {
      if (!isTimeoutRefused(error)) throw error;
      return await Session.#connect(withoutServerTimeouts(config), signal);
    }
  }

  static async #connect(config: ClientConfig, signal: AbortSignal): Promise<Session> {
    const { Client } = await import('pg');
    signal.throwIfAborted();
    const session = new Session(new Client(config));
    let isConnected = false;
    const leave = () => (isConnected ? void session.close() : session.drop(signal.reason));
    signal.addEventListener('abort', leave, { once: true, signal: session.over });
    try {
      await session.#client.connect();
    } catch (error) {
      session.drop(error);
      throw error;
    }
    isConnected = true;
    return session;
  }

  private constructor(client: Client) {
    this.#client = client;
    // An error of a connection that nobody listens to ends the process, also one that comes after its end.
    client.on('error', (error) => this.drop(error));
    client.on('end', () => this.drop(new Error('The connection was closed')));
  }

  /** Aborts when the connection has ended, with what ended it. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** Calls `listener` with the payload of each notification that comes. */
  onNotification(listener: (payload: string) => void): void {
    this.#client.on('notification', ({ payload }) => listener(payload ?? ''));
  }

  /** What the server answers. Throws what it refuses, and when there is no answer, which ends the connection. */
  async query(text: string, values: readonly unknown[] = []): Promise<QueryResult> {
    this.over.throwIfAborted();
    const answer = this.#client.query(text, [...values]);
    const settled = answer.then(ignore, ignore);
    if (!(await settlesWithin(settled, ANSWER_MS))) this.drop(new Error('The server does not answer'));
    this.over.throwIfAborted();
    return await answer;
  }

  /** Ends the connection at once, whatever the server says. */
  drop(reason: unknown): void {
    if (this.over.aborted) return;
    this.#over.abort(reason);
    this.#client.connection.stream.destroy();
  }

  /** Says goodbye to the server, and ends the connection when it does not answer. */
  async close(): Promise<void> {
    if (!this.over.aborted) await settlesWithin(this.#client.end(), END_MS);
    this.drop(new Error('The connection was closed'));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const ignore = (): void => undefined;
