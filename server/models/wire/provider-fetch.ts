import { createTextFetch } from '../../network/text-fetch.ts';

type Fetch = typeof globalThis.fetch;

const MAX_REDIRECTS = 5;

/** `fetch` for model providers, whose answers are many small chunks. Fails as the global one does, so that the libraries know its errors. */
export function createProviderFetch(): Fetch {
  const fetchText = createTextFetch();
  return async (input, init) => {
    let url = new URL(typeof input === 'string' || input instanceof URL ? input : input.url);
    for (let redirects = 0; ; redirects++) {
      const response = await fetchText(url, init).catch((cause) => {
        throw init?.signal?.aborted ? cause : new TypeError('fetch failed', { cause });
      });
      const next = redirects < MAX_REDIRECTS ? whereTo(response, url) : undefined;
      if (!next) return response;
      await response.body?.cancel();
      url = next;
    }
  };
}

// Only where the same question is to be asked again, and its key is not told to anybody else.
function whereTo({ status, headers }: Response, from: URL): URL | undefined {
  const location = headers.get('location');
  const to = location !== null && (status === 307 || status === 308) ? URL.parse(location, from) : null;
  if (!to) return undefined;
  const isSafer = from.protocol === 'http:' && to.protocol === 'https:' && to.hostname === from.hostname;
  return to.origin === from.origin || isSafer ? to : undefined;
}
