import type { Readable } from 'node:stream';

const PIECE_BYTES = 8192;
const BUSY_MS = 2;

/**
 * Calls `onData` with what `stream` brings, in order. When that keeps this process busy, the rest waits until everything else has had its turn
 * of the event loop, and for as long as the work took: a writer without an end has half of the time, and delays nobody.
 */
export function readPaced(stream: Readable, onData: (data: Buffer) => void): void {
  stream.on('data', (chunk: Buffer) => {
    const begun = performance.now();
    let done = 0;
    while (done < chunk.length && performance.now() - begun < BUSY_MS) {
      onData(chunk.subarray(done, done + PIECE_BYTES));
      done += PIECE_BYTES;
    }
    if (performance.now() - begun < BUSY_MS) return;
    stream.pause();
    if (done < chunk.length) stream.unshift(chunk.subarray(done));
    // By then the work that the data has caused is done too.
    setImmediate(() => setTimeout(() => stream.resume(), performance.now() - begun));
  });
}
