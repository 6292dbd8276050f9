import type { EventSink } from './event-sink.ts';
import type { Toolset } from './toolset.ts';

interface PrepareToolsOptions {
  readonly toolset: Toolset;
  readonly sink: EventSink;
  readonly signal: AbortSignal;
}

/** Waits for the tools that are on their way, and says so. Adds the servers that have not come to `missing`; those it has said that it waits for are told of at once, the others with the end of the run. */
export async function prepareTools(
  { toolset, sink, signal }: PrepareToolsOptions,
  missing: Set<string>,
): Promise<void> {
  const awaited = new Set<string>();
  const onWaiting = (ids: readonly string[]) => {
    for (const id of ids) awaited.add(id);
    sink.emit({ type: 'status', text: `waiting for ${nameServers(ids)}` });
  };
  const absent = (await toolset.prepare?.({ signal, onWaiting })) ?? [];
  if (signal.aborted) return;
  for (const id of absent) missing.add(id);
  const missingServers = absent.filter((id) => awaited.has(id));
  if (!missingServers.length) return;
  sink.emit({ type: 'status', text: `going on without ${nameServers(missingServers)}`, missingServers });
}

/** Servers as sentences name them: `MCP server a`, or `MCP servers a, b`. */
const nameServers = (ids: readonly string[]) => `MCP server${ids.length > 1 ? 's' : ''} ${ids.join(', ')}`;
