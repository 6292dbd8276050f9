import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createRemoteFetch } from '../server/mcp/wire/remote-fetch.ts';
import { connectRemote } from '../server/mcp/wire/remote-transports.ts';
import { createLookup, isReachable } from '../server/network/outgoing-address.ts';

async function startListener(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/mcp`,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

/** A name server that says something else each time; the last answer stays. */
function flips(...answers: string[]) {
  return createLookup(isReachable, (_hostname, _options, callback) => {
    const address = answers.length > 1 ? answers.shift() : answers[0];
    callback(null, [{ address: address ?? '', family: 4 }]);
  });
}

describe('the address of a remote server', () => {
  test('is checked each time it is dialled: a name that flips to a metadata address is not followed there', async () => {
    await using server = await startListener((_request, response) => {
      response.writeHead(200, { connection: 'close' }).end('first');
    });
    const fetchText = createRemoteFetch(flips('127.0.0.1', '169.254.169.254'));
    const url = `http://flips.example:${server.port}/mcp?key=CANARY`;
    expect(await (await fetchText(url)).text()).toBe('first');
    await expect(fetchText(url)).rejects.toThrow(/^flips\.example leads to a link-local or metadata address$/);
    await expect(fetchText(url.replace('http:', 'https:'))).rejects.toThrow(
      /^flips\.example leads to a link-local or metadata address$/,
    );
  });

  test.each([
    '169.254.169.254',
    '2852039166',
    '0xa9.0xfe.0xa9.0xfe',
    '0.0.0.0',
    '[::ffff:a9fe:a9fe]',
    '[fd00:ec2::254]',
  ])('is not dialled when it is %s, by any transport, and the reason repeats no secret', async (host) => {
    for (const type of ['http', 'sse'] as const) {
      const connecting = connectRemote({ type, url: `https://${host}/mcp?key=CANARY`, headers: {} }, (transport) =>
        type === 'sse' ? transport.start() : transport.send({ jsonrpc: '2.0', method: 'ping', id: 1 }),
      );
      await expect(connecting).rejects.toThrow(/leads to a link-local or metadata address$/);
      await expect(connecting).rejects.not.toThrow(/CANARY/);
    }
  });

  test('is checked of a redirect, too: within its own origin the name is looked up again', async () => {
    await using server = await startListener((_request, response) => {
      response.writeHead(307, { location: '/latest/meta-data', connection: 'close' }).end();
    });
    const fetchText = createRemoteFetch(flips('127.0.0.1', '169.254.169.254'));
    const { loadRemoteTransports } = await import('../server/mcp/wire/mcp-sdk.ts');
    const { StreamableHTTPClientTransport } = await loadRemoteTransports();
    const url = new URL(`http://flips.example:${server.port}/mcp`);
    await using transport = Object.assign(new StreamableHTTPClientTransport(url, { fetch: fetchText }), {
      async [Symbol.asyncDispose]() {
        await transport.close();
      },
    });
    await transport.start();
    await expect(transport.send({ jsonrpc: '2.0', method: 'ping', id: 1 })).rejects.toThrow(
      'flips.example leads to a link-local or metadata address',
    );
    expect(server.connections()).toBe(1);
  });
});

describe('the answer of a remote server', () => {
  test('is unpacked, with its status and each of its headers', async () => {
    await using server = await startListener(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const said = [
        request.method,
        request.headers['x-key'],
        request.headers['content-length'],
        String(Buffer.concat(chunks)),
      ];
      response.writeHead(201, 'Made', { 'content-encoding': 'gzip', 'set-cookie': ['a=1', 'b=2'] });
      response.end(gzipSync(JSON.stringify(said)));
    });
    const init = { method: 'POST', headers: { 'X-Key': 'mine' }, body: '{"ü":1}' };
    const response = await createRemoteFetch()(new URL(server.url), init);
    expect([response.status, response.statusText, response.headers.getSetCookie()]).toEqual([
      201,
      'Made',
      ['a=1', 'b=2'],
    ]);
    expect(await response.json()).toEqual(['POST', 'mine', '8', '{"ü":1}']);
  });

  test('that has no body, or whose body nobody wants, leaves its connection to the next request', async () => {
    await using server = await startListener((request, response) => {
      response.writeHead(Number(request.url?.slice(1))).end(request.url === '/200' ? 'not wanted' : undefined);
    });
    const fetchText = createRemoteFetch();
    for (const status of [202, 200, 405, 202, 204]) {
      const response = await fetchText(new URL(`/${status}`, server.url));
      expect(response.status).toBe(status);
      await response.body?.cancel();
    }
    expect(server.connections()).toBe(1);
  });

  test('arrives while it is written, and its end by an abort has the reason of that', async () => {
    const closed = Promise.withResolvers<void>();
    await using server = await startListener((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
      response.on('close', closed.resolve);
    });
    const abort = new AbortController();
    const response = await createRemoteFetch()(server.url, { signal: abort.signal });
    const reader = response.body?.getReader();
    expect(String(Buffer.from((await reader?.read())?.value ?? []))).toBe('data: 1\n\n');
    const next = reader?.read();
    abort.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
    await closed.promise;
    await expect(createRemoteFetch()(server.url, { signal: abort.signal })).rejects.toThrow('enough');
  });

  test('is no longer sent when its reader has left', async () => {
    const closed = Promise.withResolvers<void>();
    await using server = await startListener((_request, response) => {
      response.writeHead(200).write('1');
      response.on('close', closed.resolve);
    });
    const response = await createRemoteFetch()(server.url);
    await response.body?.cancel();
    await closed.promise;
  });

  test('is read no faster than it is asked for', async () => {
    let written = 0;
    await using server = await startListener((_request, response) => {
      const chunk = Buffer.alloc(64 * 1024);
      const chunks = function* () {
        for (; written < 256 * 1024 * 1024; written += chunk.length) yield chunk;
      };
      pipeline(Readable.from(chunks()), response, () => undefined);
    });
    const response = await createRemoteFetch()(server.url);
    const reader = response.body?.getReader();
    await reader?.read();
    let before = -1;
    while (before !== written) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(written).toBeLessThan(64 * 1024 * 1024);
    await reader?.cancel();
  });

  test('that does not come says why: nobody listens, or it is broken off', async () => {
    const gone = await startListener((_request, response) => response.destroy());
    await expect(createRemoteFetch()(gone.url)).rejects.toThrow('socket hang up');
    await gone[Symbol.asyncDispose]();
    await expect(createRemoteFetch()(gone.url)).rejects.toThrow(`connect ECONNREFUSED 127.0.0.1:${gone.port}`);
    await expect(createRemoteFetch()(gone.url.replace('127.0.0.1', 'localhost'))).rejects.toThrow(
      `connect ECONNREFUSED 127.0.0.1:${gone.port}`,
    );
  });
});
