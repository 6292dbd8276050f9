/** Reads event streams and checks that each is whole. */
import { request } from 'node:http';

/** What came of one stream. */
export interface StreamResult {
  readonly events: number;
  /** Whether the ids counted up from 1 without a gap and the last event was the end of the run. */
  readonly isWhole: boolean;
  /** Whether the last event was the end of the run. Not every door numbers its events. */
  readonly hasEnded: boolean;
  /** Milliseconds from the request to the first event. */
  readonly firstEventMs: number;
}

interface StreamRequest {
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** What stands in the last frame. */
  readonly last: RegExp;
  /** Sees each frame. */
  readonly onFrame?: (frame: string) => void;
}

/** How long a stream may bring nothing, not even a sign that it lives. */
const SILENCE_MS = 60_000;

/** Reads one stream to its end. Rejects when nothing comes for a minute. */
export function readStream({ port, method, path, headers, body, last, onFrame }: StreamRequest): Promise<StreamResult> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const call = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      let rest = '';
      let events = 0;
      let firstEventMs = Number.NaN;
      let isOrdered = true;
      let lastFrame = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        const frames = (rest + chunk).split('\n\n');
        rest = frames.pop() ?? '';
        for (const frame of frames) {
          if (frame.startsWith(':')) continue;
          events++;
          if (events === 1) firstEventMs = performance.now() - startedAt;
          if (!frame.startsWith(`id: ${events}\n`)) isOrdered = false;
          lastFrame = frame;
          onFrame?.(frame);
        }
      });
      response.on('end', () => {
        const hasEnded = response.statusCode === 200 && last.test(lastFrame);
        resolve({ events, firstEventMs, hasEnded, isWhole: isOrdered && hasEnded });
      });
      response.on('error', reject);
    });
    const late = new Error(`${method} ${path} brought nothing for ${SILENCE_MS / 1000} s`);
    call.setTimeout(SILENCE_MS, () => call.destroy(late)).on('error', reject);
    call.end(body);
  });
}
