import type { z } from 'zod';
import type { McpLogEvent } from '../../../contract/mcp-servers.ts';
import { EventRing } from '../../call/event-ring.ts';
import type { NumberedEvents } from '../../call/numbered-events.ts';
import { streamRing } from '../../call/ring-stream.ts';

type Told = z.input<typeof McpLogEvent>;

/** Where a reader of the lines begins, and when it ends. */
export interface FollowLines {
  /** The number of the last line it has read; undefined: it wants all that are held. */
  readonly after: number | undefined;
  readonly untilNow: boolean;
  readonly signal: AbortSignal;
}

/** A line, or why no more come; `at` in milliseconds. */
type Entry = { readonly at: number } & (
  | { readonly type: 'line'; readonly line: string }
  | { readonly type: 'removed' | 'draining' }
);

const MAX_LINES = 200;
const MAX_CHARS = 64 * 1024;

/** The last lines of the standard error of one server, over all its processes, to be followed. Secrets are masked before they come here. */
export class ServerLines {
  readonly #ring: EventRing<Entry>;

  /** With a `tag` of this process the number of a line of another one is none of this server. */
  constructor(tag?: number) {
    this.#ring = new EventRing({
      maxEvents: MAX_LINES,
      maxSize: MAX_CHARS,
      sizeOf: (entry) => (entry.type === 'line' ? entry.line.length : 0),
      tag,
    });
  }

  add(line: string): void {
    this.#ring.add({ type: 'line', line, at: Date.now() });
  }

  /** Ends each stream once its reader has been told every line. */
  close(why: 'removed' | 'draining'): void {
    this.#ring.close({ type: why, at: Date.now() });
  }

  follow({ after, untilNow, signal }: FollowLines): NumberedEvents<Told> {
    const oldest = Math.max(this.#ring.origin, this.#ring.droppedUntil);
    return streamRing(this.#ring, { after: after ?? oldest, untilNow, signal }, ({ number, event }): Told => {
      if (event.type === 'draining') return { type: 'error', code: 'draining', detail: 'The server is shutting down' };
      const stamp = { number, at: new Date(event.at).toISOString() };
      return event.type === 'line' ? { type: 'line', line: event.line, ...stamp } : { type: 'removed', ...stamp };
    });
  }
}
