import type { ToolOutcome } from '../runs/toolset.ts';
import type { CallToolResult } from './wire/mcp-sdk.ts';

/**
 * The key of state in `_meta`. A tool that declares `true` there is sent the state the run shares with its caller, in the `_meta` of each
 * call; any tool may answer with a new state in the `_meta` of its result: the whole of it, any JSON value.
 */
export const STATE_KEY = 'ag-ui/state';

/** The key of events for the caller in the `_meta` of a result: `{name, value}`, or a list of them. */
const CUSTOM_KEY = 'ag-ui/custom';

/** What a tool result tells the caller of the run beside its content. */
export function readResultMeta({ _meta: meta, isError }: CallToolResult): Pick<ToolOutcome, 'state' | 'custom'> {
  if (!meta || isError) return {};
  const events = meta[CUSTOM_KEY];
  const custom = (Array.isArray(events) ? events : [events]).flatMap(toCustom);
  return {
    ...(meta[STATE_KEY] !== undefined && { state: meta[STATE_KEY] }),
    ...(custom.length > 0 && { custom }),
  };
}

function toCustom(event: unknown): { name: string; value: unknown }[] {
  if (typeof event !== 'object' || event === null || !('name' in event) || typeof event.name !== 'string') return [];
  return [{ name: event.name, value: 'value' in event ? event.value : null }];
}
