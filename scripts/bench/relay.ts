/** The least that can stand between a provider and a reader: `node:http` and nothing else. `node relay.ts http://…/v1` */
import { request as ask, createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { announce } from './child.ts';

const [, , provider = ''] = process.argv;

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const { threadId, runId } = JSON.parse(Buffer.concat(parts).toString());
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const write = numbered(response);
    write({ type: 'RUN_STARTED', threadId, runId });
    write({ type: 'TEXT_MESSAGE_START', messageId: 'm1', role: 'assistant' });
    const call = ask(`${provider}/chat/completions`, { method: 'POST', agent: false }, (answer) => {
      let rest = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        const frames = (rest + chunk).split('\n\n');
        rest = frames.pop() ?? '';
        for (const frame of frames) {
          const delta = frame === 'data: [DONE]' ? undefined : JSON.parse(frame.slice(6)).choices[0]?.delta.content;
          if (delta) write({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm1', delta });
        }
      });
      answer.on('end', () => {
        write({ type: 'TEXT_MESSAGE_END', messageId: 'm1' });
        write({ type: 'RUN_FINISHED', threadId, runId });
        response.end();
      });
    });
    call.end(JSON.stringify({ model: 'paced', stream: true, messages: [{ role: 'user', content: 'Go' }] }));
  });
}).listen(0, '127.0.0.1', () => announce((server.address() as AddressInfo).port));

function numbered(
  response: ServerResponse,
): (event: { readonly type: string; readonly [key: string]: unknown }) => void {
  let number = 0;
  return (event) => response.write(`id: ${++number}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
}
