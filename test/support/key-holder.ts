/** A caller with an API key of its own. */

/** An answer, read to its end. */
export interface KeyAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of a body where they read it.
  readonly body: any;
}

/** Sends requests below the base path of a server, or to tRPC, with one key; a body is sent as JSON, and an answer that is none is text. */
export type KeyHolder = (method: string, path: string, body?: unknown, headers?: object) => Promise<KeyAnswer>;

/** The holder of a key of the server at `url`. */
export function holderOf(url: string, key: string): KeyHolder {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(url + (path.startsWith('/trpc') ? path : `/api/v1${path}`), {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
}
