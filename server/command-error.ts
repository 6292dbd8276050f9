/** What keeps the command from starting, said in one sentence to whoever typed it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
