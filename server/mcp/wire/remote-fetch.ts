import type { LookupFunction } from 'node:net';
import { AddressNotAllowedError, classifyHost, isReachable, lookupReachable } from '../../network/outgoing-address.ts';
import { createTextFetch, type FetchText } from '../../network/text-fetch.ts';

/**
 * `fetch` for remote MCP servers: the address is checked when it is dialled, which the global one has no way to do. The body is handed on
 * as it arrives and is read.
 */
export function createRemoteFetch(lookup: LookupFunction = lookupReachable): FetchText {
  const headers = { 'accept-encoding': 'gzip', 'user-agent': 'agent-runtimes' };
  const fetchText = createTextFetch({ lookup, headers });
  return async (input, init) => {
    const url = new URL(input);
    const kind = classifyHost(url);
    if (!isReachable(kind)) throw new AddressNotAllowedError(url.hostname, kind);
    return fetchText(url, init).catch((cause) => Promise.reject(toReadable(cause)));
  };
}

/** A name none of whose addresses could be connected to. */
export class AddressesFailedError extends Error {
  override readonly name = 'AddressesFailedError';
}

// When each address of a name has failed, Node throws an error without a message, which holds those of the addresses.
const toReadable = (cause: unknown) =>
  cause instanceof AggregateError
    ? new AddressesFailedError(cause.errors.map(({ message }) => message).join(', '))
    : cause;
