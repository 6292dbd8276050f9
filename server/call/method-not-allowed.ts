import { ApiError } from './errors.ts';

/** A 405 that names the methods which a path takes, as in `GET, HEAD`. */
export const methodNotAllowed = (method: string | undefined, allow: string): ApiError =>
  new ApiError('method-not-allowed', `${method} is not allowed here; allowed: ${allow}`, { headers: { allow } });
