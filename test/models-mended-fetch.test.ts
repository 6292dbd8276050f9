/** Answers of providers over HTTP, as the libraries read them: mended, and at the pace of who reads. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { mendAnswers } from '../server/models/wire/mended-fetch.ts';

const fetch = mendAnswers({ api: 'chat-completions' });
const ask = (url: string, signal?: AbortSignal) =>
  fetch(url, { method: 'POST', body: '{"model":"m"}', ...(signal && { signal }) });
const frame = (content: string) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
const END = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`;

async function startProvider(answer: RequestListener) {
  const seen = { connections: 0, left: 0 };
  const server = createServer((request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) seen.left++;
    });
    answer(request, response);
  });
  server.on('connection', () => {
    seen.connections++;
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    seen,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

test('an answer arrives whole, packed or not, and its connection takes the next question', async () => {
  await using provider = await startProvider((request, response) => {
    if (request.url === '/packed') response.setHeader('content-encoding', 'br');
    const answer = frame('Hel') + frame('lo') + END;
    response.end(request.url === '/packed' ? brotliCompressSync(answer) : answer);
  });
  for (const path of ['/plain', '/packed', '/plain']) {
    expect(await (await ask(provider.url + path)).text()).toBe(frame('Hel') + frame('lo') + END);
  }
  expect(provider.seen).toEqual({ connections: 1, left: 0 });
});

test('what breaks off in the middle fails with the cause, and is told as cut off where it ends too early', async () => {
  await using provider = await startProvider((request, response) => {
    response.write(frame('Hel'), () => (request.url === '/reset' ? response.destroy() : response.end()));
  });
  await expect((await ask(`${provider.url}/reset`)).text()).rejects.toMatchObject({ code: 'ECONNRESET' });
  const text = await (await ask(`${provider.url}/ended`)).text();
  expect(text).toContain(frame('Hel'));
  expect(text).toContain('it ended its answer in the middle');
});

test('an abort ends an answer with its reason, and who cancels it ends the request', async () => {
  await using provider = await startProvider((_request, response) => response.write(frame('Hel')));
  const abort = new AbortController();
  const reader = (await ask(provider.url, abort.signal)).body?.getReader();
  expect((await reader?.read())?.done).toBe(false);
  const next = reader?.read();
  abort.abort(new Error('no longer wanted'));
  await expect(next).rejects.toThrow('no longer wanted');
  await (await ask(provider.url)).body?.cancel();
  await expect.poll(() => provider.seen.left).toBe(2);
});

test('an answer is read no faster than it is asked for, and all the same whole', async () => {
  const FRAMES = 20_000;
  const words = 'word '.repeat(200);
  let sent = 0;
  await using provider = await startProvider(async (_request, response) => {
    for (; sent < FRAMES && !response.destroyed; sent++) {
      if (!response.write(frame(words))) await once(response, 'drain');
    }
    response.end(END);
  });
  const reader = (await ask(provider.url)).body?.getReader();
  let length = (await reader?.read())?.value?.length ?? 0;
  for (let before = -1; before !== sent; ) {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(sent).toBeLessThan(FRAMES);
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) length += read.value.length;
  expect(length).toBe(FRAMES * frame(words).length + END.length);
});
