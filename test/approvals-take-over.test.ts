/** Calls that wait for a person, or that one has approved, when the process of their run goes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunLimits } from '../server/runs/limits.ts';
import type { Toolset } from '../server/runs/toolset.ts';
import {
  answererOf,
  type DurableProcess,
  durable,
  IN_TIME,
  openDurable,
  saidIn,
  stepsOf,
  stopBefore,
  untilStored,
} from './support/durable-runs.ts';
import { ok } from './support/loop.ts';
import { hasNoDatabase, openDatabase, type TestDatabase } from './support/postgres.ts';
import { type Answer, finish, text, toolCall } from './support/scripted-model.ts';

const says = (words: string): Answer => [...text(words), finish()];
const mails = (...ids: string[]): Answer => [
  ...ids.flatMap((id) => toolCall(id, 'mail', { to: id })),
  finish('tool-calls'),
];
const never = new Promise<never>(() => undefined);

describe.skipIf(hasNoDatabase)('approvals across a take-over', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openDatabase();
  }, 120_000);
  afterAll(() => database?.close());

  interface Mailing {
    /** Who was sent a mail, in order. */
    readonly sent: unknown[];
    /** Those whose mail is never answered for. */
    readonly lasting?: readonly string[];
    readonly description?: string;
    readonly limits?: Partial<RunLimits>;
  }
  /** A process whose agent sends mails once it may, and looks around whenever it wants. */
  async function open(answers: readonly Answer[], { sent, lasting = [], description = 'Mails', limits }: Mailing) {
    const toolset: Toolset = {
      list: () => [
        { name: 'mail', description, inputSchema: { type: 'object', properties: { to: { type: 'string' } } } },
        { name: 'look', description: 'Looks', inputSchema: { type: 'object' } },
      ],
      async call(name, { to }) {
        sent.push(name === 'mail' ? to : name);
        return name === 'look' || lasting.includes(String(to)) ? never : ok('sent');
      },
    };
    const agent = { ...durable, approvals: { tools: ['mail'] } };
    const process = await openDurable({ answers, toolset, agent, url: database.url, ...(limits && { limits }) });
    return Object.assign(process, { answer: answererOf(process, agent) });
  }
  type Process = Awaited<ReturnType<typeof open>>;

  const keyOf = async ({ store }: DurableProcess, conversation: string) =>
    (await store.conversations.find(conversation))?.key ?? '';
  const openIn = async (process: DurableProcess, conversation: string) =>
    (await process.store.approvals.open(await keyOf(process, conversation))).toSorted((a, b) =>
      a.callId.localeCompare(b.callId),
    );
  /** The newest run of a conversation, once it has ended. */
  async function ended(process: DurableProcess, conversation: string) {
    const latest = async () => process.store.runs.latest(await keyOf(process, conversation));
    await expect.poll(async () => (await latest())?.status, IN_TIME).toBe('finished');
    return latest();
  }
  /** A run that waits for answers to the mails of its model, and the ids of those. */
  async function wait(process: Process, conversationId: string) {
    await (await process.begin({ conversationId })).ended;
    return (await openIn(process, conversationId)).map(({ id }) => id);
  }

  test('an approved call that had begun is never run again: it may have run', async () => {
    const sent: unknown[] = [];
    await using own = await open([mails('ada')], { sent, lasting: ['ada'] });
    const [id = ''] = await wait(own, 'began');
    const { resumedBy } = await own.answer(id);
    await expect.poll(() => sent, IN_TIME).toEqual(['ada']);
    own.isStopped = true;
    await using other = await open([says('Done')], { sent });
    expect(await ended(other, 'began')).toMatchObject({ id: resumedBy, outcome: { status: 'finished', pending: [] } });
    expect(sent).toEqual(['ada']);
    expect((await saidIn(other, 'began')).slice(-2)).toEqual([
      { tool: expect.stringContaining('may have run') },
      [{ type: 'text', text: 'Done' }],
    ]);
    expect(JSON.stringify(other.model.asked[0]?.prompt)).toContain('may have run');
    expect(await stepsOf(other, resumedBy ?? '')).toMatchObject([
      { number: 0, status: 'finished', toolCalls: [{ callId: 'ada', isError: true, approvalId: id }] },
      { number: 1, status: 'finished' },
    ]);
  });

  test('of approved calls those that had not begun run once', async () => {
    const sent: unknown[] = [];
    const limits = { parallelTools: 1 };
    await using own = await open([mails('ada', 'bob', 'eve')], { sent, lasting: ['ada'], limits });
    const [ada = '', bob = '', eve = ''] = await wait(own, 'rest');
    await own.answer(bob);
    await own.answer(eve, false);
    await own.answer(ada);
    await expect.poll(() => sent.length, IN_TIME).toBeGreaterThan(0);
    await untilStored(own, (await own.store.runs.latest(await keyOf(own, 'rest')))?.id ?? '', '"callId":"ada"');
    own.isStopped = true;
    await using other = await open([says('Done')], { sent });
    await ended(other, 'rest');
    expect(sent.toSorted()).toEqual(['ada', 'bob']);
    const results = (await saidIn(other, 'rest')).flatMap((one) =>
      typeof one === 'object' && 'tool' in one ? String(one.tool) : [],
    );
    expect(results.toSorted()).toEqual([
      'Not run: the user refused it',
      expect.stringContaining('This call may have run'),
      'sent',
    ]);
  });

  test('an approved call that could not begin runs once, also when its process wakes', async () => {
    const sent: unknown[] = [];
    await using own = await open([mails('ada', 'bob')], { sent });
    const [ada = '', bob = ''] = await wait(own, 'none');
    await own.answer(bob);
    const stopped = stopBefore(own, 'tool-started');
    await own.answer(ada);
    await stopped;
    await using other = await open([says('Done')], { sent });
    await ended(other, 'none');
    expect(sent.toSorted()).toEqual(['ada', 'bob']);
    own.isStopped = false;
    await Promise.all(own.runs.activeRuns().map((run) => run.ended));
    expect(sent).toHaveLength(2);
    expect((await saidIn(other, 'none')).slice(-3)).toEqual([
      { tool: 'sent' },
      { tool: 'sent' },
      [{ type: 'text', text: 'Done' }],
    ]);
  });

  test('an approval whose tool had changed is void', async () => {
    const sent: unknown[] = [];
    await using own = await open([mails('ada')], { sent });
    const [id = ''] = await wait(own, 'changed');
    await using next = await open(['never'], { sent, description: 'Mails otherwise' });
    await next.answer(id);
    await expect.poll(() => next.model.asked.length, IN_TIME).toBe(1);
    await untilStored(next, (await next.store.approvals.get(id))?.resumedBy ?? '', '"model-asked"');
    own.isStopped = true;
    next.isStopped = true;
    await using other = await open([says('Done')], { sent });
    await ended(other, 'changed');
    expect(sent).toEqual([]);
    expect((await other.store.approvals.get(id))?.status).toBe('void');
  });

  test('a call that was to wait for a person, beside one that ran, waits on', async () => {
    const sent: unknown[] = [];
    const asks: Answer = [...toolCall('c1', 'look', {}), ...toolCall('ada', 'mail', { to: 'ada' })];
    const odd: Answer = [
      ...toolCall('odd', 'mail', { to: 7 }),
      ...toolCall('bad', 'mail', 'to ada'),
      finish('tool-calls'),
    ];
    await using own = await open([[...asks, ...odd]], { sent, limits: { parallelTools: 1 } });
    const run = await own.begin({ conversationId: 'beside' });
    await expect.poll(() => sent, IN_TIME).toEqual(['look']);
    own.isStopped = true;
    await using other = await open([says('Done')], { sent });
    expect(await ended(other, 'beside')).toMatchObject({
      id: run.storedId,
      outcome: { pending: ['ada'], approvals: [{ callId: 'ada', tool: 'mail', args: { to: 'ada' } }] },
    });
    const said = (await saidIn(other, 'beside')).flatMap((one) => (Array.isArray(one) ? one : [one]));
    expect(said.slice(1)).toMatchObject([
      { callId: 'c1' },
      { callId: 'ada' },
      { callId: 'odd' },
      { callId: 'bad' },
      { tool: expect.stringContaining('may have run') },
      { tool: expect.stringContaining('Not run') },
      { tool: expect.stringContaining('do not fit') },
    ]);
    const [step] = await stepsOf(other, run.storedId);
    const [approval] = await openIn(other, 'beside');
    expect(step?.toolCalls.find(({ callId }) => callId === 'ada')).toMatchObject({
      isPending: true,
      approvalId: approval?.id,
    });
    await other.answer(approval?.id ?? '');
    await expect.poll(() => sent, IN_TIME).toEqual(['look', 'ada']);
    await ended(other, 'beside');
    expect((await saidIn(other, 'beside')).slice(-2)).toEqual([{ tool: 'sent' }, [{ type: 'text', text: 'Done' }]]);
  });

  test('a call that was to wait, of a step that had not ended, is asked for once', async () => {
    const sent: unknown[] = [];
    await using own = await open([mails('ada')], { sent });
    const stopped = stopBefore(own, 'step-ended');
    await own.begin({ conversationId: 'half' });
    await stopped;
    await using other = await open([mails('ada'), says('Done')], { sent });
    await ended(other, 'half');
    const approvals = await openIn(other, 'half');
    expect(approvals).toMatchObject([{ tool: 'mail', args: { to: 'ada' }, status: 'pending' }]);
    await other.answer(approvals[0]?.id ?? '');
    await expect.poll(() => sent, IN_TIME).toEqual(['ada']);
    await expect.poll(async () => JSON.stringify(await saidIn(other, 'half')), IN_TIME).toContain('Done');
  });
});
