import { createLiveEventHandlers } from '../live-events/live-event-handlers.ts';
import { LiveEvents } from '../live-events/live-events.ts';

/** Opens what is told of this server while it happens: the features that change something are given `publish`. */
export function openLiveEvents() {
  const events = new LiveEvents();
  return {
    events,
    publish: events.publish,
    handlers: { events: createLiveEventHandlers(events) },
    close: () => events.close(),
  };
}
