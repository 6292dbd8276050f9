/** The requests that are sent to MCP servers. */
import type { CallToolResult, Client, McpClientSdk, ReadResourceResult } from '../wire/mcp-sdk.ts';
import { withOwnSignal } from '../wire/own-signal.ts';
import type { ConnectionLimits } from './connection-limits.ts';

/** Client of one server, with what a request needs beside it. */
export interface Sender {
  readonly client: Client;
  readonly sdk: McpClientSdk;
  readonly limits: Pick<ConnectionLimits, 'callTimeoutMs' | 'callTotalMs'>;
}

/** Told of each progress report of a call. */
export type OnProgress = (progress: {
  progress: number;
  total?: number | undefined;
  message?: string | undefined;
}) => void;

/** How a tool is called. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long the call may be silent. */
  readonly timeoutMs?: number | undefined;
  readonly onProgress?: OnProgress | undefined;
  /** The `_meta` of the request. */
  readonly meta?: Record<string, unknown> | undefined;
}

/** Calls a tool. Each progress report gives it as much time again, up to a limit in all. */
export function callTool(
  { client, sdk, limits }: Sender,
  params: { readonly name: string; readonly arguments: Record<string, unknown> },
  { signal, timeoutMs: timeout = limits.callTimeoutMs, onProgress = ignoreProgress, meta }: CallOptions,
): Promise<CallToolResult> {
  const request = { method: 'tools/call' as const, params: { ...params, ...(meta && { _meta: meta }) } };
  return withOwnSignal(signal, (own) =>
    client.request(request, sdk.CallToolResultSchema, {
      signal: own,
      timeout,
      resetTimeoutOnProgress: true,
      maxTotalTimeout: Math.max(limits.callTotalMs, timeout),
      onprogress: onProgress,
    }),
  );
}

/** Reads a resource. */
export function readResource(
  { client, sdk, limits }: Sender,
  uri: string,
  signal: AbortSignal | undefined,
): Promise<ReadResourceResult> {
  return withOwnSignal(signal, (own) =>
    client.request({ method: 'resources/read', params: { uri } }, sdk.ReadResourceResultSchema, {
      signal: own,
      timeout: limits.callTimeoutMs,
    }),
  );
}

// The SDK asks for progress reports, which keep a long call alive, only when somebody is told of them.
const ignoreProgress = () => undefined;
