import { newId } from '../../runs/ids.ts';
import type { Mode } from './modes.ts';
import type { SessionAdditions, SessionServers } from './ports.ts';

/** Where a session works, as its editor says. */
export interface Workplace {
  readonly cwd: string;
  /** Further folders of the project. */
  readonly folders: readonly string[];
}

/** Something of a session that goes on. */
interface Going {
  /** Ends it soon, with a reason for the conversation. */
  cancel(reason: string): void;
  /** Ends it soon, and leaves what waits for a person to whoever comes. */
  close(reason: string): void;
  /** Ends its part in it soon: nobody is there to be told any more. */
  left(): void;
  /** Resolves when it has ended. Never rejects. */
  readonly ended: Promise<unknown>;
}

/** One session of an editor: a conversation, with a place to work and servers of its own. */
export class Session {
  readonly id: string;
  readonly cwd: string;
  readonly additions: SessionAdditions;
  readonly #servers: SessionServers;
  readonly #turns = new Set<Going>();
  #detach: (() => void) | undefined;
  /** What the editor was last told it is called. */
  title = '';
  /** What its user wants of the agent. */
  mode: Mode = 'agent';

  constructor(place: Workplace, servers: SessionServers, id: string = newId('conv')) {
    this.id = id;
    this.cwd = place.cwd;
    this.#servers = servers;
    this.additions = {
      instructions: describePlace(place),
      toolset: servers.toolset,
      hasTools: () => this.mode !== 'chat',
      heldTools: () => (this.mode === 'ask' ? ['*'] : []),
    };
  }

  /** Notes what ends its additions to the conversation. */
  attached(detach: () => void): void {
    this.#detach?.();
    this.#detach = detach;
  }

  /** Notes a turn that is to begin, and ends the ones before it. Resolves when they have ended. */
  async begin(turn: Going): Promise<void> {
    const before = [...this.#turns];
    for (const each of before) each.cancel('interrupted by the next prompt');
    this.#turns.add(turn);
    void turn.ended.then(() => this.#turns.delete(turn));
    await Promise.all(before.map(({ ended }) => ended));
  }

  /** Ends what goes on. */
  cancel(reason: string): void {
    for (const turn of this.#turns) turn.cancel(reason);
  }

  /** Ends what goes on, and its servers. */
  async close(reason: string): Promise<void> {
    for (const turn of this.#turns) turn.close(reason);
    await this.#end();
  }

  /** Ends as {@link Session.close} does: nobody is there to be told any more. */
  async leave(): Promise<void> {
    for (const turn of this.#turns) turn.left();
    await this.#end();
  }

  async #end(): Promise<void> {
    await Promise.all([...this.#turns].map(({ ended }) => ended));
    this.#detach?.();
    await this.#servers.close();
  }
}

function describePlace({ cwd, folders }: Workplace): string {
  const others = folders.length ? ` Further folders of the project are ${folders.join(', ')}.` : '';
  return `The user works in an editor. The working folder is ${cwd}: paths that are not absolute are below it.${others}`;
}
