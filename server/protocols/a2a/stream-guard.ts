import type { ServerResponse } from 'node:http';
import { writePiece } from '../../network/chunks.ts';

/** How the readers of streams are watched. */
export interface StreamLimits {
  /** How often each is checked. */
  readonly checkMs: number;
  /** How often something is sent when nothing happens, so that no proxy takes the connection for dead. */
  readonly pingMs: number;
  /** How long a reader may take nothing while something waits for it. */
  readonly stalledMs: number;
  /** The most that may wait for a reader. */
  readonly maxWaitingBytes: number;
}

/** The limits of a server that is given none. */
export const STREAM_LIMITS: StreamLimits = {
  checkMs: 1_000,
  pingMs: 15_000,
  stalledMs: 60_000,
  maxWaitingBytes: 4 * 1024 * 1024,
};

/** Keeps an event stream open while nothing happens, and ends it when its reader falls too far behind: the task can be subscribed to again. */
export function guardStream(response: ServerResponse, limits: StreamLimits): void {
  let pingedAt = performance.now();
  let takenAt = pingedAt;
  let taken = 0;
  const check = () => {
    if (!String(response.getHeader('content-type')).startsWith('text/event-stream')) return;
    const now = performance.now();
    const takenNow = (response.socket?.bytesWritten ?? 0) - response.writableLength;
    if (takenNow !== taken || !response.writableNeedDrain) [taken, takenAt] = [takenNow, now];
    if (response.writableLength > limits.maxWaitingBytes || now - takenAt > limits.stalledMs) {
      response.destroy();
    } else if (now - pingedAt >= limits.pingMs && response.headersSent && !response.writableNeedDrain) {
      pingedAt = now;
      writePiece(response, ': ping\n\n');
    }
  };
  const timer = setInterval(check, limits.checkMs);
  response.once('close', () => clearInterval(timer));
}
