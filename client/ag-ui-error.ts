/**
 * Why a message was not answered. `code` is that of the server's error or of its `RUN_ERROR`; made here are `busy` (a message is being
 * answered), `unreachable`, `refused` (by something that is not this server), `connection-lost`, `malformed-event` and `caller-failed` (a
 * callback threw). `status` is set when the request was refused.
 */
export class AGUIError extends Error {
  readonly code: string;
  readonly status: number | undefined;

  constructor(code: string, message: string, { status, ...options }: ErrorOptions & { status?: number } = {}) {
    super(message, options);
    this.name = 'AGUIError';
    this.code = code;
    this.status = status;
  }
}
