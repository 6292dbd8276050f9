/** What open streams cost on which nothing happens. */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Served, serve } from '../child.ts';
import { doors, toRequest } from '../doors.ts';
import { checkOpenFiles } from '../open-files.ts';
import type { Report } from '../report.ts';
import { wakeUpsOf } from '../started.ts';
import { addCurve, type Growth, type Point } from './curve.ts';

export const name = 'idle-streams';

const SIZES = [500, 2_000, 10_000];
const IDLE_MS = 10_000;
const SILENCE_MS = 60_000;
/** How many connect at once: the system takes no more than some hundreds before the server has. */
const TOGETHER = 200;
/** The model waits for more answers than there are, behind its first word. */
const NEVER = 1e9;

const KINDS = {
  'runs, watched': {
    bytesOf: (index: number) => {
      const { method, path, headers, body } = toRequest(doors['AG-UI'], {
        id: `idle-${index}`,
        agent: `agent-${index % 100}`,
      });
      return toBytes({
        method,
        path,
        headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
        body,
      });
    },
    begun: 'word1',
  },
  'readers of events': {
    bytesOf: () =>
      toBytes({ method: 'GET', path: '/api/v1/events', headers: { authorization: 'Bearer bench-key' }, body: '' }),
    begun: '"ready"',
  },
};

/** Prints memory, CPU and wake-ups by how many streams are open. */
export async function run(report: Report): Promise<void> {
  checkOpenFiles(Math.max(...SIZES));
  report.section(name, `Open idle streams: memory, and CPU over ${IDLE_MS / 1000} s, by how many there are`);
  for (const [kind, { bytesOf, begun }] of Object.entries(KINDS)) {
    const curves = new Map<string, { unit: string; growth: Growth; points: Point[] }>();
    const add = (row: string, unit: string, growth: Growth, point: Point) => {
      const curve = curves.get(row) ?? { unit, growth, points: [] };
      curve.points.push(point);
      curves.set(row, curve);
    };
    for (const size of SIZES) {
      await using server = await serve('product.ts', JSON.stringify({ words: 2, together: NEVER }));
      const before = await server.usage('collected');
      const sockets = await openAll(server.port, size, { bytesOf, begun });
      const opened = await server.usage('collected');
      const idle = await measureIdle(server);
      for (const socket of sockets) socket.destroy();
      const of = (value: number) => ({ size, values: [value] });
      add('opening one', 'µs of CPU', 'constant', of((opened.cpu - before.cpu) / size));
      add('memory of each', 'KB', 'constant', of((opened.rss - before.rss) / size / 1024));
      add('CPU a second', 'ms', 'n log n', of(idle.cpuMs));
      add('wake-ups a second', '', 'n log n', of(idle.wakeUps));
    }
    for (const [row, curve] of curves) addCurve(report, `${kind}, ${row}`, curve);
  }
}

async function measureIdle(server: Served): Promise<{ cpuMs: number; wakeUps: number }> {
  const count = () => [...wakeUpsOf(server.pid).values()].reduce((sum, each) => sum + each, 0);
  const before = await server.usage();
  const wakeUpsBefore = count();
  await sleep(IDLE_MS);
  const wakeUps = ((count() - wakeUpsBefore) * 1000) / IDLE_MS;
  const { cpu } = await server.usage();
  return { cpuMs: (cpu - before.cpu) / IDLE_MS, wakeUps };
}

/** Opens streams and waits until each has had its first event. */
async function openAll(
  port: number,
  count: number,
  { bytesOf, begun }: { bytesOf: (index: number) => Buffer; begun: string },
): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let from = 0; from < count; from += TOGETHER) {
    const indexes = Array.from({ length: Math.min(TOGETHER, count - from) }, (_, index) => from + index);
    sockets.push(...(await Promise.all(indexes.map((index) => open(port, bytesOf(index), begun)))));
  }
  return sockets;
}

function open(port: number, request: Buffer, begun: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let read = '';
    const fail = (how: string) => reject(new Error(`a stream ${how}; it brought: ${read.slice(0, 500) || 'nothing'}`));
    const timer = setTimeout(() => fail(`did not begin in ${SILENCE_MS / 1000} s`), SILENCE_MS);
    socket.on('data', (chunk: Buffer) => {
      if (read.includes(begun)) return;
      read += chunk.toString('latin1');
      if (!read.includes(begun)) return;
      clearTimeout(timer);
      resolve(socket);
    });
    socket.once('close', () => fail('ended before it began')).on('error', () => undefined);
    socket.write(request);
  });
}

interface Ask {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function toBytes({ method, path, headers, body }: Ask): Buffer {
  const lines = Object.entries({ host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}
