import { ApiError } from '../call/errors.ts';
import type { ConversationName } from '../store/store.ts';

interface Waiter {
  /** Whether it goes before those who only queue. */
  readonly interrupts: boolean;
  readonly admit: () => void;
  readonly refuse: (error: ApiError) => void;
}

/** A conversation: what this server knows it by, and what its owner does. */
type Conversation = Pick<ConversationName, 'key' | 'id'>;

/** Lets one run at a time onto each conversation, and further ones in the order in which they asked. */
export class ConversationQueues {
  readonly #maxWaiting: number;
  /** Those who wait, by the key of each conversation that is busy. */
  readonly #busy = new Map<string, Waiter[]>();

  constructor({ maxWaiting }: { maxWaiting: number }) {
    this.#maxWaiting = maxWaiting;
  }

  isBusy(conversationKey: string): boolean {
    return this.#busy.has(conversationKey);
  }

  /** Enters the conversation, waiting in line when `whenBusy` says so; what it returns leaves it again. Throws `conversation-busy`. */
  async enter(
    { key, id }: Conversation,
    { whenBusy, signal }: { whenBusy: 'reject' | 'queue' | 'interrupt'; signal?: AbortSignal | undefined },
  ): Promise<() => void> {
    const waiters = this.#busy.get(key);
    if (!waiters) this.#busy.set(key, []);
    else if (whenBusy === 'reject') throw busy(`Another run is active on conversation '${id}'`);
    else if (waiters.length >= this.#maxWaiting) throw busy(`Too many runs wait for conversation '${id}'`);
    else await waitInLine(waiters, signal, whenBusy === 'interrupt');
    let hasLeft = false;
    return () => {
      if (!hasLeft) this.#admitNext(key);
      hasLeft = true;
    };
  }

  /** Does `work` while nobody else is on the conversation; who comes meanwhile waits in line, or is refused. Throws `conversation-busy`. */
  async whileFree<Result>(conversation: Conversation, work: () => Promise<Result>): Promise<Result> {
    const leave = await this.enter(conversation, { whenBusy: 'reject' });
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** Whether the next in line wants the run that is on the conversation to end. */
  isInterrupted(conversationKey: string): boolean {
    return this.#busy.get(conversationKey)?.[0]?.interrupts ?? false;
  }

  /** How many wait. */
  get waiting(): number {
    return [...this.#busy.values()].reduce((sum, waiters) => sum + waiters.length, 0);
  }

  /** Refuses all who wait. */
  refuseWaiting(error: ApiError): void {
    for (const waiters of this.#busy.values()) for (const { refuse } of waiters.splice(0)) refuse(error);
  }

  #admitNext(key: string): void {
    const next = this.#busy.get(key)?.shift();
    if (next) next.admit();
    else this.#busy.delete(key);
  }
}

function waitInLine(waiters: Waiter[], signal: AbortSignal | undefined, interrupts: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const waiter: Waiter = {
      interrupts,
      admit: () => settle(resolve),
      refuse: (error) => settle(() => reject(error)),
    };
    const leave = () => {
      waiters.splice(waiters.indexOf(waiter), 1);
      waiter.refuse(busy('The caller left while waiting for the conversation'));
    };
    const settle = (then: () => void) => {
      signal?.removeEventListener('abort', leave);
      then();
    };
    const firstQueued = waiters.findIndex((other) => !other.interrupts);
    waiters.splice(interrupts && firstQueued >= 0 ? firstQueued : waiters.length, 0, waiter);
    if (signal?.aborted) leave();
    else signal?.addEventListener('abort', leave, { once: true });
  });
}

const busy = (detail: string) => new ApiError('conversation-busy', detail);
