/** One call of a tool through the proxy, and what it came to. */
import { useEffect, useRef, useState } from 'react';
import type { Outputs } from '../../index.ts';
import { client } from '../api.ts';
import type { Server } from './selection.ts';

/** Where a call stands. Durations are milliseconds, as this page has measured them. */
export type ToolCall =
  | { readonly state: 'none' }
  | { readonly state: 'running' }
  | { readonly state: 'answered'; readonly ms: number; readonly answer: Outputs['mcpProxy']['call'] }
  | { readonly state: 'refused'; readonly ms: number; readonly cause: unknown };

/** Calls a tool, one call at a time; leaving the page ends the one that runs. */
export function useToolCall({ id, origin }: Server, tool: string) {
  const [call, setCall] = useState<ToolCall>({ state: 'none' });
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const run = async (args: Record<string, unknown>) => {
    running.current?.abort();
    const abort = new AbortController();
    running.current = abort;
    setCall({ state: 'running' });
    const from = performance.now();
    const input = { server_id: id, origin, tool_name: tool, arguments: args };
    try {
      const answer = await client.mcpProxy.call.mutate(input, { signal: abort.signal });
      if (!abort.signal.aborted) setCall({ state: 'answered', ms: performance.now() - from, answer });
    } catch (cause) {
      if (!abort.signal.aborted) setCall({ state: 'refused', ms: performance.now() - from, cause });
    }
  };
  const cancel = () => {
    running.current?.abort();
    setCall({ state: 'none' });
  };
  return { call, run, cancel };
}
