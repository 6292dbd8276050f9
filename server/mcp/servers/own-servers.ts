import type { ServerDefinition } from '../definitions/server-definition.ts';
import type { ServerReference } from './running-servers.ts';
import { SupervisedServer } from './supervised-server.ts';
import type { SupervisorOptions } from './supervisor.ts';

/** The servers that a caller brings for something of its own: nobody else finds them, and they end with that. */
export class OwnServers {
  readonly #servers: readonly SupervisedServer[];
  readonly #onClosed: () => void;
  #revision = 0;
  #closing: Promise<void> | undefined;

  /** Starts none. No two of `definitions` have one id. */
  constructor(definitions: readonly ServerDefinition[], options: SupervisorOptions, onClosed: () => void) {
    this.#onClosed = onClosed;
    const own = { ...options, onChange: () => void this.#revision++ };
    this.#servers = definitions.map((definition) => new SupervisedServer(definition, own));
  }

  /** Goes up with each change of a server, of its status or of its tools. */
  get revision(): number {
    return this.#revision;
  }

  /** The ids of all of them. */
  get ids(): string[] {
    return this.#servers.map(({ definition }) => definition.id);
  }

  /** Begins to start all of them. */
  start(): void {
    for (const server of this.#servers) server.startInBackground();
  }

  /** The server a reference means. */
  find(reference: ServerReference): SupervisedServer | undefined {
    const id = typeof reference === 'string' ? reference : reference.id;
    return this.#servers.find(({ definition }) => definition.id === id);
  }

  /** The servers that references mean, each once; what means none is left out. */
  findAll(references: readonly ServerReference[]): SupervisedServer[] {
    const found = references.map((reference) => this.find(reference)).filter((server) => server !== undefined);
    return [...new Set(found)];
  }

  /** Ends all of them, at the same time, and for good. */
  close(): Promise<void> {
    this.#closing ??= Promise.all(this.#servers.map((server) => server.stopByName())).then(() => this.#onClosed());
    return this.#closing;
  }
}
