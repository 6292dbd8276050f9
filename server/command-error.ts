/** An error that keeps the command from starting: one sentence to whoever typed it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
