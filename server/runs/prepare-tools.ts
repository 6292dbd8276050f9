import type { EventSink } from './event-sink.ts';
import type { Toolset } from './toolset.ts';

interface PrepareToolsOptions {
  readonly toolset: Toolset;
  readonly sink: EventSink;
  readonly signal: AbortSignal;
}

/** Waits for the tools that are on their way, and says so. The servers that have not come are told of once, and added to `missing`. */
export async function prepareTools(
  { toolset, sink, signal }: PrepareToolsOptions,
  missing: Set<string>,
): Promise<void> {
  const onWaiting = (ids: readonly string[]) => sink.emit({ type: 'status', text: `waiting for ${nameServers(ids)}` });
  const absent = (await toolset.prepare?.({ signal, onWaiting })) ?? [];
  const missingServers = absent.filter((id) => !missing.has(id));
  if (signal.aborted || !missingServers.length) return;
  for (const id of missingServers) missing.add(id);
  sink.emit({ type: 'status', text: `going on without ${nameServers(missingServers)}`, missingServers });
}

/** Servers as sentences name them: `MCP server a`, or `MCP servers a, b`. */
const nameServers = (ids: readonly string[]) => `MCP server${ids.length > 1 ? 's' : ''} ${ids.join(', ')}`;
