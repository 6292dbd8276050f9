/** A model provider that speaks OpenAI's Chat Completions at a pace: `node provider.ts words,wordsPerSecond`. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { announce } from './child.ts';

const [words = 250, wordsPerSecond = 50] = process.argv[2]?.split(',').map(Number) ?? [];
const TICK_MS = 2;
const BASE = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'paced' };
const chunk = (delta: object, finish_reason: string | null) =>
  `data: ${JSON.stringify({ ...BASE, choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
const END = `${chunk({}, 'stop')}data: ${JSON.stringify({ ...BASE, choices: [], usage: { prompt_tokens: 1, completion_tokens: words, total_tokens: words + 1 } })}\n\ndata: [DONE]\n\n`;

/** The answers that go on: each says its words by a clock of its own, however late the words before were. */
const answers = new Set<{ readonly response: ServerResponse; readonly startedAt: number; said: number }>();
setInterval(() => {
  const now = performance.now();
  for (const answer of answers) {
    const { response, startedAt } = answer;
    const due = Math.min(words, Math.floor(((now - startedAt) / 1000) * wordsPerSecond) + 1);
    // When it was said, by the clock that all processes of a machine share.
    while (answer.said < due) response.write(chunk({ content: `${++answer.said}@${process.hrtime.bigint()} ` }, null));
    if (answer.said < words) continue;
    answers.delete(answer);
    response.end(END);
  }
}, TICK_MS);

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const answer = { response, startedAt: performance.now(), said: 0 };
    answers.add(answer);
    response.on('close', () => answers.delete(answer));
  });
}).listen(0, '127.0.0.1', () => announce((server.address() as AddressInfo).port));
