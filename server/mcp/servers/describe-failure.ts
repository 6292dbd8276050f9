const MAX_CHARACTERS = 300;

/** Why something failed, without secrets, to be read after the name of a server: `failed (…)`. */
export function describeFailure(cause: unknown, redact: (text: string) => string): string {
  if (!(cause instanceof Error)) return 'failed';
  // The SDK tells of an answer that it cannot read in JSON of many lines.
  if ('issues' in cause) return 'failed (it answered with what MCP does not know)';
  const reason = cause.cause instanceof Error ? `${cause.message}: ${cause.cause.message}` : cause.message;
  // Redacted before it is cut: half a secret would not be found.
  return `failed (${redact(reason).slice(0, MAX_CHARACTERS)})`;
}
