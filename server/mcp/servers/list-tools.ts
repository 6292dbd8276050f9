import type { Client, McpClientSdk, Tool } from '../wire/mcp-sdk.ts';
import { readTool, type ToolProblem } from '../wire/read-tool.ts';
import type { ConnectionLimits } from './connection-limits.ts';

/** The tools of a server in its order, and why others are not among them. */
export interface ListedTools {
  readonly tools: readonly Tool[];
  readonly problems: readonly ToolProblem[];
}

/** How much is asked for. */
export type ListLimits = Pick<ConnectionLimits, 'maxTools' | 'maxToolsBytes' | 'maxToolPages' | 'callTimeoutMs'>;

// A server that does not say that it has tools may have some all the same, and one that has none may not answer.
const UNDECLARED_TIMEOUT_MS = 10_000;

/** Asks a server for its tools page by page, within limits. What cannot be read is left out; throws when the server does not answer. */
export async function listTools(
  client: Client,
  sdk: McpClientSdk,
  limits: ListLimits,
  signal?: AbortSignal,
): Promise<ListedTools> {
  const list = new Collected(limits);
  const isDeclared = client.getServerCapabilities()?.tools !== undefined;
  const options = {
    ...(signal && { signal }),
    timeout: isDeclared ? limits.callTimeoutMs : UNDECLARED_TIMEOUT_MS,
  };
  let cursor: string | undefined;
  do {
    try {
      const params = cursor === undefined ? {} : { cursor };
      cursor = list.add(await client.request({ method: 'tools/list', params }, sdk.ResultSchema, options));
    } catch (cause) {
      signal?.throwIfAborted();
      if (!(cause instanceof sdk.McpError)) throw cause;
      if (cursor !== undefined) list.breakOff();
      else if (isDeclared) throw cause;
      return list;
    }
  } while (cursor !== undefined);
  return list;
}

/** One tool may take half of what all of them may: a huge one costs the others nothing. */
const MAX_SHARE = 2;
const MAX_NAME = 200;

/** What the pages have come to so far. */
class Collected implements ListedTools {
  readonly tools: Tool[] = [];
  readonly problems: ToolProblem[] = [];
  readonly #limits: ListLimits;
  readonly #names = new Set<string>();
  readonly #twins = new Set<string>();
  readonly #cursors = new Set<string>();
  #count = 0;
  #bytes = 0;

  constructor(limits: ListLimits) {
    this.#limits = limits;
  }

  /** Takes a page, and returns the cursor of the next; undefined when there is none or no more is taken. */
  add({ tools, nextCursor: cursor, isError }: Record<string, unknown>): string | undefined {
    const { maxTools, maxToolsBytes, maxToolPages } = this.#limits;
    // What stands for an answer that was dropped.
    if (tools === undefined && isError === true) return this.#note('Its list of tools is longer than a message may be');
    if (tools !== undefined && !Array.isArray(tools)) this.#note('Its list of tools is no list');
    for (const value of Array.isArray(tools) ? tools : []) {
      if (this.#count++ >= maxTools) return this.#note(`It lists more than ${maxTools} tools: the others are left out`);
      this.#take(value);
      if (this.#bytes > maxToolsBytes) {
        this.tools.pop();
        return this.#note(`Its tools are described in more than ${maxToolsBytes} bytes: the others are left out`);
      }
    }
    if (typeof cursor !== 'string') return undefined;
    if (this.#cursors.has(cursor)) return this.#note('Its list of tools has no end: the same cursor came again');
    this.#cursors.add(cursor);
    if (this.#cursors.size < maxToolPages) return cursor;
    return this.#note(`Its list of tools has no end: ${maxToolPages} pages were read`);
  }

  /** Notes that the next page did not come: what was listed before it stays. */
  breakOff(): void {
    this.#note(`Its list of tools breaks off after ${this.#cursors.size} pages`);
  }

  #take(value: unknown): void {
    const tool = readTool(value, this.#count);
    if ('detail' in tool) this.problems.push(tool);
    else if (this.#names.has(tool.name)) this.#noteTwin(tool.name);
    else {
      const bytes = JSON.stringify(tool).length;
      const maxBytes = this.#limits.maxToolsBytes / MAX_SHARE;
      if (bytes > maxBytes) {
        this.problems.push({
          tool: tool.name.slice(0, MAX_NAME),
          detail: `It is described in more than ${maxBytes} bytes`,
        });
        return;
      }
      this.#bytes += bytes;
      this.#names.add(tool.name);
      this.tools.push(tool);
    }
  }

  #noteTwin(name: string): void {
    if (this.#twins.has(name)) return;
    this.#twins.add(name);
    this.problems.push({ tool: name, detail: 'It is listed more than once: the first is taken' });
  }

  #note(detail: string): undefined {
    this.problems.push({ tool: null, detail });
  }
}
