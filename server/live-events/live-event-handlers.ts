import type { AppHandlers } from '../../contract/index.ts';
import type { RequestContext } from '../call/implement.ts';
import { readLastEventId } from '../call/numbered-events.ts';
import type { LiveEvents } from './live-events.ts';

/** Live events over the wire. */
export function createLiveEventHandlers(events: LiveEvents): AppHandlers<RequestContext>['events'] {
  return {
    follow: ({ input: { after, types, until }, context: { headers, principal }, signal }) =>
      events.follow({
        principal,
        types,
        after: readLastEventId(headers['last-event-id']) ?? after,
        untilNow: until === 'now',
        signal,
      }),
  };
}
