import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createProviderFetch } from '../server/models/wire/provider-fetch.ts';
import { toModelFailure } from '../server/runs/model-failure.ts';

const fetch = createProviderFetch();
const ask = (url: string, signal?: AbortSignal) =>
  fetch(url, { method: 'POST', body: '{"model":"m"}', headers: { 'x-api-key': 'CANARY' }, ...(signal && { signal }) });

async function startProvider(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

test('asks again where a redirect of the same server leads, with the same body', async () => {
  const asked: string[] = [];
  await using provider = await startProvider(async (request, response) => {
    asked.push(`${request.url} ${(await request.toArray()).join('')}`);
    if (request.url === '/a') response.writeHead(307, { location: '/b' }).end();
    else response.end('done');
  });
  expect(await (await ask(`${provider.url}/a`)).text()).toBe('done');
  expect(asked).toEqual(['/a {"model":"m"}', '/b {"model":"m"}']);
});

test('tells no key to another server, and follows no redirect for ever', async () => {
  let strangers = 0;
  await using stranger = await startProvider((_request, response) => {
    strangers += 1;
    response.end();
  });
  let rounds = 0;
  await using provider = await startProvider((request, response) => {
    rounds += 1;
    const location = request.url === '/away' ? stranger.url : '/round';
    response.writeHead(308, { location }).end();
  });
  expect((await ask(`${provider.url}/away`)).status).toBe(308);
  expect(strangers).toBe(0);
  expect((await ask(`${provider.url}/round`)).status).toBe(308);
  expect(rounds).toBe(7);
});

test('fails as the global fetch does when nobody listens', async () => {
  await using provider = await startProvider(() => undefined);
  const { url } = provider;
  await provider[Symbol.asyncDispose]();
  const error = await ask(url).catch((cause) => cause);
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toMatchObject({ message: 'fetch failed', cause: { code: 'ECONNREFUSED' } });
});

test('an answer that is cut off is one of a connection that failed', async () => {
  await using provider = await startProvider((_request, response) => {
    response.write('data: {}\n\n', () => response.destroy());
  });
  const error = await (await ask(provider.url)).text().catch((cause) => cause);
  expect(toModelFailure(error, { provider: 'openai.chat' })).toMatchObject({
    detail: 'The connection to the model provider openai failed (ECONNRESET)',
    retryable: true,
  });
});

test('an abort ends the request, before and in the middle of an answer', async () => {
  let left = 0;
  await using provider = await startProvider((request, response) => {
    response.on('close', () => {
      left += 1;
    });
    if (request.url === '/begun') response.write('data: {}\n\n');
  });
  for (const path of ['/silent', '/begun']) {
    const abort = new AbortController();
    const text = ask(provider.url + path, abort.signal).then((response) => response.text());
    await wait(50);
    abort.abort(new Error('no longer wanted'));
    await expect(text).rejects.toThrow('no longer wanted');
  }
  await expect.poll(() => left).toBe(2);
});

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
])('an answer that is packed with %s is unpacked, though nobody asked for it', async (packing, pack) => {
  await using provider = await startProvider((_request, response) => {
    response.writeHead(200, { 'content-encoding': packing }).end(pack('data: {"a":1}\n\n'));
  });
  expect(await (await ask(provider.url)).text()).toBe('data: {"a":1}\n\n');
});

test('an answer is read no faster than it is asked for', async () => {
  const sent = { bytes: 0 };
  const block = Buffer.alloc(65_536);
  await using provider = await startProvider(async (_request, response) => {
    for (; sent.bytes < 2 ** 28 && !response.destroyed; sent.bytes += block.length) {
      if (!response.write(block)) await once(response, 'drain').catch(() => undefined);
    }
  });
  const { body } = await ask(provider.url);
  await wait(300);
  expect(sent.bytes).toBeLessThan(2 ** 25);
  await body?.cancel();
});
