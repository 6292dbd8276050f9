/** `GET /events` of several servers that are one service. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Following, follow, type Told } from './support/following.ts';
import { holderOf } from './support/key-holder.ts';
import { hasNoDatabase, openDatabase } from './support/postgres.ts';
import { openReplicas, type Replicas } from './support/replicas.ts';
import { startServer } from './support/server.ts';
import type { WholeServer } from './support/whole-server.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const ANNA = 'anna-0123456789';
const BEN = 'ben-0123456789';
const environment = { AGENT_RUNTIMES_API_KEYS: `anna:${ANNA},ben:${BEN}` };

const followAs = (server: WholeServer, key: string, query = '', lastEventId?: number): Promise<Following> =>
  follow(`${server.url}/api/v1/events${query}`, { key, lastEventId });
const bare = (events: readonly Told[]) => events.map(({ number: _number, at: _at, ...event }) => event);
const idOf = ({ type, id, conversation_id }: Told) => id ?? conversation_id ?? type;
const isEnd = ({ type, status }: Told) => type === 'run' && status === 'finished';

describe.skipIf(hasNoDatabase)('of two servers on one database', () => {
  let replicas: Replicas;
  let one: WholeServer;
  let other: WholeServer;
  beforeAll(async () => {
    replicas = await openReplicas({ apiKey: ANNA, environment });
    [one, other] = await Promise.all([replicas.start(), replicas.start()]);
    await holderOf(one.url, ANNA)('POST', '/agents', { id: 'common' });
  });
  afterAll(() => replicas?.[Symbol.asyncDispose]());

  test('readers of both are told the same, under the same numbers, of what either does', async () => {
    await using here = await followAs(one, ANNA, '?types=agent&types=run&types=conversation');
    await using there = await followAs(other, ANNA, '?types=agent&types=run&types=conversation');
    for (const reader of [here, there]) expect((await reader.next()).type).toBe('ready');
    const told: Told[] = [];
    // Each server keeps what happens on it once it has answered: what was told comes before what another one does then.
    const hear = async (isLast: (event: Told) => boolean) => void told.push(...(await here.until(isLast)));
    const isGone = ({ id, status }: Told) => id === 'of-one' && status === 'deleted';
    await one.call('POST', '/agents', { id: 'of-one' });
    await hear(({ status }) => status === 'created');
    await other.call('PUT', '/agents/of-one', { name: 'Other' });
    await other.call('POST', '/agents/common/prompt/sync', { message: 'Hello', conversation_id: 'talk', run_id: 'r' });
    await hear(isEnd);
    await one.call('DELETE', '/agents/of-one');
    await hear(isGone);
    expect(await there.until(isGone)).toEqual(told);
    expect(bare(told)).toEqual([
      { type: 'agent', id: 'of-one', status: 'created' },
      { type: 'agent', id: 'of-one', status: 'changed' },
      { type: 'conversation', id: 'talk', status: 'created', agent_id: 'common' },
      {
        type: 'run',
        id: 'r',
        status: 'running',
        agent_id: 'common',
        conversation_id: 'talk',
        parent_run_id: null,
      },
      { type: 'conversation', id: 'talk', status: 'changed', agent_id: 'common' },
      {
        type: 'run',
        id: 'r',
        status: 'finished',
        agent_id: 'common',
        conversation_id: 'talk',
        parent_run_id: null,
      },
      { type: 'agent', id: 'of-one', status: 'deleted' },
    ]);
    const numbers = told.map(({ number }) => number);
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
  });

  test('a reader goes on at the other behind what it was told here, and misses nothing', async () => {
    const told: Told[] = [];
    let last: number | undefined;
    for (let round = 0; round < 10; round++) {
      const [reader, writer] = round % 2 ? [one, other] : [other, one];
      await using following = await followAs(reader, ANNA, '?types=agent', last);
      const first = await following.next();
      expect(first.type).toBe('ready');
      await writer.call('POST', '/agents', { id: `hop-${round}` });
      told.push(...(await following.until(({ id }) => id === `hop-${round}`)));
      last = told.at(-1)?.number;
      // Nobody reads now.
      await reader.call('DELETE', `/agents/hop-${round}`);
    }
    expect(told.map(({ id, status }) => [id, status])).toEqual(
      Array.from({ length: 10 }, (_, round) => [
        ...(round > 0 ? [[`hop-${round - 1}`, 'deleted']] : []),
        [`hop-${round}`, 'created'],
      ]).flat(),
    );
  });

  test('what one key does leaves no trace in what another is told by the other server', async () => {
    await using others = await followAs(other, BEN);
    const { number } = await others.next();
    await using mine = await followAs(other, ANNA);
    await mine.next();
    await one.call('POST', '/agents/common/prompt/sync', { message: 'Hello', conversation_id: 'private', run_id: 'p' });
    await one.call('POST', '/agents/common/execute', { code: '1' });
    expect((await mine.until(isEnd)).map(idOf)).toEqual(['private', 'p', 'private', 'p']);
    await mine.until(({ type, status }) => type === 'sandbox' && status === 'busy');
    await one.call('PUT', '/agents/common', { description: 'The first that Ben may see' });
    const isMark = ({ type, id }: Told) => type === 'agent' && id === 'common';
    const common = ({ type }: Told) => ['agent', 'mcp_server', 'ready'].includes(type);
    expect((await others.until(isMark)).filter((event) => !common(event))).toEqual([]);
    await using again = await followAs(other, BEN, '?until=now', number);
    const told = await again.rest();
    expect(told.filter((event) => !common(event))).toEqual([]);
    expect(told.some(isMark)).toBe(true);
  });

  test('each tells of its own process of an MCP server, and says whose it is', async () => {
    await using reader = await followAs(one, ANNA, '?types=mcp_server');
    await reader.next();
    await one.call('POST', '/mcp/servers/toolbox/start', {});
    const running = new Set<string>();
    while (running.size < 2) {
      const [event] = (await reader.until(({ status }) => status === 'running')).slice(-1);
      expect(event).toMatchObject({ id: 'toolbox', origin: 'catalog', replica: expect.stringMatching(/^[\da-f]{8}$/) });
      running.add(event?.replica);
    }
  });

  test('the number of a line of the process of one is not taken for one of the process of the other', async () => {
    await one.call('POST', '/mcp/servers/toolbox/start', {});
    const linesOf = (server: WholeServer, lastEventId?: number) =>
      follow(`${server.url}/api/v1/mcp/servers/toolbox/log/events?until=now`, { key: ANNA, lastEventId });
    await using here = await linesOf(one);
    const { number } = (await here.rest()).at(-1) as Told;
    await using again = await linesOf(one, number);
    expect((await again.rest()).map(({ type }) => type)).toEqual(['ready']);
    await using there = await linesOf(other, number);
    expect((await there.next()).type).toBe('missed');
  });

  test('a reader that has never read is told what is held, and a number that nobody gave is not taken', async () => {
    await one.call('POST', '/agents', { id: 'held' });
    for (const server of [one, other]) {
      await using all = await followAs(server, ANNA, '?types=agent&after=0&until=now');
      const [first, ...told] = await all.rest();
      expect(first?.type).toBe('missed');
      expect(told.map(idOf)).toContain('held');
      await using future = await followAs(server, ANNA, '?types=agent&until=now', Date.now() * 1000 + 3_600_000_000);
      expect((await future.next()).type).toBe('missed');
    }
  });
});

test.skipIf(hasNoDatabase)('a reader goes on after all servers have ended and others have started', async () => {
  await using replicas = await openReplicas();
  const before = await replicas.start();
  const reader = await follow(`${before.url}/api/v1/events?types=agent`);
  await reader.next();
  await before.call('POST', '/agents', { id: 'a' });
  const { number } = await reader.next();
  await reader[Symbol.asyncDispose]();
  await before.call('POST', '/agents', { id: 'b' });
  await before.close();
  const after = await replicas.start();
  await after.call('POST', '/agents', { id: 'c' });
  await using again = await follow(`${after.url}/api/v1/events?types=agent`, { lastEventId: number });
  expect((await again.take(3)).map(idOf)).toEqual(['ready', 'b', 'c']);
});

test.skipIf(hasNoDatabase)(
  'a server that is told to end tells its readers everything, who go on at another',
  async () => {
    await using database = await openDatabase();
    const args = ['--database-url', database.url];
    await using ends = await startServer({ args });
    await using stays = await startServer({ args });
    await stays.ok('POST', '/agents', { id: 'a' });
    await using reader = await follow(`${ends.url}/api/v1/events?types=run`);
    await reader.next();
    await ends.ok('POST', '/agents/a/prompt/sync', { message: 'Hello', run_id: 'last' });
    ends.kill('SIGTERM');
    const told = await reader.rest();
    expect(told.map(({ type, id, status }) => [type, id, status])).toEqual([
      ['run', 'last', 'running'],
      ['run', 'last', 'finished'],
      ['error', undefined, undefined],
    ]);
    expect(await ends.ended).toBe(0);
    await stays.ok('POST', '/agents/a/prompt/sync', { message: 'Hello', run_id: 'next' });
    await using again = await follow(`${stays.url}/api/v1/events?types=run`, { lastEventId: told.at(-2)?.number });
    expect((await again.take(3)).map(idOf)).toEqual(['ready', 'next', 'next']);
  },
);
