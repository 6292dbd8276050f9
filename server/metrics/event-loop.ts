import { type Family, Histogram } from './families.ts';

/** How often it is looked how late the event loop is: an idle process wakes no more often than this. */
const LOOK_MS = 1000;
/** How long that goes on after the metrics were last read. */
const WATCH_MS = 300_000;
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** How late the event loop does what is due. Looked at while somebody reads it; whoever else reads it sees the same. */
export function createEventLoopDelay(): Family {
  const delays = new Histogram({
    name: 'agent_runtimes_event_loop_delay_seconds',
    help: 'How late the event loop was, looked at once a second while somebody reads this',
    bounds: SECONDS,
  });
  let isWatching = false;
  let readAt = 0;
  const look = () => {
    const dueAt = performance.now() + LOOK_MS;
    setTimeout(() => {
      const now = performance.now();
      delays.observe(Math.max(0, now - dueAt) / 1000);
      isWatching = now - readAt < WATCH_MS;
      if (isWatching) look();
    }, LOOK_MS).unref();
  };
  return {
    name: delays.name,
    help: delays.help,
    type: delays.type,
    samples() {
      readAt = performance.now();
      if (!isWatching) look();
      isWatching = true;
      return delays.samples();
    },
  };
}
