/** Which replicas there are, and which of them take requests now. */
import { request as startRequest } from 'node:http';

/** How the replicas are asked whether they are ready. */
export interface ProbeTimings {
  /** The pause between two questions to a replica, in milliseconds. */
  readonly probeMs: number;
  /** After how much silence it has not answered. */
  readonly probeSilenceMs: number;
}

/** `busy`: it answers, but takes nothing new, such as one that drains. `lost`: it does not answer. */
type State = 'ready' | 'busy' | 'lost';

const READY_PATH = '/api/v1/ready';
/** Of more the one that was used least recently is forgotten; its next request goes to any replica. */
const MAX_SESSIONS = 10_000;

/** The replicas behind a balancer: each is asked again and again whether it is ready. */
export class Targets {
  readonly #states = new Map<string, State>();
  readonly #asking = new Map<string, Promise<void>>();
  /** Which replica has made a session of MCP. */
  readonly #sessions = new Map<string, string>();
  readonly #timings: ProbeTimings;
  readonly #closing = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #turn = 0;

  constructor(timings: ProbeTimings) {
    this.#timings = timings;
    this.#timer = setInterval(() => {
      for (const target of this.#states.keys()) void this.#ask(target);
    }, timings.probeMs);
  }

  /** Replaces them by these roots, such as `http://127.0.0.1:41233`. Resolves when each of them has been asked. */
  async replace(targets: readonly string[]): Promise<void> {
    const origins = new Set(targets.map((target) => new URL(target).origin));
    for (const target of this.#states.keys()) if (!origins.has(target)) this.#states.delete(target);
    for (const target of origins) if (!this.#states.has(target)) this.#states.set(target, 'lost');
    await Promise.all([...origins].map((target) => this.#ask(target)));
  }

  /** The replicas to try, in this order: those that are ready in turn, and before them the one that has made the session. */
  inTurn(sessionId: string | undefined): readonly string[] {
    const ready = [...this.#states].filter(([, state]) => state === 'ready').map(([target]) => target);
    const maker = sessionId === undefined ? undefined : this.#sessions.get(sessionId);
    // One that drains lets its sessions end what they are in the middle of.
    if (sessionId !== undefined && maker !== undefined && (this.#states.get(maker) ?? 'lost') !== 'lost') {
      this.keepSession(sessionId, maker);
      return [maker, ...ready.filter((target) => target !== maker)];
    }
    const first = ready.length ? this.#turn++ % ready.length : 0;
    return [...ready.slice(first), ...ready.slice(0, first)];
  }

  /** Notes which replica has made a session. */
  keepSession(sessionId: string, target: string): void {
    this.#sessions.delete(sessionId);
    this.#sessions.set(sessionId, target);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MAX_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
  }

  /** Notes that a replica cannot be connected to, until it answers again. */
  noteLost(target: string): void {
    if (this.#states.has(target)) this.#states.set(target, 'lost');
  }

  /** Asks none of them any more. */
  close(): void {
    clearInterval(this.#timer);
    this.#closing.abort();
  }

  #ask(target: string): Promise<void> {
    const asking =
      this.#asking.get(target) ??
      this.#look(target).then((state) => {
        this.#asking.delete(target);
        // It may have been taken away meanwhile.
        if (this.#states.has(target)) this.#states.set(target, state);
      });
    this.#asking.set(target, asking);
    return asking;
  }

  #look(target: string): Promise<State> {
    const { promise, resolve } = Promise.withResolvers<State>();
    const { signal } = this.#closing;
    const probe = startRequest(`${target}${READY_PATH}`, { agent: false, signal });
    probe.setTimeout(this.#timings.probeSilenceMs, () => probe.destroy());
    probe.once('response', (answer) => {
      answer.on('error', () => undefined).resume();
      resolve(answer.statusCode === 200 ? 'ready' : 'busy');
    });
    probe.on('error', () => undefined).once('close', () => resolve('lost'));
    probe.end();
    return promise;
  }
}
