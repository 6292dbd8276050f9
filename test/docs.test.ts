import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { contract } from '../contract/index.ts';
import { createOpenApiDocument } from '../contract/openapi.ts';
import { createDocs } from '../server/http/docs.ts';
import { DOCS_PATHS } from '../server/http/docs-pages.ts';
import { prefer } from '../server/http/negotiate.ts';
import { readContent } from '../server/http/static-file.ts';
import { version } from '../server/version.ts';
import { startTestServer } from './support/http-server.ts';

const startDocs = () =>
  startTestServer({
    docs: createDocs(),
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

test('the root leads programs to the documentation, without a key, and nothing else does', async () => {
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

test('the documentation is served where what else Express serves cannot be loaded', async () => {
  const load = () => Promise.reject(new Error('it cannot be loaded'));
  await using server = await startTestServer({ docs: createDocs(), mounts: [{ path: '/other', load }] });
  const statuses = await Promise.all(
    ['/docs', '/redoc', '/openapi.json', '/other'].map(async (path) => (await fetch(server.url + path)).status),
  );
  expect(statuses).toEqual([200, 200, 200, 500]);
});

test('a redirect says where it leads, in the form that is asked for', async () => {
  await using server = await startDocs();
  const ask = async (path: string, accept: string, method = 'GET') => {
    const response = await fetch(server.url + path, { method, redirect: 'manual', headers: { accept } });
    return [response.headers.get('content-type'), response.headers.get('vary'), await response.text()];
  };
  const text = 'text/plain; charset=utf-8';
  const html = 'text/html; charset=utf-8';
  expect(await ask('/', '*/*')).toEqual([text, 'Accept', 'Temporary Redirect. Redirecting to docs']);
  expect(await ask('/docs/', 'text/html,*/*;q=0.8')).toEqual([
    html,
    'Accept',
    '<!DOCTYPE html><head><title>Temporary Redirect</title></head><body><p>Temporary Redirect. Redirecting to /docs</p></body>',
  ]);
  expect(await ask('/', 'text/html,*/*;q=0.8')).toEqual([
    html,
    'Accept',
    '<!DOCTYPE html><head><title>Temporary Redirect</title></head><body><p>Temporary Redirect. Redirecting to console</p></body>',
  ]);
  expect(await ask('/', 'image/png')).toEqual([null, 'Accept', '']);
  expect(await ask('/', 'text/html', 'HEAD')).toEqual([html, 'Accept', '']);
  const options = await fetch(`${server.url}/`, { method: 'OPTIONS' });
  expect([options.status, options.headers.get('allow'), await options.text()]).toEqual([200, 'GET, HEAD', 'GET, HEAD']);
  expect((await fetch(`${server.url}/`, { method: 'POST' })).status).toBe(404);
});

test('what a caller holds is not sent again, unless it is wanted anew', async () => {
  await using server = await startDocs();
  const url = `${server.url}/docs/start.js`;
  const etag = (await fetch(url)).headers.get('etag') ?? '';
  const ask = async (headers: Record<string, string>, method = 'GET') =>
    // Else fetch asks for it anew by itself, since the header says that it keeps copies.
    (await fetch(url, { method, headers: { 'cache-control': 'max-age=0', ...headers } })).status;
  expect(await ask({ 'if-none-match': `W/${etag}` })).toBe(304);
  expect(await ask({ 'if-none-match': `"other", ${etag}` })).toBe(304);
  expect(await ask({ 'if-none-match': '*' }, 'HEAD')).toBe(304);
  expect(await ask({ 'if-none-match': '"other"' })).toBe(200);
  expect(await ask({ 'if-none-match': etag, 'cache-control': 'no-cache' })).toBe(200);
  expect(await ask({ 'if-none-match': etag }, 'POST')).toBe(405);
});

test.each([
  ['', undefined],
  ['br', undefined],
  ['gzip, deflate, br', 'gzip'],
  ['GZIP', 'gzip'],
  ['*', 'gzip'],
  ['*;q=0', undefined],
  ['gzip;q=0, *', 'identity'],
  ['gzip ; q=0.3', 'gzip'],
  ['gzip;q=none', undefined],
  ['identity, gzip', 'identity'],
  ['identity;q=0.5, gzip', 'gzip'],
  ['*, identity', 'identity'],
])('of gzip and identity, %j prefers %s', (header, preferred) => {
  expect(prefer(header, ['gzip', 'identity'])).toBe(preferred);
});

test.each([
  ['*/*', 'text/plain'],
  ['text/*', 'text/plain'],
  ['text/html, text/plain', 'text/html'],
  ['text/html;q=0.5, text/plain', 'text/plain'],
  ['text/html;q=0, text/*;q=0.1', 'text/plain'],
  ['text/html;level=1', undefined],
])('of text and HTML, %j prefers %s', (header, preferred) => {
  expect(prefer(header, ['text/plain', 'text/html'])).toBe(preferred);
});

test('a file is read with the compressed one beside it, and compressed where there is none', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'static-'));
  const place = pathToFileURL(join(folder.path, 'a.css'));
  await writeFile(place, 'a {}');
  const made = await readContent(place, (file) => Buffer.from(`${file}\n`));
  expect([made.plain.toString(), gunzipSync(made.zipped).toString()]).toEqual(['a {}\n', 'a {}\n']);
  await writeFile(`${folder.path}/a.css.gz`, 'ready');
  const ready = await readContent(place, () => Buffer.from('made anew'));
  expect([ready.plain.toString(), ready.zipped.toString()]).toEqual(['a {}', 'ready']);
});
