import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { expect, test } from 'vitest';
import { readApiKeyFile } from '../server/http/auth.ts';
import { createLog } from '../server/http/log.ts';
import { startTestServer } from './support/http-server.ts';

test('a mount is served behind the same checks, with the same headers', async () => {
  const docs = express.Router().get('/page', (_request, response) => {
    response.setHeader('content-security-policy', "default-src 'self'");
    response.send('a page');
  });
  await using server = await startTestServer({
    apiKeys: ['k'],
    mounts: [
      { path: '/docs', handler: docs },
      { path: '/closed', handler: (_request, response) => response.json({ ok: true }) },
    ],
  });
  const page = await fetch(`${server.url}/docs/page`);
  expect([page.status, await page.text()]).toEqual([200, 'a page']);
  expect(page.headers.get('content-security-policy')).toBe("default-src 'self'");
  expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  expect((await fetch(`${server.url}/closed`)).status).toBe(401);
  const held = await fetch(`${server.url}/closed`, { headers: { authorization: 'Bearer k' } });
  expect([held.status, await held.json()]).toEqual([200, { ok: true }]);
});

test('a mount below the base path is served behind the same checks, and REST keeps its own paths', async () => {
  const handler: express.RequestHandler = (request, response) => {
    response.json({ method: request.method, path: request.originalUrl });
  };
  await using server = await startTestServer({
    apiKeys: ['k'],
    rateLimits: ['4/min'],
    mounts: [{ path: '/api/v1/things/mounted', handler }],
  });
  const call = async (method: string, path: string) => {
    const response = await server.call(method, path, undefined, { authorization: 'Bearer k' });
    return [response.status, response.headers.get('location') ?? (await response.json())];
  };
  expect((await server.call('GET', '/things/mounted/x')).status).toBe(401);
  expect(await call('OPTIONS', '/things/mounted/x?a=1')).toEqual([
    200,
    { method: 'OPTIONS', path: '/api/v1/things/mounted/x?a=1' },
  ]);
  expect(await call('GET', '/things/mounted')).toEqual([200, { id: 'mounted', size: 1 }]);
  expect(await call('GET', '/things/mounted/')).toEqual([307, '/api/v1/things/mounted']);
  expect(await call('GET', '/things/mountedx/y')).toEqual([
    404,
    { detail: 'Not Found', status_code: 404, code: 'not-found' },
  ]);
  expect((await call('GET', '/things/mounted/x'))[0]).toBe(429);
});

test('a mount that throws is a 500 in the shape of every error', async () => {
  await using server = await startTestServer({
    mounts: [
      {
        path: '/broken',
        handler: () => {
          throw new Error('a secret detail');
        },
      },
      {
        path: '/late',
        handler: async () => {
          throw new Error('a secret detail');
        },
      },
      { path: '/params', handler: express.Router().get('/:id', (_request, response) => response.json({})) },
    ],
  });
  for (const path of ['/broken', '/late']) {
    const response = await fetch(server.url + path);
    expect([response.status, await response.json()]).toEqual([
      500,
      { detail: 'Internal Server Error', status_code: 500, code: 'internal' },
    ]);
  }
  const malformed = await fetch(`${server.url}/params/%zz`);
  expect([malformed.status, await malformed.json()]).toEqual([
    400,
    { detail: 'The URL is not well formed', status_code: 400, code: 'malformed-url' },
  ]);
});

test('a key file holds one key a line, with comments', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keys-'));
  const file = join(folder, 'keys');
  writeFileSync(file, '# first team\nkey-one\r\n\n  key-two  \n#key-three\n');
  expect(readApiKeyFile(file)).toEqual(['key-one', 'key-two']);
  writeFileSync(file, '# nothing yet\n');
  expect(() => readApiKeyFile(file)).toThrow(`The API key file ${file} holds no key`);
  rmSync(folder, { recursive: true });
  expect(() => readApiKeyFile(file)).toThrow(`The API key file ${file} cannot be read: ENOENT`);
});

test('secrets are masked in the log, whatever field or text they stand in', () => {
  const lines: string[] = [];
  const log = createLog({ level: 'debug', destination: { write: (line) => void lines.push(line) } });
  log.info({
    headers: { authorization: 'Bearer CANARY', cookie: 'a=CANARY' },
    jupyter_token: 'CANARY',
    apiKey: 'CANARY',
  });
  log.info({ url: 'http://user:CANARY@host/x?token=CANARY&a=1' }, 'asked with Bearer CANARY and api_key=CANARY');
  log.error({ err: new Error('GET http://h/?access_token=CANARY failed') });
  log.debug({ tokens: 12, key: 'a\nb' }, 'line\nbreak');
  expect(lines.join('')).not.toContain('CANARY');
  expect(lines).toHaveLength(4);
  expect(lines.every((line) => line.trimEnd().split('\n').length === 1 && JSON.parse(line))).toBeTruthy();
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({
    url: 'http://[redacted]@host/x?token=[redacted]&a=1',
    msg: 'asked with Bearer [redacted] and api_key=[redacted]',
  });
  expect(JSON.parse(lines[3] ?? '')).toMatchObject({ tokens: 12, msg: 'line\nbreak' });
});
