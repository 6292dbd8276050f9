import { randomBytes } from 'node:crypto';
import { ApiError } from '../call/errors.ts';
import { isBrowser } from './console.ts';
import {
  REDOC_PAGE_STYLE,
  redocPage,
  redocPolicy,
  START_REDOC,
  START_SWAGGER_UI,
  SWAGGER_UI_PAGE,
  SWAGGER_UI_POLICY,
} from './docs-pages.ts';
import type { Exchange } from './exchange.ts';
import { prefer } from './negotiate.ts';
import { compress, createStaticFile, readContent, sendFresh } from './static-file.ts';

type Serve = (exchange: Exchange) => Promise<void>;

/** What serves the documentation, by its paths: Swagger UI at `/docs`, where `/` leads programs, ReDoc at `/redoc` and `/openapi.json`, with every file from this machine. */
export type Docs = ReadonlyMap<string, Serve>;

/** The documentation. Nothing of it is read before it is asked for. */
export function createDocs(): Docs {
  const script = 'text/javascript; charset=utf-8';
  const style = 'text/css; charset=utf-8';
  const files: Record<string, Serve> = {
    '/openapi.json': createStaticFile('application/json; charset=utf-8', readDocument),
    '/docs/swagger-ui.css': createStaticFile(style, () => readVendored('swagger-ui.css')),
    '/docs/swagger-ui.js': createStaticFile(script, () => readVendored('swagger-ui.js')),
    '/docs/start.js': createStaticFile(script, () => compress(Buffer.from(START_SWAGGER_UI))),
    '/docs/favicon.png': createStaticFile('image/png', () => readVendored('favicon.png')),
    '/redoc/redoc.js': createStaticFile(script, () => readVendored('redoc.js')),
    '/redoc/start.js': createStaticFile(script, () => compress(Buffer.from(START_REDOC))),
    '/redoc/page.css': createStaticFile(style, () => compress(Buffer.from(REDOC_PAGE_STYLE))),
    '/docs': async (exchange) => sendPage(exchange, SWAGGER_UI_PAGE, SWAGGER_UI_POLICY),
    '/redoc': async (exchange) => {
      const nonce = randomBytes(16).toString('base64');
      sendPage(exchange, redocPage(nonce), redocPolicy(nonce));
    },
  };
  const ways: Record<string, string> = { '/docs/': '/docs', '/redoc/': '/redoc' };
  return new Map([
    ...Object.entries(files).map(([path, serve]) => [path, forReading(serve)] as const),
    ...Object.entries(ways).map(([path, location]) => [path, leadTo(location)] as const),
    ['/', async (exchange: Exchange) => leadTo(isBrowser(exchange) ? 'console' : 'docs')(exchange)],
  ]);
}

const isRead = ({ method }: Exchange['request']) => method === 'GET' || method === 'HEAD';

const forReading =
  (serve: Serve): Serve =>
  async (exchange) => {
    const { request } = exchange;
    if (isRead(request)) return serve(exchange);
    throw new ApiError('method-not-allowed', `Method ${request.method} not allowed; use GET`, {
      headers: { allow: 'GET, HEAD' },
    });
  };

function sendPage(exchange: Exchange, html: string, policy: string): void {
  const { headers } = exchange;
  // In place of the policy that answers have which are data.
  const place = headers.indexOf('content-security-policy');
  headers.splice(place, place < 0 ? 0 : 2);
  headers.push('content-security-policy', policy, 'cache-control', 'no-store');
  sendFresh(exchange, { contentType: 'text/html; charset=utf-8', content: Buffer.from(html) });
}

/** Leads those who read to another path, with a sentence in the form they want; `OPTIONS` is told who they are. */
const leadTo =
  (location: string): Serve =>
  async (exchange) => {
    const { request, headers } = exchange;
    if (request.method === 'OPTIONS') {
      headers.push('allow', 'GET, HEAD', 'content-type', 'text/plain');
      return end(exchange, 200, 'GET, HEAD');
    }
    if (!isRead(request)) throw new ApiError('not-found', 'Not Found');
    const type = prefer(request.headers.accept || '*/*', ['text/plain', 'text/html']);
    headers.push('location', location, 'vary', 'Accept');
    if (type) headers.push('content-type', `${type}; charset=utf-8`);
    const title = 'Temporary Redirect';
    const said = `${title}. Redirecting to ${location}`;
    const html = `<!DOCTYPE html><head><title>${title}</title></head><body><p>${said}</p></body>`;
    end(exchange, 307, type === 'text/html' ? html : type ? said : '');
  };

function end({ request, response, headers }: Exchange, status: number, body: string): void {
  headers.push('content-length', String(Buffer.byteLength(body)));
  response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : body);
}

/** The document that `npm run generate` writes from the contract, on one line. */
const readDocument = () =>
  readContent(new URL('../../client/generated/openapi.json', import.meta.url), (file) =>
    Buffer.from(JSON.stringify(JSON.parse(file.toString()))),
  );

const readVendored = (name: string) => readContent(new URL(`./vendored/${name}`, import.meta.url));
