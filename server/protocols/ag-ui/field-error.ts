import { ApiError } from '../../call/errors.ts';

const MAX_FIELDS = 20;

/** A 422 that names each wrong field. */
export function toFieldError(all: readonly { path: string; message: string }[]): ApiError {
  const fields = all.slice(0, MAX_FIELDS);
  const detail = fields.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new ApiError('validation-failed', detail, { fields });
}
