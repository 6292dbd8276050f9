/** The REST API as typed calls. The types come from the OpenAPI document; each call is one plain HTTP request. */
import createFetchClient, { type Client } from 'openapi-fetch';
import { type ConnectionOptions, headersOf, rootOf } from './connection.ts';
import type { components, paths } from './generated/openapi.ts';

export type { ConnectionOptions } from './connection.ts';
export type { components, operations, paths } from './generated/openapi.ts';
export type { ReadEventsOptions, ServerSentEvent } from './read-events.ts';
export { readEvents } from './read-events.ts';

/** The REST API: `client.GET(path, { params, body })` and likewise for each method. */
export type RestClient = Client<paths>;
/** The named schemas of the API: `Schemas['Agent']`. */
export type Schemas = components['schemas'];

/**
 * A typed client of the REST API of the server at `url`, the root of it: `http://localhost:8765`.
 *
 *     const client = createRestClient('http://localhost:8765', { apiKey });
 *     const { data, error } = await client.GET('/agents/{agent_id}', { params: { path: { agent_id: 'demo' } } });
 *
 * `error` is the server's `{detail, status_code, code}`; a call rejects only when the server cannot be reached. For a stream ask with
 * `parseAs: 'stream'` and give `data` to `readEvents`: the `data` of each of its events is JSON.
 */
export function createRestClient(url: string | URL, options: ConnectionOptions = {}): RestClient {
  return createFetchClient<paths>({
    baseUrl: `${rootOf(url)}/api/v1`,
    headers: headersOf(options),
    ...(options.fetch && { fetch: options.fetch }),
  });
}
