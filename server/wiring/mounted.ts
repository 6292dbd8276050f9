/** What requests are called, in the log and the metrics, that are no operation of the contract and served below a path of their own. */
export const MOUNTED = { a2a: 'a2a', mcp: 'mcp', pages: 'mcpUi.resource' } as const;
