/** How a client reaches a server. */
export interface ConnectionOptions {
  /** Sent as `Authorization: Bearer …`; needed only by a server that is started with API keys. */
  readonly apiKey?: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Stands in for the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/** The headers every request carries. */
export function headersOf({ apiKey, headers }: ConnectionOptions): Record<string, string> {
  return { ...headers, ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }) };
}

/** The root of a server without a trailing slash, so that paths can follow. */
export const rootOf = (url: string | URL): string => String(url).replace(/\/+$/, '');
