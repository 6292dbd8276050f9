/** The peers, one a process: `node peer.ts node|express|fastify|hono|events`. */
import { createServer } from 'node:http';
import { listenAndAnnounce } from '../child.ts';
import { eventOf } from '../data.ts';

const peers: Readonly<Record<string, () => unknown>> = {
  node: async () => (await import('./node.ts')).serveNode(),
  express: async () => (await import('./express.ts')).serveExpress(),
  fastify: async () => (await import('./fastify.ts')).serveFastify(),
  hono: async () => (await import('./hono.ts')).serveHono(),
  events: serveEvents,
};
const [, , name = ''] = process.argv;
const begin = peers[name];
if (!begin) throw new Error(`There is no peer '${name}'`);
await begin();

/** As many events as asked for, one `response.write` each. */
function serveEvents(): void {
  const server = createServer((request, response) => {
    const count = Number(request.url?.slice(1));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let next = 1;
    const write = () => {
      while (next <= count) {
        const event = eventOf(next);
        const isFree = response.write(`id: ${next++}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
        if (!isFree) return void response.once('drain', write);
      }
      response.end();
    };
    write();
  });
  listenAndAnnounce(server);
}
