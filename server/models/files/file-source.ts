/** Fetches the files that callers name by an address, from nowhere inside the network of this server. */
import type { IncomingMessage } from 'node:http';
import { SilenceTimer } from '../../async/silence-timer.ts';
import { untilAborted } from '../../async/until-aborted.ts';
import { request as requestHttp } from '../../network/node-http.ts';
import { loadHttps } from '../../network/node-https.ts';
import { AddressNotAllowedError, type Resolve } from '../../network/outgoing-address.ts';
import { findOutsideProblem, isAllowedHost, lookupFor } from '../../network/outside-address.ts';
import { FileProblem } from './file-problem.ts';

/** A file as its server sent it. */
export interface FetchedFile {
  readonly bytes: Buffer;
  /** Its `Content-Type`, if there was one. */
  readonly contentType: string | undefined;
}

/** Where files at addresses come from. */
export interface FileSource {
  /** Fetches a file of at most `maxBytes`. Throws a {@link FileProblem}, or the reason of `signal` once it aborts. */
  fetch(url: URL, options: { readonly maxBytes: number; readonly signal: AbortSignal }): Promise<FetchedFile>;
  /**
   * Whether a provider may be given the address to fetch it itself: not one that only this server reaches. Throws a {@link FileProblem} for
   * an address that nobody may be sent to: a provider may be a gateway that runs beside this server.
   */
  mayPassOn(url: URL, signal: AbortSignal): Promise<boolean>;
}

interface FileSourceOptions {
  /** Hosts inside the network of this server that files may come from. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** How long a server may be silent. */
  readonly silenceMs?: number | undefined;
  /** How long a file may take in all. */
  readonly totalMs?: number | undefined;
  /** Stands in for the look-up of the system. */
  readonly resolve?: Resolve | undefined;
}

const MAX_REDIRECTS = 5;

/** Opens the source of files; it holds nothing open between two of them. */
export function openFileSource({
  allowedHosts = [],
  silenceMs = 30_000,
  totalMs = 600_000,
  resolve,
}: FileSourceOptions = {}): FileSource {
  const policy = { allowedHosts, option: '--file-host' };
  const check = (url: URL) => {
    const problem = findOutsideProblem(url.href, policy);
    if (problem) throw new FileProblem('file-not-fetched', `its address ${problem}`);
  };
  return {
    async fetch(url, { maxBytes, signal }) {
      using wait = new Wait({ signal, silenceMs, totalMs });
      try {
        const answer = await follow(url, (at) => {
          check(at);
          return open(at, { lookup: lookupFor(at, policy, resolve), signal: wait.signal });
        });
        return await readFile(answer, maxBytes, wait);
      } catch (cause) {
        signal.throwIfAborted();
        throw toProblem(cause, wait);
      }
    },
    async mayPassOn(url, signal) {
      check(url);
      if (isAllowedHost(url, allowedHosts)) return false;
      using wait = new Wait({ signal, silenceMs, totalMs });
      try {
        await untilAborted(lookUp(url, resolve), wait.signal);
        return true;
      } catch (cause) {
        signal.throwIfAborted();
        const problem = toProblem(cause, wait);
        // The provider may know it.
        if (problem.isUnknownHere) return true;
        throw problem;
      }
    },
  };
}

/** A wait that silence ends. */
class Wait implements Disposable {
  readonly signal: AbortSignal;
  readonly #silence: SilenceTimer;
  /** Why it has ended, in words; undefined while it goes on. */
  ended: string | undefined;

  constructor({ signal, silenceMs, totalMs }: { signal: AbortSignal; silenceMs: number; totalMs: number }) {
    const controller = new AbortController();
    this.signal = AbortSignal.any([signal, controller.signal]);
    this.#silence = new SilenceTimer({
      allowedMs: silenceMs,
      totalMs,
      onSilence: (ms, which) => {
        this.ended =
          which === 'total' ? `it was not there after ${ms / 1000} s` : `its server sent nothing for ${ms / 1000} s`;
        controller.abort();
      },
    });
  }

  heard(): void {
    this.#silence.heard();
  }

  [Symbol.dispose](): void {
    this.#silence[Symbol.dispose]();
  }
}

/** The answer behind all redirects; each address on the way is checked like the first. */
async function follow(url: URL, dial: (url: URL) => Promise<IncomingMessage>): Promise<IncomingMessage> {
  let at = url;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const answer = await dial(at);
    const { statusCode = 0, headers } = answer;
    const next = statusCode >= 300 && statusCode < 400 ? URL.parse(headers.location ?? '', at) : null;
    if (statusCode === 200) return answer;
    answer.destroy();
    if (!next) throw new FileProblem('file-not-fetched', `its server answered ${statusCode}`);
    at = next;
  }
  throw new FileProblem('file-not-fetched', `it was redirected more than ${MAX_REDIRECTS} times`);
}

function open(
  url: URL,
  { lookup, signal }: { lookup: ReturnType<typeof lookupFor>; signal: AbortSignal },
): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? loadHttps().request : requestHttp;
  const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'agent-runtimes' };
  return new Promise((resolve, reject) => {
    request(url, { headers, signal, agent: false, ...lookup }, resolve)
      .on('error', reject)
      .end();
  });
}

/** Looks a name up as {@link open} would, and dials nothing. */
function lookUp(url: URL, resolve: Resolve | undefined): Promise<void> {
  const { lookup } = lookupFor(url, { allowedHosts: [] }, resolve);
  const name = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((done, fail) => {
    // What is an IP address already was checked, and Node looks it up as itself.
    lookup?.(name, { all: true }, (error) => (error ? fail(error) : done()));
  });
}

async function readFile(answer: IncomingMessage, maxBytes: number, wait: Wait): Promise<FetchedFile> {
  const { 'content-encoding': encoding = 'identity', 'content-length': length, 'content-type': type } = answer.headers;
  const tooLarge = () => new FileProblem('file-too-large', `it is larger than ${toMegabytes(maxBytes)}`);
  try {
    if (encoding !== 'identity')
      throw new FileProblem('file-not-fetched', 'its server sent it compressed, which nobody asked for');
    if (Number(length) > maxBytes) throw tooLarge();
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer) {
      wait.heard();
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxBytes) throw tooLarge();
    }
    return { bytes: Buffer.concat(chunks), contentType: type };
  } finally {
    answer.destroy();
  }
}

/** A bound in words. */
export const toMegabytes = (bytes: number): string => `${Math.floor(bytes / 1_048_576)} MiB`;

function toProblem(cause: unknown, { ended }: Wait): FileProblem {
  if (cause instanceof FileProblem) return cause;
  if (ended) return new FileProblem('file-not-fetched', ended);
  if (cause instanceof AddressNotAllowedError) return new FileProblem('file-not-fetched', cause.message);
  const code: unknown = Object(cause).code;
  const why = typeof code === 'string' ? code : 'the connection failed';
  return new FileProblem('file-not-fetched', `its server could not be reached (${why})`, { cause });
}
