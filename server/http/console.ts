import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ApiError } from '../call/errors.ts';
import type { Exchange } from './exchange.ts';
import { prefer } from './negotiate.ts';
import { createStaticFile, readContent, sendFresh } from './static-file.ts';

/** Where the console is; its pages need no key, and what they ask for does. */
export const CONSOLE_PATH = '/console';

const ASSETS = `${CONSOLE_PATH}/assets/`;
const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};
/**
 * What the console may do: nothing but its own scripts and styles runs, nothing is asked of another host, and no text ever becomes HTML or
 * a script. Frames hold the pages of MCP Apps, each in an origin of its own.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  'media-src data: blob:',
  "connect-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');
/** Its content is in the name of an asset. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const MISSING = 'The console is not built: `npm run build` builds it.\n';

// The bundle of the server stands beside the console, the sources do not.
const folder = new URL(import.meta.url.endsWith('.ts') ? '../../dist/console/' : '../../console/', import.meta.url);

/** Serves the console: its files, and for every other path the page, whose script reads the path. Nothing is read before it is asked for. */
export function createConsole(): (exchange: Exchange) => Promise<void> {
  const files = new Map<string, (exchange: Exchange) => Promise<void>>();
  const serveAsset = (exchange: Exchange, name: string) => {
    const [, extension = ''] = /^[\w.-]+\.(js|css)$/.exec(name) ?? [];
    const type = TYPES[extension];
    if (type === undefined) throw new ApiError('not-found', 'Not Found');
    const serve = files.get(name) ?? createStaticFile(type, () => readAsset(name), FOR_EVER);
    files.set(name, serve);
    return serve(exchange).catch((cause: unknown) => {
      files.delete(name);
      throw cause;
    });
  };
  return async (exchange) => {
    const { request, path } = exchange;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new ApiError('method-not-allowed', `Method ${request.method} not allowed; use GET`, {
        headers: { allow: 'GET, HEAD' },
      });
    }
    if (path.startsWith(ASSETS)) return serveAsset(exchange, path.slice(ASSETS.length));
    return sendPage(exchange);
  };
}

/** Whether somebody reads in a browser, and not a program. */
export const isBrowser = ({ request }: Exchange): boolean =>
  prefer(request.headers.accept || '*/*', ['application/json', 'text/html']) === 'text/html';

async function sendPage(exchange: Exchange): Promise<void> {
  const { headers, path } = exchange;
  const page = await readFile(new URL('index.html', folder), 'utf8').catch(() => undefined);
  headers.push('cache-control', 'no-cache');
  if (page === undefined) {
    sendFresh(exchange, { contentType: 'text/plain; charset=utf-8', content: Buffer.from(MISSING) });
    return;
  }
  // In place of the policy that answers have which are data.
  const place = headers.indexOf('content-security-policy');
  headers.splice(place, place < 0 ? 0 : 2, 'content-security-policy', POLICY);
  // Relative, so that the console also works below the path of a proxy.
  const depth = path.split('/').length - 2;
  const up = depth ? '../'.repeat(depth - 1) || './' : 'console/';
  const content = Buffer.from(page.replaceAll('{up}', up));
  const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
  headers.push('etag', etag);
  sendFresh(exchange, { contentType: 'text/html; charset=utf-8', content, etag });
}

async function readAsset(name: string) {
  try {
    return await readContent(new URL(`assets/${name}`, folder));
  } catch (cause) {
    throw new ApiError('not-found', 'Not Found', { cause });
  }
}
