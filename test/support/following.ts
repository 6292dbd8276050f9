/** Follows a stream that goes on, over a real connection. */
import { expect } from 'vitest';
import { readEvents } from '../../client/read-events.ts';

/** An event of such a stream; what it holds beside its type depends on that. */
// biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of an event where they read it.
export type Told = { readonly type: string; readonly number: number } & Record<string, any>;

/** A reader of a stream. */
export interface Following extends AsyncDisposable {
  /** The next event; fails when none comes for fifteen seconds, or the stream ends. */
  next(): Promise<Told>;
  /** The next `count` events. */
  take(count: number): Promise<Told[]>;
  /** The events until one passes, with that one. */
  until(passes: (event: Told) => boolean): Promise<Told[]>;
  /** The events that are left, once the stream has ended. */
  rest(): Promise<Told[]>;
}

/** Until a reader leaves: `fetch` cancels the body of an answer that nothing holds and nobody has begun to read. */
const held = new Set<Response>();

/** Opens a stream, behind `lastEventId` if that is given. */
export async function follow(
  url: string,
  { key, lastEventId }: { readonly key?: string | undefined; readonly lastEventId?: number | undefined } = {},
): Promise<Following> {
  const leave = new AbortController();
  const response = await fetch(url, {
    headers: {
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(lastEventId !== undefined && { 'last-event-id': String(lastEventId) }),
    },
    signal: leave.signal,
  });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  if (!response.body) throw new Error(`${url} has no body`);
  held.add(response);
  const events = readEvents(response.body);
  const read = async (): Promise<Told | undefined> => {
    const silence = Promise.withResolvers<never>();
    const timer = setTimeout(() => silence.reject(new Error(`${url} is silent`)), 15_000);
    try {
      const { done, value } = await Promise.race([events.next(), silence.promise]);
      if (done) return undefined;
      const event: Told = JSON.parse(value.data);
      if (event.number !== undefined) expect(value.id).toBe(String(event.number));
      return event;
    } finally {
      clearTimeout(timer);
    }
  };
  const next = async () => {
    const event = await read();
    if (!event) throw new Error(`${url} has ended`);
    return event;
  };
  const until = async (passes: (event: Told) => boolean) => {
    const told: Told[] = [];
    do told.push(await next());
    while (!passes(told[told.length - 1] as Told));
    return told;
  };
  return {
    next,
    until,
    async take(count) {
      let left = count;
      return until(() => --left === 0);
    },
    async rest() {
      const told: Told[] = [];
      for (let event = await read(); event; event = await read()) told.push(event);
      return told;
    },
    async [Symbol.asyncDispose]() {
      // A read that waits in vain ends with the connection, any other at once.
      await Promise.race([events.return(undefined).catch(() => undefined), new Promise(setImmediate)]);
      leave.abort();
      held.delete(response);
    },
  };
}
