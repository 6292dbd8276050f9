/**
 * The least that can stand between a provider and a reader, `node:http` and nothing else: reads the stream of the one and writes each word as
 * the product does at the door that it is asked at. `node relay.ts family,http://…`
 */
import { request as ask, createServer } from 'node:http';
import { listenAndAnnounce } from './child.ts';
import { type Door, doors } from './doors.ts';
import { familyOf } from './families.ts';

const [name = '', provider = ''] = process.argv[2]?.split(',') ?? [];
const family = familyOf(name);
const body = JSON.stringify({ model: 'paced', stream: true, messages: [{ role: 'user', content: 'Go' }] });
const served: readonly Door[] = Object.values(doors);

const server = createServer((request, response) => {
  const { frames } = served.find(({ path }) => request.url?.startsWith(path.split('{')[0] ?? path)) ?? {};
  if (!frames) return void response.writeHead(404).end();
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const { threadId, conversation_id, params } = JSON.parse(Buffer.concat(parts).toString());
    const id = String(threadId ?? conversation_id ?? params?.message?.contextId);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const first = frames.begin(id);
    for (const frame of first) response.write(frame);
    let number = first.length;
    const call = ask(`${provider}${family.path}`, { method: 'POST', agent: false }, (answer) => {
      let rest = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        const read = (rest + chunk).split('\n\n');
        rest = read.pop() ?? '';
        for (const frame of read) {
          const data = frame.slice(frame.indexOf('data: ') + 6);
          const word = data === '[DONE]' ? undefined : family.read(JSON.parse(data));
          if (word !== undefined) response.write(frames.word(word, ++number, id));
        }
      });
      answer.on('end', () => {
        for (const frame of frames.end(number + 1, id)) response.write(frame);
        response.end();
      });
    });
    call.end(body);
  });
});
listenAndAnnounce(server);
