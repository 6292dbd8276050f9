import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import express, { type RequestHandler, type Response } from 'express';
import { ApiError } from '../call/errors.ts';
import {
  REDOC_PAGE_STYLE,
  redocPage,
  redocPolicy,
  START_REDOC,
  START_SWAGGER_UI,
  SWAGGER_UI_PAGE,
  SWAGGER_UI_POLICY,
} from './docs-pages.ts';

/** Serves Swagger UI at `/docs`, where `/` leads, ReDoc at `/redoc` and `/openapi.json`, with every file from this machine; mount it at the root. */
export function createDocs(): RequestHandler {
  const router = express.Router({ strict: true, caseSensitive: true });
  const files: Record<string, RequestHandler> = {
    '/openapi.json': serveFile('application/json', readDocument),
    '/docs/swagger-ui.css': serveFile('text/css', () => readVendored('swagger-ui.css')),
    '/docs/swagger-ui.js': serveFile('text/javascript', () => readVendored('swagger-ui.js')),
    '/docs/start.js': serveFile('text/javascript', () => START_SWAGGER_UI),
    '/docs/favicon.png': serveFile('image/png', () => readVendored('favicon.png')),
    '/redoc/redoc.js': serveFile('text/javascript', () => readVendored('redoc.js')),
    '/redoc/start.js': serveFile('text/javascript', () => START_REDOC),
    '/redoc/page.css': serveFile('text/css', () => REDOC_PAGE_STYLE),
    '/docs': (_request, response) => sendPage(response, SWAGGER_UI_PAGE, SWAGGER_UI_POLICY),
    '/redoc': (_request, response) => {
      const nonce = randomBytes(16).toString('base64');
      sendPage(response, redocPage(nonce), redocPolicy(nonce));
    },
  };
  for (const [path, handler] of Object.entries(files)) {
    router.get(path, handler);
    router.all(path, ({ method }) => {
      throw new ApiError('method-not-allowed', `Method ${method} not allowed; use GET`, {
        headers: { allow: 'GET, HEAD' },
      });
    });
  }
  router.get(['/docs/', '/redoc/'], ({ path }, response) => {
    response.redirect(307, path.slice(0, -1));
  });
  router.get('/', (_request, response) => {
    response.redirect(307, 'docs');
  });
  return router;
}

function sendPage(response: Response, html: string, policy: string): void {
  response.set({ 'Content-Security-Policy': policy, 'Cache-Control': 'no-store' }).type('html').send(html);
}

/** Serves what `read` gives, read once, with an entity tag and compressed for callers who can take it. */
function serveFile(type: string, read: () => string | Buffer | Promise<string | Buffer>): RequestHandler {
  const prepare = async () => {
    const plain = Buffer.from(await read());
    const etag = createHash('sha256').update(plain).digest('base64url').slice(0, 22);
    return { plain, zipped: await promisify(gzip)(plain), etag };
  };
  let file: ReturnType<typeof prepare> | undefined;
  return async (request, response) => {
    file ??= prepare();
    const { plain, zipped, etag } = await file.catch((cause: unknown) => {
      file = undefined;
      throw cause;
    });
    const isZipped = request.acceptsEncodings('gzip', 'identity') === 'gzip';
    response
      .set({ 'Cache-Control': 'no-cache', Vary: 'Accept-Encoding', ETag: `"${etag}${isZipped ? '.gz' : ''}"` })
      .set(isZipped ? { 'Content-Encoding': 'gzip' } : {})
      .type(type)
      .send(isZipped ? zipped : plain);
  };
}

/** The document that `npm run generate` writes from the contract. */
async function readDocument(): Promise<string> {
  const { default: document } = await import('../../client/generated/openapi.json', { with: { type: 'json' } });
  return JSON.stringify(document);
}

const readVendored = (name: string): Promise<Buffer> => readFile(new URL(`./vendored/${name}`, import.meta.url));
