/** A model provider that speaks at a pace, in the API of one family: `node provider.ts family,words,wordsPerSecond`. */
import { createServer, type ServerResponse } from 'node:http';
import { listenAndAnnounce } from './child.ts';
import { familyOf } from './families.ts';

const [name = 'chat', ...numbers] = process.argv[2]?.split(',') ?? [];
const [words = 250, wordsPerSecond = 50] = numbers.map(Number);
const family = familyOf(name);
const TICK_MS = 2;
const end = family.end(words);

/** The answers that go on: each says its words by a clock of its own, however late the words before were. */
const answers = new Set<{ readonly response: ServerResponse; readonly startedAt: number; said: number }>();
setInterval(() => {
  const now = performance.now();
  for (const answer of answers) {
    const { response, startedAt } = answer;
    const due = Math.min(words, Math.floor(((now - startedAt) / 1000) * wordsPerSecond) + 1);
    // When it was said, by the clock that all processes of a machine share.
    while (answer.said < due) response.write(family.word(`${++answer.said}@${process.hrtime.bigint()} `));
    if (answer.said < words) continue;
    answers.delete(answer);
    response.end(end);
  }
}, TICK_MS);

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const begin = family.begin();
    if (begin) response.write(begin);
    const answer = { response, startedAt: performance.now(), said: 0 };
    answers.add(answer);
    response.on('close', () => answers.delete(answer));
  });
});
listenAndAnnounce(server);
