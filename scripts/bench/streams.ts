/** Reads event streams and checks that each is whole. */
import { request } from 'node:http';

/** What came of one stream. */
export interface StreamResult {
  readonly events: number;
  /** Whether the ids counted up from 1 without a gap and the last event was the end of the run. */
  readonly isWhole: boolean;
}

interface StreamRequest {
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** The text that stands in the last frame. */
  readonly last: string;
}

/** Reads one stream to its end. */
export function readStream({ port, method, path, headers, body, last }: StreamRequest): Promise<StreamResult> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      let rest = '';
      let events = 0;
      let isOrdered = true;
      let lastFrame = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        const frames = (rest + chunk).split('\n\n');
        rest = frames.pop() ?? '';
        for (const frame of frames) {
          if (frame.startsWith(':')) continue;
          events++;
          if (!frame.startsWith(`id: ${events}\n`)) isOrdered = false;
          lastFrame = frame;
        }
      });
      response.on('end', () => resolve({ events, isWhole: isOrdered && lastFrame.includes(last) }));
      response.on('error', reject);
    });
    call.on('error', reject);
    call.end(body);
  });
}
