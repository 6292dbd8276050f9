/** Envelopes as A2UI's renderers read them from a plain stream: one line each. For callers whose Accept asks for it. */
export const a2uiJsonLines = {
  contentType: 'application/jsonl',
  encode: (event: unknown): string => `${JSON.stringify(event)}\n`,
} as const;
