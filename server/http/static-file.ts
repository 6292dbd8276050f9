import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Exchange } from './exchange.ts';
import { prefer } from './negotiate.ts';
import { closeWhenStalled } from './send.ts';

/** A content as it is sent: as it is, or with gzip. */
interface Content {
  readonly plain: Buffer;
  readonly zipped: Buffer;
}

/** Serves what `read` gives, read once, with an entity tag and compressed for callers who can take it. */
export function createStaticFile(contentType: string, read: () => Promise<Content>, cacheControl = 'no-cache') {
  const prepare = async () => {
    const content = await read();
    return { ...content, tag: createHash('sha256').update(content.plain).digest('base64url').slice(0, 22) };
  };
  let file: ReturnType<typeof prepare> | undefined;
  return async (exchange: Exchange): Promise<void> => {
    file ??= prepare();
    const { plain, zipped, tag } = await file.catch((cause: unknown) => {
      file = undefined;
      throw cause;
    });
    const wanted = String(exchange.request.headers['accept-encoding'] ?? '');
    const isZipped = prefer(wanted, ['gzip', 'identity']) === 'gzip';
    const etag = `"${tag}${isZipped ? '.gz' : ''}"`;
    exchange.headers.push('cache-control', cacheControl, 'vary', 'Accept-Encoding', 'etag', etag);
    if (isZipped) exchange.headers.push('content-encoding', 'gzip');
    sendFresh(exchange, { contentType, content: isZipped ? zipped : plain, etag });
  };
}

/** A file of this server, with the compressed one beside it where the bundle has that; else it is what `toPlain` makes of it, and compressed here. */
export async function readContent(place: URL, toPlain = (file: Buffer): Buffer => file): Promise<Content> {
  const [file, zipped] = await Promise.all([readFile(place), readIfThere(new URL(`${place.href}.gz`))]);
  return zipped ? { plain: file, zipped } : compress(toPlain(file));
}

/** A content with what gzip makes of it. */
export async function compress(plain: Buffer): Promise<Content> {
  // Not loaded by a bundle, until it is asked for the smallest of its files.
  const { gzip } = await import('node:zlib');
  return { plain, zipped: await promisify(gzip)(plain) };
}

/** Answers with a content, or with 304 to a caller who has it. */
export function sendFresh(
  exchange: Exchange,
  { contentType, content, etag }: { readonly contentType: string; readonly content: Buffer; readonly etag?: string },
): void {
  const { request, response, headers } = exchange;
  if (isHeld(request.headers, etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  headers.push('content-type', contentType, 'content-length', String(content.length));
  response.writeHead(200, headers);
  response.end(request.method === 'HEAD' ? undefined : content);
  closeWhenStalled(response);
}

/** Whether the caller has what has this tag, and does not want it anew all the same. */
function isHeld(headers: Exchange['request']['headers'], etag: string | undefined): boolean {
  const held = headers['if-none-match'];
  if (!held || /(?:^|,)\s*no-cache\s*(?:,|$)/.test(headers['cache-control'] ?? '')) return false;
  // Compared weakly, as RFC 9110 wants it here.
  return held === '*' || held.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

async function readIfThere(place: URL): Promise<Buffer | undefined> {
  try {
    return await readFile(place);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw cause;
  }
}
