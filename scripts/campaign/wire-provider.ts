/** A provider on loopback, of any API, that answers each question of a case as the case says. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { OddAnswer } from '../../test/fixtures/answers/odd-answer.ts';
import { sendAnswer } from '../../test/fixtures/answers/send-answer.ts';

/** A running one. */
export interface WireProvider extends AsyncDisposable {
  readonly url: string;
  /** How the question that holds `word` is answered first; once something has been added to it, plainly. */
  answer(word: string, answer: OddAnswer): void;
  /** The first request that held `word`. */
  asked(word: string): string | undefined;
}

const WORD = /case-\d+-/;

/** Starts it on a free port; what it says beside odd answers is `plain`. */
export async function startWireProvider(plain: string): Promise<WireProvider> {
  const answers = new Map<string, OddAnswer>();
  const first = new Map<string, string>();
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request.setEncoding('utf8')) body += part;
    const word = WORD.exec(body)?.[0] ?? '';
    if (!first.has(word)) first.set(word, body);
    // The same question again is a second try.
    const isFirst = first.get(word) === body;
    const answer = (isFirst && answers.get(word)) || { title: 'plain', body: plain };
    await sendAnswer(withOfferedTool(answer, body), response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The provider has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    answer: (word, answer) => void answers.set(word, answer),
    asked: (word) => first.get(word),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The answers call `calculate`; a server offers it by the name of its MCP server too. */
function withOfferedTool(answer: OddAnswer, request: string): OddAnswer {
  const offered = /"name":"(\w*calculate)"/.exec(request)?.[1] ?? 'calculate';
  const { body } = answer;
  const named = (text: string) => text.replaceAll('"calculate"', `"${offered}"`);
  return { ...answer, body: typeof body === 'string' ? named(body) : body.map(named) };
}
