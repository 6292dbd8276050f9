/** Posts to addresses that callers name, and to none inside the network of this server. */
import { request as requestHttp } from '../../network/node-http.ts';
import { loadHttps } from '../../network/node-https.ts';
import { findOutsideProblem, lookupFor } from '../../network/outside-address.ts';

/** A request to post. */
export interface Webhook {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Aborts when there is no more time. */
  readonly signal: AbortSignal;
}

/** What is wrong with an address to post to, in one sentence without its subject; undefined when nothing is. `allowedHosts` are always let through. */
export const findWebhookProblem = (url: string, allowedHosts: readonly string[]): string | undefined =>
  findOutsideProblem(url, { allowedHosts, option: '--webhook-host' });

/**
 * The status that the post is answered with. A name is looked up once and what it leads to is checked then, so that it cannot lead
 * elsewhere between check and use; a redirect is an answer like any other and is not followed.
 */
export function postWebhook({ url, headers, body, signal }: Webhook, allowedHosts: readonly string[]): Promise<number> {
  const problem = findWebhookProblem(url, allowedHosts);
  if (problem) return Promise.reject(new WebhookAddressError(`The address ${problem}`));
  const target = new URL(url);
  const request = target.protocol === 'https:' ? loadHttps().request : requestHttp;
  return new Promise((resolve, reject) => {
    const sent = request(
      target,
      {
        method: 'POST',
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        signal,
        agent: false,
        ...lookupFor(target, { allowedHosts }),
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** An address that nothing may be posted to. */
class WebhookAddressError extends Error {
  override readonly name = 'WebhookAddressError';
}
