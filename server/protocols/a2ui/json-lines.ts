/** Writes a stream of envelopes as JSON lines, as renderers of A2UI read it. For callers whose Accept asks for it. */
export const a2uiJsonLines = {
  contentType: 'application/jsonl',
  encode: (event: unknown): string => `${JSON.stringify(event)}\n`,
} as const;
