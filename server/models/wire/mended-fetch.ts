/** The `fetch` that providers' libraries are given: what comes back through it is what they can read. */
import type { ByteSource } from '../../network/answer-bytes.ts';
import { takeSource } from '../../network/text-fetch.ts';
import { AnswerMender } from './answer-mender.ts';
import { type Api, openDialect } from './dialects.ts';
import { createProviderFetch } from './provider-fetch.ts';
import { wordsOf } from './provider-words.ts';
import { type ShortCut, shortCutOf } from './short-cut.ts';
import { StreamBytes } from './stream-bytes.ts';

type Fetch = typeof globalThis.fetch;

interface MendOptions {
  /** Stands in for {@link createProviderFetch}. */
  readonly fetch?: Fetch | undefined;
  /** The API that answers. */
  readonly api: Api;
  /** The key of the provider, which no word of it may repeat. */
  readonly key?: string | undefined;
}

/** One for all models: it keeps the connections. */
const providerFetch = createProviderFetch();

const MAX_ERROR_CHARS = 65_536;
const DRAIN_MS = 1000;

/** A request that a provider refused, in its own words. */
class RefusalError extends Error {
  override readonly name = 'RefusalError';
  readonly statusCode: number;
  readonly responseHeaders: Readonly<Record<string, string>>;

  constructor(message: string, { status, headers }: Response) {
    super(message);
    this.statusCode = status;
    this.responseHeaders = Object.fromEntries(headers);
  }
}

/** Mends every answer, and throws for every refusal what the provider says of it. */
export function mendAnswers({ fetch = providerFetch, api, key }: MendOptions): Fetch {
  const hide = (words: string) => (key && key.length >= 8 ? words.replaceAll(key, '[hidden]') : words);
  return async (input, init) => {
    const response = await fetch(input, init);
    if (!response.ok || !response.body) throw await toRefusal(response, hide);
    const { status, statusText, headers } = response;
    const shortCut = shortCutOf(init?.signal);
    const body = mendBody(response.body, new AnswerMender(openDialect(api), hide, shortCut), shortCut);
    return new Response(body, { status, statusText, headers });
  };
}

function mendBody(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  mender: AnswerMender,
  shortCut: ShortCut | undefined,
): ReadableStream<Uint8Array> {
  const source = takeSource(body) ?? new StreamBytes(body);
  /** Resolves when something has come for who asks; nothing is read while nobody asks. */
  let asked: PromiseWithResolvers<void> | undefined;
  const answer = () => {
    source.pause();
    asked?.resolve();
    asked = undefined;
  };
  const waitFor = (pressure: Promise<void> | undefined) => {
    if (!pressure) return;
    source.pause();
    void pressure.then(() => asked && source.resume());
  };
  const start = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const end = () => {
      const mended = mender.end();
      if (mended) controller.enqueue(mended);
      controller.close();
      answer();
    };
    const fail = (error: unknown) => {
      if (mender.isWhole) return end();
      controller.error(error);
      answer();
    };
    const take = (bytes: Uint8Array) => {
      const mended = mender.add(bytes);
      if (mended) controller.enqueue(mended);
      if (mender.isOver) {
        controller.close();
        answer();
        drain(source);
      } else if (mended) answer();
      else waitFor(shortCut?.pressure());
    };
    source.open({ take, end, fail });
  };
  return new ReadableStream(
    {
      start,
      pull() {
        asked = Promise.withResolvers();
        source.resume();
        return asked.promise;
      },
      cancel: () => source.cancel(),
    },
    { highWaterMark: 0 },
  );
}

// An answer that is left before its last byte takes its connection with it; that byte is usually here already.
function drain(source: ByteSource): void {
  const timer = setTimeout(() => source.cancel().catch(() => undefined), DRAIN_MS).unref();
  const end = () => clearTimeout(timer);
  source.open({ take: () => undefined, end, fail: end });
  source.resume();
}

async function toRefusal(response: Response, hide: (words: string) => string): Promise<RefusalError> {
  return new RefusalError(hide(wordsOf(await readStart(response)) || response.statusText), response);
}

async function readStart({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const bytes of body ?? []) {
      text += decoder.decode(bytes, { stream: true });
      if (text.length > MAX_ERROR_CHARS) break;
    }
  } catch {
    // What came of it says more than that it was cut.
  }
  return text;
}
