import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Models } from '../server/models/models.ts';
import { chatDoors, oddChatAnswers } from './fixtures/answers/chat-completions.ts';
import type { Door, OddAnswer } from './fixtures/answers/odd-answer.ts';
import { ok, quickLimits, runLoop, toolsetOf } from './support/loop.ts';

/** What the next requests are answered with, in order; the last one is answered again. */
let answers: OddAnswer[] = [];
const server = createServer((request, response) => {
  request.resume();
  const answer = answers.length > 1 ? answers.shift() : answers[0];
  request.once('end', () => answer && send(answer, response));
});
let url = '';

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function send({ body, status = 200, type = 'text/event-stream', isTorn }: OddAnswer, response: ServerResponse) {
  response.writeHead(status, { 'content-type': type });
  for (const piece of [body].flat()) {
    response.write(piece);
    if (Array.isArray(body)) await new Promise(setImmediate);
  }
  if (isTorn) response.write('', () => response.destroy());
  else response.end();
}

const schema = { type: 'object', properties: { expression: { type: 'string' } }, required: ['expression'] };

/** What becomes of a run whose model answers so. */
async function ask({ model: id, environment, plain }: Door, answer: OddAnswer) {
  answers = [answer, { title: '', body: plain }];
  const ran: object[] = [];
  const calculate = (args: object) => {
    ran.push(args);
    return ok('391');
  };
  const { model } = await new Models({ environment: environment(url) }).resolve(id);
  const { events, outcome, usage } = await runLoop(model, {
    limits: { ...quickLimits, retries: 0 },
    toolset: toolsetOf({ calculate }, { calculate: schema }),
  });
  const said = (kind: string) =>
    events.map((event) => (event.type === kind && 'delta' in event ? event.delta : '')).join('');
  return {
    said: said('text-delta'),
    thought: said('reasoning-delta'),
    ran,
    end:
      outcome.status === 'failed'
        ? outcome.detail
            .replace(/^(The model provider) \S+( (failed|answered \d+): )?/, (_, who, words) =>
              words ? '' : `${who} `,
            )
            .replace('  ', ' ')
        : outcome.status === 'finished' && outcome.stoppedBy
          ? outcome.stoppedBy
          : 'done',
    used: [usage.inputTokens, usage.outputTokens],
  };
}

const expected = ({ said = '', thought = '', ran = [], end = 'done', used = [0, 0] }: OddAnswer) => ({
  said,
  thought,
  ran,
  end,
  used,
});

describe.each(chatDoors)('$name in Chat Completions', (door) => {
  test.each(oddChatAnswers)('an answer with $title is taken for what it is', async (answer) => {
    expect(await ask(door, answer)).toEqual(expected(answer));
  });
});
