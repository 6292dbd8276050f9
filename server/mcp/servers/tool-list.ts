import type { Client, McpClientSdk, Tool } from '../wire/mcp-sdk.ts';
import type { ConnectionLimits } from './connection-limits.ts';

/** How much is asked for, and who is told of changes. */
export interface ToolListOptions {
  readonly limits: Pick<ConnectionLimits, 'maxTools' | 'maxToolsBytes' | 'callTimeoutMs' | 'startTotalMs'>;
  onChange(): void;
}

const REFRESH_DELAY_MS = 50;

/** The tools of a server, asked for page by page, within limits, and anew when the server says that they have changed. */
export class ToolList {
  readonly #client: Client;
  readonly #sdk: McpClientSdk;
  readonly #options: ToolListOptions;
  #tools: readonly Tool[] = [];
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

  get tools(): readonly Tool[] {
    return this.#tools;
  }

  /** Asks for the list. Throws when the server does not answer. */
  async load(signal: AbortSignal): Promise<void> {
    // How long a start may take is decided by whoever opens the connection.
    const limits = { ...this.#options.limits, callTimeoutMs: this.#options.limits.startTotalMs };
    this.#tools = await listTools(this.#client, this.#sdk, limits, signal);
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
        (tools) => {
          this.#tools = tools;
          this.#options.onChange();
        },
        () => undefined, // The old list stays; if the server died, that is reported where it is noticed.
      );
    }, REFRESH_DELAY_MS);
  }
}

/** The tools in the order of the server; those over the limits are left out. */
async function listTools(
  client: Client,
  { ListToolsResultSchema }: McpClientSdk,
  { maxTools, maxToolsBytes, callTimeoutMs }: ToolListOptions['limits'],
  signal?: AbortSignal,
): Promise<readonly Tool[]> {
  if (!client.getServerCapabilities()?.tools) return [];
  const tools: Tool[] = [];
  const seen = new Set<string>();
  let bytes = 0;
  let cursor: string | undefined;
  do {
    const page = await client.request(
      { method: 'tools/list', params: cursor === undefined ? {} : { cursor } },
      ListToolsResultSchema,
      { ...(signal && { signal }), timeout: callTimeoutMs },
    );
    for (const tool of page.tools) {
      bytes += JSON.stringify(tool).length;
      if (tools.length >= maxTools || bytes > maxToolsBytes) return tools;
      tools.push(tool);
    }
    cursor = page.nextCursor;
    // A server that hands out the same cursor again would be asked for ever.
    if (cursor !== undefined && seen.has(cursor)) return tools;
    if (cursor !== undefined) seen.add(cursor);
  } while (cursor !== undefined && seen.size < maxTools);
  return tools;
}
