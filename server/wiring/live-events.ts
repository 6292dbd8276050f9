import type { Log } from '../http/log.ts';
import { createLiveEventHandlers } from '../live-events/live-event-handlers.ts';
import { LiveEvents } from '../live-events/live-events.ts';
import { SpreadEvents } from '../live-events/spread-events.ts';
import { showReplica } from '../replicas/shown-replica.ts';
import type { OpenedStore } from './store.ts';

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

interface SpreadOptions extends Pick<OpenedStore, 'store' | 'replica' | 'wake'> {
  readonly events: LiveEvents;
  readonly log: Log;
}

/** What the readers of all processes are told is kept in the store that they share. */
const KEPT = 'live_events:';

/** Has what happens here told to the readers of all processes of the service, where there are others. Nothing may have been told yet. */
export function spreadLiveEvents({ events, store, replica, wake, log }: SpreadOptions) {
  const kept = store.service?.events;
  if (!kept || !replica) return { begin: () => undefined, close: async () => undefined };
  const spread = new SpreadEvents({
    kept,
    source: replica.id,
    replica: showReplica(replica.id),
    canJudge: () => replica.silenceMs !== undefined,
    now: () => Date.parse(store.agents.now()),
    tell: () => wake.tell('changed', KEPT),
    log,
  });
  const unsubscribe = [
    wake.on('changed', (id) => void (id === KEPT && spread.look())),
    wake.onLost(() => spread.look()),
  ];
  events.shareBy(spread);
  return {
    /** From now on programs of this process are told of, too. */
    begin: () => spread.begin(),
    async close() {
      for (const end of unsubscribe) end();
      await spread.close();
    },
  };
}
