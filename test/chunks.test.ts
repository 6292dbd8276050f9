import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, test } from 'vitest';
import { type ChunkWriter, writeChunks, writePiece } from '../server/network/chunks.ts';

/** Serves what `write` writes, and gives back all that goes over the connection of one request. */
async function wireOf(version: '1.0' | '1.1', write: (chunks: ChunkWriter, response: ServerResponse) => void) {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    write(writeChunks(response), response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(`GET / HTTP/${version}\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
  const parts = await Array.fromAsync(socket);
  server.close();
  const [head = '', ...body] = Buffer.concat(parts).toString().split('\r\n\r\n');
  return { head: head.toLowerCase(), body: body.join('\r\n\r\n') };
}

test('each write is one chunk of as many bytes as it says, whatever it is made of', async () => {
  const { head, body } = await wireOf('1.1', (chunks, response) => {
    chunks.add('plain\n');
    chunks.flush();
    chunks.add('');
    chunks.flush();
    chunks.add('naïve 日本 🙂');
    chunks.add(new Uint8Array(0));
    chunks.add('half \ud83d');
    chunks.add(new TextEncoder().encode('seventeen bytes !'));
    writePiece(response, 'now');
    chunks.end();
  });
  expect(head).toContain('transfer-encoding: chunked');
  expect(body).toBe(
    '6\r\nplain\n\r\n12\r\nnaïve 日本 🙂\r\n8\r\nhalf \ufffd\r\n11\r\nseventeen bytes !\r\n3\r\nnow\r\n0\r\n\r\n',
  );
});

test('texts are joined until the event loop turns, up to a size', async () => {
  const { body } = await wireOf('1.1', (chunks) => {
    chunks.add('one ');
    chunks.add('two');
    setImmediate(() => {
      chunks.add('x'.repeat(16 * 1024 + 1));
      chunks.add('three');
      chunks.end();
    });
  });
  expect(body.replace(/x+/, 'x')).toBe('7\r\none two\r\n4001\r\nx\r\n5\r\nthree\r\n0\r\n\r\n');
});

test('to a caller of HTTP/1.0 the pieces are written as they are', async () => {
  const { head, body } = await wireOf('1.0', (chunks, response) => {
    chunks.add('one ');
    chunks.add(new TextEncoder().encode('two '));
    writePiece(response, 'three');
    chunks.end();
  });
  expect(head).not.toContain('transfer-encoding');
  expect(body).toBe('one two three');
});
