import { readdir } from 'node:fs/promises';
import { createEventLoopDelay } from './event-loop.ts';
import { type Family, Gauge } from './families.ts';

/** What is known of this process, by the names that Prometheus has for that. */
export function createProcessFamilies(version: string): Family[] {
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
    createEventLoopDelay(),
  ];
}

/** Linux alone says. */
const countOpenFiles = (): Promise<number | undefined> =>
  readdir('/proc/self/fd').then(
    ({ length }) => length,
    () => undefined,
  );
