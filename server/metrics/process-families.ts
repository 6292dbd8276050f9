import { readdir } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge } from './families.ts';

/** How long the event loop is watched after nobody has asked: the watch wakes an idle process. */
const WATCH_MS = 300_000;
const WATCH_RESOLUTION_MS = 20;
const NS = 1e9;

/** What is known of this process, by the names that Prometheus has for that. */
export function createProcessFamilies(version: string): Gauge[] {
  const loop = new EventLoopWatch();
  return [
    new Gauge({
      name: 'agent_runtimes_info',
      help: 'The version of this server',
      read: () => [{ value: 1, labels: { version, node: process.version } }],
    }),
    new Gauge({
      name: 'process_resident_memory_bytes',
      help: 'Memory of this process',
      read: () => process.memoryUsage.rss(),
    }),
    new Gauge({
      name: 'process_heap_bytes',
      help: 'Memory that its JavaScript uses',
      read: () => process.memoryUsage().heapUsed,
    }),
    new Gauge({
      name: 'process_cpu_seconds_total',
      help: 'Processor time of this process',
      type: 'counter',
      read: () => {
        const { user, system } = process.cpuUsage();
        return (user + system) / 1e6;
      },
    }),
    new Gauge({
      name: 'process_start_time_seconds',
      help: 'When this process started, in seconds since 1970',
      read: () => performance.timeOrigin / 1000,
    }),
    new Gauge({ name: 'process_open_fds', help: 'Open files and sockets', read: countOpenFiles }),
    new Gauge({
      name: 'agent_runtimes_event_loop_delay_seconds',
      help: 'How late the event loop was since the metrics were last read; 0 the first time',
      read: () => loop.take(),
    }),
  ];
}

/** Linux alone says. */
const countOpenFiles = (): Promise<number | undefined> =>
  readdir('/proc/self/fd').then(
    ({ length }) => length,
    () => undefined,
  );

/** Watches the event loop while somebody reads of it. */
class EventLoopWatch {
  #histogram: ReturnType<typeof monitorEventLoopDelay> | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** How late it was since the last time. */
  take(): { value: number; labels: Record<string, string> }[] {
    const watched = this.#histogram;
    const lateness = (name: string, ns: number) => {
      const late = Math.max(0, ns / NS - WATCH_RESOLUTION_MS / 1000);
      return { value: Number.isFinite(late) ? late : 0, labels: { quantile: name } };
    };
    const taken = ([50, 90, 99] as const).map((percent) =>
      lateness(String(percent / 100), watched?.count ? watched.percentile(percent) : 0),
    );
    const all = [...taken, lateness('1', watched?.count ? watched.max : 0)];
    watched?.reset();
    this.#watch();
    return all;
  }

  #watch(): void {
    if (!this.#histogram) {
      this.#histogram = monitorEventLoopDelay({ resolution: WATCH_RESOLUTION_MS });
      this.#histogram.enable();
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#histogram?.disable();
      this.#histogram = undefined;
    }, WATCH_MS).unref();
  }
}
