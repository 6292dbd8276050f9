import { methodNotAllowed } from '../call/method-not-allowed.ts';
import type { Exchange } from './exchange.ts';

/** A text that this server answers with at one path, beside the contract. */
export interface TextPage {
  /** What its requests are called where those of operations have the name of theirs. */
  readonly operation: string;
  /** Whether it needs no key where others do. */
  readonly isOpen: boolean;
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Answers with a text as it is now. */
export async function sendTextPage(exchange: Exchange, page: TextPage): Promise<void> {
  const { request, response, headers } = exchange;
  if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed(request.method, 'GET, HEAD');
  const { contentType, text } = await page.render();
  headers.push('content-type', contentType, 'cache-control', 'no-store');
  headers.push('content-length', String(Buffer.byteLength(text)));
  response.writeHead(200, headers);
  response.end(request.method === 'HEAD' ? undefined : text);
}
