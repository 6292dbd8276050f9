/** The three generations of the official client, as judges of event streams. */
import * as client10 from '@ag-ui/client';
import * as client47 from '@ag-ui/client-0-0-47';
import * as client59 from '@ag-ui/client-0-0-59';
import { vi } from 'vitest';
import { serverSentEvents } from '../../server/http/sse.ts';

type Events = readonly { readonly type: string }[];
interface Watched {
  subscribe(observer: { next(event: object): void; error(cause: unknown): void; complete(): void }): unknown;
}

/** Each generation's own pipeline, from bytes to its verifier. */
const judges = {
  '1.0.0': (text: string): Watched =>
    client10
      .transformHttpEventStream(client10.runHttpRequest(async () => toResponse(text)))
      .pipe(client10.enforceEvents(), client10.transformChunks(), client10.verifyEvents()),
  '0.0.59': (text: string): Watched =>
    client59
      .transformHttpEventStream(client59.runHttpRequest(async () => toResponse(text)))
      .pipe(client59.transformChunks(), client59.verifyEvents()),
  '0.0.47': (text: string): Watched =>
    client47
      .transformHttpEventStream(client47.runHttpRequest(`data:${EVENT_STREAM},${encodeURIComponent(text)}`, {}))
      .pipe(client47.transformChunks(false), client47.verifyEvents(false)),
};

/** The versions of the official client that judge. */
export const generations = Object.keys(judges) as (keyof typeof judges)[];

const EVENT_STREAM = 'text/event-stream';
const toResponse = (text: string) => new Response(text, { headers: { 'content-type': EVENT_STREAM } });

/** How many events a judge lets pass. Throws what it throws, and when it warns. */
export async function judge(generation: keyof typeof judges, events: Events): Promise<number> {
  const { encode } = serverSentEvents({ eventName: (event) => (event as { type: string }).type });
  const text = events.map((event, index) => encode(event, index + 1)).join('');
  const { result, warnings } = await watchConsole(
    () =>
      new Promise<number>((resolve, error) => {
        let passed = 0;
        judges[generation](text).subscribe({ next: () => passed++, error, complete: () => resolve(passed) });
      }),
  );
  if (warnings.length > 0) throw new Error(`client ${generation} warns: ${warnings.join('; ')}`);
  return result;
}

/** What `work` comes to, and everything it warned of on the console. */
export async function watchConsole<T>(work: () => Promise<T>): Promise<{ result: T; warnings: string[] }> {
  const warnings: string[] = [];
  const spies = (['warn', 'error'] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation((...message) => void warnings.push(message.join(' '))),
  );
  try {
    return { result: await work(), warnings };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
