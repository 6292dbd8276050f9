/** Reads the headers of A2A requests. */
import type { IncomingMessage } from 'node:http';
import type { A2aSdk } from './sdk.ts';

/** Where the caller reaches this server. */
export const originOf = ({ headers, socket }: IncomingMessage): string =>
  `${'encrypted' in socket && socket.encrypted ? 'https' : 'http'}://${headers.host}`;

/** The version of A2A that a request speaks; one that names none speaks 0.3, which came before versions were named. */
export const versionOf = ({ headers }: IncomingMessage, { types }: A2aSdk): string =>
  headers[types.A2A_VERSION_HEADER.toLowerCase()]?.toString().trim() || '0.3';
