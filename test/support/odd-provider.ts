/** A provider on loopback that answers as it is told, and what becomes of a run that asks it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Models } from '../../server/models/models.ts';
import type { Door, OddAnswer } from '../fixtures/answers/odd-answer.ts';
import { sendAnswer, withoutProvider } from '../fixtures/answers/send-answer.ts';
import { ok, quickLimits, runLoop, toolsetOf } from './loop.ts';

/** What became of a run. */
export type Outcome = Required<Pick<OddAnswer, 'said' | 'thought' | 'ran' | 'end' | 'used'>>;

export interface OddProvider extends AsyncDisposable {
  /** The body of the last request, and over how many connections requests have come. */
  readonly seen: { last: string; connections: number };
  /** Asks it once through `door`; it answers with these one after the other, then with what is plain at that door. */
  ask(door: Door, answers: readonly OddAnswer[], options?: { retries?: number }): Promise<Outcome>;
}

const schema = { type: 'object', properties: { expression: { type: 'string' } }, required: ['expression'] };

/** Starts it on a free port. */
export async function startOddProvider(): Promise<OddProvider> {
  const seen = { last: '', connections: 0 };
  let waiting: OddAnswer[] = [];
  const server = createServer(async (request, response) => {
    seen.last = '';
    for await (const part of request.setEncoding('utf8')) seen.last += part;
    const [answer] = waiting.length > 1 ? waiting.splice(0, 1) : waiting;
    if (answer) await sendAnswer(answer, response);
  });
  server.on('connection', () => seen.connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    seen,
    async ask(door, answers, { retries = 0 } = {}) {
      waiting = [...answers, { title: 'plain', body: door.plain }];
      const { model } = await new Models({ environment: door.environment(url) }).resolve(door.model);
      const ran: object[] = [];
      const calculate = (args: object) => {
        ran.push(args);
        return ok('391');
      };
      const { events, outcome, usage } = await runLoop(model, {
        limits: { ...quickLimits, retries },
        toolset: toolsetOf({ calculate }, { calculate: schema }),
      });
      const said = (type: string) =>
        events.map((event) => (event.type === type && 'delta' in event ? event.delta : '')).join('');
      return {
        said: said('text-delta'),
        thought: said('reasoning-delta'),
        ran,
        end:
          outcome.status === 'failed'
            ? withoutProvider(outcome.detail)
            : ('stoppedBy' in outcome && outcome.stoppedBy) || 'done',
        used: [usage.inputTokens, usage.outputTokens],
      };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
