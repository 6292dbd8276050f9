/** Reads the headers of A2A requests. */
import type { Request } from 'express';
import type { A2aSdk } from './sdk.ts';

/** Where the caller reaches this server. */
export const originOf = (request: Request): string => `${request.protocol}://${request.get('host')}`;

/** The version of A2A that a request speaks; one that names none speaks 0.3, which came before versions were named. */
export const versionOf = (request: Request, { types }: A2aSdk): string =>
  request.get(types.A2A_VERSION_HEADER)?.trim() || '0.3';
