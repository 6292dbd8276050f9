import type { Client, McpClientSdk } from '../wire/mcp-sdk.ts';
import type { ConnectionLimits } from './connection-limits.ts';
import { type ListedTools, type ListLimits, listTools } from './list-tools.ts';

/** How much is asked for, and who is told of changes. */
export interface ToolListOptions {
  readonly limits: ListLimits & Pick<ConnectionLimits, 'startTotalMs'>;
  onChange(): void;
}

const REFRESH_DELAY_MS = 50;

/** The tools of a server, asked for page by page, within limits, and anew when the server says that they have changed. */
export class ToolList {
  readonly #client: Client;
  readonly #sdk: McpClientSdk;
  readonly #options: ToolListOptions;
  #listed: ListedTools = { tools: [], problems: [] };
  #state: 'new' | 'loaded' | 'closed' = 'new';
  #hasChanged = false;
  #refresh: NodeJS.Timeout | undefined;

  /** Follows the changes that the server of `client` announces, from {@link load} to {@link close}. */
  constructor(client: Client, sdk: McpClientSdk, options: ToolListOptions) {
    this.#client = client;
    this.#sdk = sdk;
    this.#options = options;
    client.setNotificationHandler(sdk.ToolListChangedNotificationSchema, () => this.#refreshSoon());
  }

  get listed(): ListedTools {
    return this.#listed;
  }

  /** Asks for the list. Throws when the server does not answer. */
  async load(signal: AbortSignal): Promise<void> {
    // How long a start may take is decided by whoever opens the connection.
    const limits = { ...this.#options.limits, callTimeoutMs: this.#options.limits.startTotalMs };
    this.#listed = await listTools(this.#client, this.#sdk, limits, signal);
    if (this.#state === 'closed') return;
    this.#state = 'loaded';
    if (this.#hasChanged) this.#refreshSoon();
  }

  close(): void {
    this.#state = 'closed';
    clearTimeout(this.#refresh);
  }

  // Several changes at once are one refresh, and a server that announces changes without end is asked twenty times a second at most.
  #refreshSoon(): void {
    this.#hasChanged = true;
    if (this.#state !== 'loaded' || this.#refresh) return;
    this.#refresh = setTimeout(() => {
      this.#refresh = undefined;
      listTools(this.#client, this.#sdk, this.#options.limits).then(
        (listed) => {
          this.#listed = listed;
          this.#options.onChange();
        },
        () => undefined, // The old list stays; if the server died, that is reported where it is noticed.
      );
    }, REFRESH_DELAY_MS);
  }
}
