/** A few odd inputs of each kind against the command, by the code that tries all of them: `npm run campaign`. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { groups } from '../scripts/campaign/groups.ts';
import type { OddCase } from '../scripts/campaign/odd-case.ts';
import { count, emptyTally, tryCase, tryStage } from '../scripts/campaign/try-stage.ts';
import { BUILT } from './support/server-process.ts';

const stages = groups.flatMap(({ name, stages }) =>
  stages.filter(({ isLong }) => !isLong).map((stage) => ({ title: `${name}: ${stage.title}`, stage })),
);

describe('a few of each kind cost no more than themselves', () => {
  test.each(stages)('$title', { timeout: 120_000 }, async ({ stage }) => {
    const { problems, cases, losses, failures } = await tryStage(stage, { entry: BUILT, isLoaded: false, most: 2 });
    expect(problems).toEqual([]);
    expect([cases > 0, losses, failures]).toEqual([true, 0, 0]);
  });
});

describe('the judge', () => {
  const asks: OddCase = {
    title: 'a prompt',
    async attempt(caller) {
      const { status } = await caller.stream('/agents/demo/prompt', { message: 'Hello' });
      return status === 200 ? undefined : `${status}`;
    },
  };

  test('finds a stream that is cut, and lists that are gone, beside an answer that looks right', async () => {
    await using server = await startServer((path, write) => {
      if (path.endsWith('/prompt')) write(200, 'text/event-stream', 'data: {"type":"text","content":"Hel"}\n\n');
      else write(200, 'application/json', '{}');
    });
    const { problem, losses } = await tryCase(asks, server);
    expect([problem, losses[0]]).toEqual([undefined, 'the stream of /agents/demo/prompt is cut after 1 events']);
    expect(losses).toContain('/agents does not hold what it held');
  });

  test('counts a 500 that nobody asked for as wrong, and one that the case asks for as right', async () => {
    await using server = await startServer((_, write) => write(500, 'application/json', '{}'));
    const tried = { ...(await tryCase(asks, server)), problem: undefined, losses: [], failures: [502] };
    const tally = emptyTally();
    expect(count(tally, asks, tried)).toBe('an answer 502');
    expect(count(tally, { ...asks, asks: [502] }, tried)).toBeUndefined();
    expect(tally).toMatchObject({ cases: 2, right: 1, wrong: 1, failures: 1, askedFailures: 1 });
  });

  test('finds an answer that never comes', async () => {
    await using server = await startServer(() => undefined);
    const { losses } = await tryCase(asks, server, 200);
    expect(losses).toContain('POST /agents/demo/prompt is not answered: nothing for 200 ms');
  });
});

type Write = (status: number, type: string, text: string) => void;

/** A server that answers every request alike. */
async function startServer(answer: (path: string, write: Write) => void) {
  const server: Server = createServer(({ url = '' }, response) =>
    answer(url, (status, type, text) => void response.writeHead(status, { 'content-type': type }).end(text)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
