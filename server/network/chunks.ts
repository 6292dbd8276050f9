import type { ServerResponse } from 'node:http';

/** The body of an answer whose length nobody knows yet. */
export interface ChunkWriter {
  /** Adds a piece. Texts that are added before the event loop turns are one write, up to a size. */
  add(piece: string | Uint8Array): void;
  /** Writes what was added. */
  flush(): void;
  /** Ends the answer behind what was added; to be called in place of `response.end`. */
  end(): void;
}

/** Texts are joined up to this size. */
const BATCH_CHARS = 16 * 1024;
const LINE_END = Buffer.from('\r\n');
const LAST_CHUNK = '0\r\n\r\n';

/** The answers whose chunks are made here. */
const chunked = new WeakSet<ServerResponse>();

/**
 * Writes the body of an answer whose head is written, each write as one chunk in one buffer. `node:http` hands the length of a chunk, what
 * is in it and the two line ends to the system as four, which costs a quarter of a small write more. To a caller that knows no chunks,
 * which are those of HTTP/1.0, the pieces are written as they are.
 */
export function writeChunks(response: ServerResponse): ChunkWriter {
  if (response.chunkedEncoding) {
    // The head has said that chunks come; from here on they are made here.
    response.chunkedEncoding = false;
    chunked.add(response);
  }
  let text = '';
  const flush = () => {
    if (text === '' || response.destroyed) return;
    writePiece(response, text);
    text = '';
  };
  return {
    add(piece) {
      if (typeof piece !== 'string') {
        flush();
        writePiece(response, piece);
        return;
      }
      if (text === '') process.nextTick(flush);
      text += piece;
      if (text.length > BATCH_CHARS) flush();
    },
    flush,
    end() {
      flush();
      if (!response.destroyed) response.end(chunked.has(response) ? LAST_CHUNK : undefined, 'latin1');
    },
  };
}

/** Writes a piece of a body now, whether or not its chunks are made by {@link writeChunks}. */
export function writePiece(response: ServerResponse, piece: string | Uint8Array): void {
  if (!chunked.has(response)) {
    response.write(piece);
    return;
  }
  const size = Buffer.byteLength(piece);
  // An empty chunk would be the end.
  if (size === 0) return;
  const head = `${size.toString(16)}\r\n`;
  if (typeof piece !== 'string') response.write(Buffer.concat([Buffer.from(head), piece, LINE_END]));
  // As many bytes as characters is ASCII, which is written faster when that is said.
  else response.write(`${head}${piece}\r\n`, size === piece.length ? 'latin1' : 'utf8');
}
