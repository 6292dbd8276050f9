/** An error for the caller. The class of the SDK writes its code into its message, and the caller's SDK does so again. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}
