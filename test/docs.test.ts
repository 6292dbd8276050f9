import { expect, test } from 'vitest';
import { contract } from '../contract/index.ts';
import { createOpenApiDocument } from '../contract/openapi.ts';
import { createDocs } from '../server/http/docs.ts';
import { DOCS_PATHS } from '../server/http/docs-pages.ts';
import { version } from '../server/version.ts';
import { startTestServer } from './support/http-server.ts';

const startDocs = () =>
  startTestServer({
    mounts: [{ path: '/', handler: createDocs() }],
    openPaths: DOCS_PATHS,
    apiKeys: ['secret-key'],
  });

test('the document and the pages need no key', async () => {
  await using server = await startDocs();
  const pages = await Promise.all(
    ['/openapi.json', '/docs', '/redoc', '/docs/swagger-ui.js', '/redoc/redoc.js'].map(async (path) => {
      const response = await fetch(server.url + path);
      await response.arrayBuffer();
      return [path, response.status, response.headers.get('content-type')];
    }),
  );
  expect(pages).toEqual([
    ['/openapi.json', 200, 'application/json; charset=utf-8'],
    ['/docs', 200, 'text/html; charset=utf-8'],
    ['/redoc', 200, 'text/html; charset=utf-8'],
    ['/docs/swagger-ui.js', 200, 'text/javascript; charset=utf-8'],
    ['/redoc/redoc.js', 200, 'text/javascript; charset=utf-8'],
  ]);
});

test('the root leads to the documentation, without a key, and nothing else does', async () => {
  await using server = await startDocs();
  const answers = await Promise.all(
    ['/', '/?a=b', '//', '//docs', '/nothing'].map(async (path) => {
      const { status, headers } = await fetch(server.url + path, { redirect: 'manual' });
      return [path, status, headers.get('location')];
    }),
  );
  expect(answers).toEqual([
    ['/', 307, 'docs'],
    ['/?a=b', 307, 'docs'],
    ['//', 401, null],
    ['//docs', 401, null],
    ['/nothing', 401, null],
  ]);
});

test('the document is the one of the contract, with the version of the server', async () => {
  await using server = await startDocs();
  const document = await (await fetch(`${server.url}/openapi.json`)).json();
  expect(document).toEqual(JSON.parse(JSON.stringify(createOpenApiDocument(contract, version))));
  expect(document).toMatchObject({
    openapi: '3.1.0',
    info: { version },
    servers: [{ url: '/api/v1' }],
    paths: { '/health': { get: { operationId: 'healthCheck' } } },
  });
});

test('a page allows no inline script, no style without its nonce and no other host', async () => {
  await using server = await startDocs();
  const [docs, redoc, again] = await Promise.all(['/docs', '/redoc', '/redoc'].map((path) => fetch(server.url + path)));
  expect(docs?.headers.get('content-security-policy')).toBe(
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'self'",
  );
  const policy = redoc?.headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(
    /^default-src 'none'; script-src 'self'; .*; style-src 'self' 'nonce-[A-Za-z0-9+/]{22}=='; worker-src blob:$/,
  );
  expect(again?.headers.get('content-security-policy')).not.toBe(policy);
  expect(await docs?.text()).not.toMatch(/<script>|<style|https?:|\son\w+=/);
  expect(await redoc?.text()).not.toMatch(/<script>|<style|https?:|\son\w+=/);
});

test('a file is sent once: its entity tag answers 304, and gzip is used where it is understood', async () => {
  await using server = await startDocs();
  const url = `${server.url}/openapi.json`;
  const plain = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
  const zipped = await fetch(url, { headers: { 'accept-encoding': 'gzip' } });
  expect(plain.headers.get('content-encoding')).toBeNull();
  expect(zipped.headers.get('content-encoding')).toBe('gzip');
  expect(zipped.headers.get('vary')).toBe('Accept-Encoding');
  expect(await zipped.text()).toBe(await plain.text());
  const etag = zipped.headers.get('etag') ?? '';
  expect(etag).toMatch(/^"[\w-]{22}\.gz"$/);
  expect(plain.headers.get('etag')).not.toBe(etag);
  const repeated = await fetch(url, {
    headers: { 'accept-encoding': 'gzip', 'if-none-match': etag, 'cache-control': 'max-age=0' },
  });
  expect([repeated.status, await repeated.text()]).toEqual([304, '']);
});

test('ReDoc is served without the image of its makers, and with the nonce of its page', async () => {
  await using server = await startDocs();
  const source = await (await fetch(`${server.url}/redoc/redoc.js`)).text();
  expect(source).not.toContain('cdn.redoc.ly');
  expect(source).toContain('document.currentScript.nonce');
});

test('other methods, other spellings and other files are refused in the shape of every error', async () => {
  await using server = await startDocs();
  const posted = await fetch(`${server.url}/docs`, { method: 'POST' });
  expect([posted.status, posted.headers.get('allow'), await posted.json()]).toEqual([
    405,
    'GET, HEAD',
    { detail: 'Method POST not allowed; use GET', status_code: 405, code: 'method-not-allowed' },
  ]);
  const slashed = await fetch(`${server.url}/redoc/`, { redirect: 'manual' });
  expect([slashed.status, slashed.headers.get('location')]).toEqual([307, '/redoc']);
  for (const path of [
    '/docs/package.json',
    '/docs/../package.json',
    '/docs/%2e%2e/package.json',
    '/docs/swagger-ui.js.map',
  ]) {
    const missing = await fetch(server.url + path, { headers: { authorization: 'Bearer secret-key' } });
    expect([path, missing.status]).toEqual([path, 404]);
  }
});

test('HEAD has the headers of GET and no body', async () => {
  await using server = await startDocs();
  const response = await fetch(`${server.url}/docs`, { method: 'HEAD' });
  expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
    200,
    'text/html; charset=utf-8',
    '',
  ]);
});
