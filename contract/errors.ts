import { z } from 'zod';

/** Every error the API answers with: its stable code, its HTTP status and what it means. The only place that pairs a code with a status. */
export const errors = {
  'malformed-json': { status: 400, meaning: 'The body is not JSON' },
  'malformed-url': { status: 400, meaning: 'The URL, or the Host header, is not well formed' },
  'malformed-request': { status: 400, meaning: 'What came is not an HTTP request, or it ended too early' },
  'jupyter-url-required': { status: 400, meaning: 'The variant local-jupyter needs a jupyter_url' },
  'mcp-session-required': { status: 400, meaning: 'The Mcp-Session-Id of an open MCP session is missing' },
  'jupyter-url-not-allowed': { status: 400, meaning: 'The jupyter_url is no URL that a sandbox may connect to' },
  unauthorized: { status: 401, meaning: 'The API key is missing or wrong' },
  'host-not-allowed': { status: 403, meaning: 'The Host header names a host this server does not answer for' },
  'origin-not-allowed': { status: 403, meaning: 'A web page of another origin sent the request' },
  'not-found': { status: 404, meaning: 'No endpoint has this path' },
  'agent-not-found': { status: 404, meaning: 'No agent has this id' },
  'example-not-found': { status: 404, meaning: 'No example has this name' },
  'spawn-forbidden': { status: 403, meaning: 'The policy of this server forbids to run this MCP server' },
  'skill-not-found': { status: 404, meaning: 'No skill has this name' },
  'skill-file-not-found': { status: 404, meaning: 'The skill has no file of this path' },
  'mcp-server-not-found': { status: 404, meaning: 'No MCP server has this id' },
  'mcp-server-not-enabled': { status: 404, meaning: 'The MCP server of the catalog is not enabled' },
  'mcp-server-not-running': { status: 404, meaning: 'The MCP server is not running' },
  'mcp-session-not-found': { status: 404, meaning: 'There is no such MCP session any more; initialize a new one' },
  'ui-resource-not-found': { status: 404, meaning: 'No tool of the agent has this page' },
  'mcp-tool-not-found': { status: 404, meaning: 'The MCP server has no tool of this name' },
  'conversation-not-found': { status: 404, meaning: 'No conversation has this id' },
  'message-not-found': { status: 404, meaning: 'The conversation has no message of this id' },
  'method-not-allowed': { status: 405, meaning: 'The path exists, but not for this method; see Allow' },
  'request-timeout': { status: 408, meaning: 'The request took too long to arrive' },
  'agent-exists': { status: 409, meaning: 'An agent with this id exists already' },
  'mcp-server-exists': { status: 409, meaning: 'An MCP server with this id exists already' },
  'run-exists': { status: 409, meaning: 'A run with this id exists already' },
  'run-not-found': { status: 404, meaning: 'No run has this id' },
  'approval-not-found': { status: 404, meaning: 'No approval has this id' },
  'approval-pending': { status: 409, meaning: 'The conversation waits for the approval of a tool call' },
  'approval-resolved': { status: 409, meaning: 'The approval was answered before' },
  'run-interrupted': { status: 503, meaning: 'The server stopped in the middle of the run' },
  'run-cancelled': { status: 409, meaning: 'The run was cancelled before it ended' },
  'events-gone': { status: 410, meaning: 'The oldest events of the run are no longer held' },
  'page-ticket-gone': { status: 410, meaning: 'The address of a page was used before, or has expired' },
  'conversation-busy': { status: 409, meaning: 'Another run is active on this conversation' },
  'bodies-full': { status: 503, meaning: 'Too many long bodies are being read at once; see Retry-After' },
  'file-too-large': { status: 413, meaning: 'A file of the prompt is over the limit; the detail names it' },
  'body-too-large': { status: 413, meaning: 'The body is over the limit' },
  'not-json': { status: 415, meaning: 'The Content-Type is not JSON' },
  'file-not-fetched': {
    status: 422,
    meaning: 'A file that the prompt names by its address cannot be fetched; the detail names it and says why',
  },
  'file-not-taken': {
    status: 422,
    meaning: 'A file of the prompt is none that the model takes; the detail names it and says which are',
  },
  'validation-failed': { status: 422, meaning: 'The request does not match its schema; see errors' },
  'upgrade-required': { status: 426, meaning: 'The path speaks WebSocket only' },
  'rate-limited': { status: 429, meaning: 'Too many requests; see Retry-After' },
  'headers-too-large': { status: 431, meaning: 'The headers of the request are over the limit' },
  internal: { status: 500, meaning: 'A fault of this server; its log has the cause' },
  'mcp-start-failed': { status: 500, meaning: 'The MCP server did not start; the detail has its last words' },
  'mcp-variables-missing': { status: 500, meaning: 'The MCP server needs environment variables that are not set' },
  'mcp-server-failed': { status: 502, meaning: 'The MCP server died or broke off during a call' },
  'mcp-server-timeout': { status: 504, meaning: 'The MCP server did not answer a call in time' },
  'sandbox-busy': { status: 429, meaning: 'Too many executions wait for the sandbox; see Retry-After' },
  'sandbox-restart-failed': { status: 500, meaning: 'The sandbox could not be started anew' },
  'sandbox-unavailable': {
    status: 502,
    meaning: 'The sandbox could not be started or reached; the detail names the step',
  },
  'model-not-configured': { status: 502, meaning: 'The model of the agent cannot be used: its API key is not set' },
  'model-failed': { status: 502, meaning: 'The model provider failed' },
  'output-invalid': {
    status: 502,
    meaning: 'What the model answered does not fit the schema it was asked for, also when it was asked again',
  },
  'model-timeout': { status: 504, meaning: 'The model provider did not answer in time' },
  'mcp-sessions-full': { status: 503, meaning: 'All MCP sessions are in use; see Retry-After' },
  'not-ready': { status: 503, meaning: 'The server is starting, or a part it needs is down' },
  'store-failed': { status: 503, meaning: 'The data folder cannot be read or written' },
  'store-full': { status: 507, meaning: 'The disk of the data folder is full' },
  draining: { status: 503, meaning: 'The server is shutting down; see Retry-After' },
} as const satisfies Record<string, { status: number; meaning: string }>;

/** The stable, machine-readable name of an error: a key of {@link errors}. */
export type ErrorCode = keyof typeof errors;

/** The body of every error answer, on every surface. `errors` lists the offending fields of a 422. */
export const ErrorResponse = z
  .object({
    detail: z.string().meta({ description: 'What went wrong, in one sentence', example: 'Agent not found: my-agent' }),
    status_code: z.int().meta({ description: 'The HTTP status, repeated', example: 404 }),
    code: z
      .enum(Object.keys(errors) as [ErrorCode, ...ErrorCode[]])
      .meta({ description: 'A stable name for the error', example: 'agent-not-found' }),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'On 422: each field that is wrong, and why' }),
  })
  .meta({ id: 'ErrorResponse', description: 'The body of every error' });

/** The body of every error answer. */
export type ErrorBody = z.output<typeof ErrorResponse>;
