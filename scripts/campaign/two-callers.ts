/** Two callers with a key each, who give what is theirs the same names: each has its own, and learns nothing of the other's. */
import { a2aMessage, agUiRun, type Way, ways } from '../../test/fixtures/keys/ways.ts';
import { type Answer, Caller } from './caller.ts';
import { expectEqual, type Group, type OddCase } from './odd-case.ts';
import { planStage } from './plain-stage.ts';

/** The keys of the two, and of who looks after each case whether all is there. */
const KEYS = { watch: 'watch-0123456789', anna: 'anna-0123456789', ben: 'ben-0123456789' };
/** The variables and the key with which a stage is started that has two callers. */
export const twoKeys = {
  environment: {
    AGENT_RUNTIMES_API_KEYS: Object.entries(KEYS)
      .map(([name, key]) => `${name}:${key}`)
      .join(),
  },
  key: KEYS.watch,
};
/** The two callers of a case. */
export const twoCallers = (caller: Caller) => ({ anna: caller.as(KEYS.anna), ben: caller.as(KEYS.ben) });
type Two = ReturnType<typeof twoCallers>;

const SECRET = 'MARMOT';
const HAS_SECRET = 'My secret is MARMOT';
const ASKS = 'What is my secret?';

/** The statuses of several requests. */
async function statusesOf(by: Caller, requests: readonly (readonly [string, string, object?])[]): Promise<number[]> {
  const answers: Answer[] = [];
  for (const [method, path, body] of requests) answers.push(await by.ask(method, path, body));
  return answers.map(({ status }) => status);
}

const contentsOf = ({ body }: Answer): string[] =>
  (body?.messages ?? []).map(({ content }: { content: string }) => content);

const toWayCase = ({ title, path, toBody }: Way): OddCase => ({
  title: `a conversation of one id over ${title}`,
  async attempt(caller) {
    const { anna, ben } = twoCallers(caller);
    const id = `diary-${title.replaceAll('/', '-')}`;
    const read = `/conversations/${id}`;
    const first = await anna.stream(path, toBody(id, HAS_SECRET));
    const before = await anna.ask('GET', read);
    const hidden = await judgeHidden(ben, id);
    const second = await ben.stream(path, toBody(id, ASKS));
    const ofBen = await ben.ask('GET', read);
    const runs = await ben.ask('GET', `/runs?conversation_id=${id}`);
    const deleted = await statusesOf(ben, [
      ['DELETE', read],
      ['GET', read],
    ]);
    const after = await anna.ask('GET', read);
    return (
      expectEqual([first.status, second.status, before.status], [200, 200, 200]) ??
      hidden ??
      expectEqual(contentsOf(ofBen)[0], ASKS) ??
      expectEqual(
        [second.text, ofBen.text, runs.text].filter((text) => text.includes(SECRET)),
        [],
      ) ??
      expectEqual(runs.body?.runs?.length, 1) ??
      expectEqual(deleted, [204, 404]) ??
      expectEqual(after.body, before.body)
    );
  },
});

/** Whatever somebody asks of a conversation of another, nothing comes. */
async function judgeHidden(by: Caller, id: string): Promise<string | undefined> {
  const statuses = await statusesOf(by, [
    ['GET', `/conversations/${id}`],
    ['DELETE', `/conversations/${id}`],
  ]);
  const shown = [
    await by.ask('GET', '/conversations?limit=200'),
    await by.ask('GET', `/runs?conversation_id=${id}`),
    await by.ask('POST', '/ag-ui/demo/connect', { threadId: id }),
    await by.ask('GET', `/a2a/demo/tasks?contextId=${id}`),
  ];
  return (
    expectEqual(statuses, [404, 404]) ??
    expectEqual([shown[1]?.body?.runs, shown[3]?.body?.totalSize], [[], 0]) ??
    expectEqual(
      shown.map(({ text }) => text).filter((text) => text.includes(SECRET) || text.includes(`"${id}"`)),
      [],
    )
  );
}

/** Another thing of one name: what both do with it. */
const both = (title: string, attempt: (two: Two) => Promise<string | undefined>): OddCase => ({
  title,
  attempt: (caller) => attempt(twoCallers(caller)),
});

const CALCULATE = 'What is 17 * 23?';
const others = [
  both('a run id', async ({ anna, ben }) => {
    const prompt = (message: string) => ({ message, run_id: 'once' });
    await anna.stream('/agents/demo/prompt', prompt(HAS_SECRET));
    const hidden = await statusesOf(ben, [
      ['GET', '/runs/once'],
      ['GET', '/runs/once/events'],
      ['GET', '/runs/once/steps'],
      ['POST', '/runs/once/cancel'],
    ]);
    const ofBen = await ben.stream('/agents/demo/prompt', prompt('What is 2 + 3?'));
    const again = await ben.ask('POST', '/agents/demo/prompt', prompt('What is 2 + 3?'));
    const [run, events] = [await ben.ask('GET', '/runs/once'), await ben.ask('GET', '/runs/once/events')];
    return (
      expectEqual(hidden, [404, 404, 404, 404]) ??
      expectEqual(
        [ofBen.events.at(-1)?.type, again.body?.code, run.body?.status],
        ['done', 'run-exists', 'finished'],
      ) ??
      expectEqual(
        [ofBen.text, again.text, run.text, events.text].filter((text) => text.includes(SECRET)),
        [],
      )
    );
  }),
  both('an AG-UI thread and its run, read again', async ({ anna, ben }) => {
    const name = { threadId: 'thread', runId: 'run' };
    await anna.stream('/ag-ui/demo/', agUiRun('thread', 'run', HAS_SECRET));
    const hidden = await ben.ask('POST', '/ag-ui/demo/connect', name);
    const stopped = await ben.ask('POST', '/ag-ui/terminate', name);
    await ben.stream('/ag-ui/demo/', agUiRun('thread', 'run', ASKS));
    const [ofAnna, ofBen] = [
      await anna.stream('/ag-ui/demo/connect', name),
      await ben.stream('/ag-ui/demo/connect', name),
    ];
    return (
      expectEqual([hidden, ofBen].filter(({ text }) => text.includes(SECRET)).length, 0) ??
      expectEqual([stopped.body?.success, ofAnna.text.includes(SECRET), ofBen.text.includes(ASKS)], [false, true, true])
    );
  }),
  both('a conversation that waits for an approval', async ({ anna, ben }) => {
    const say = (by: Caller, message: string) =>
      by.ask('POST', '/agents/careful/prompt/sync', { message, conversation_id: 'asks' });
    const [approval] = (await say(anna, CALCULATE)).body?.approvals ?? [];
    if (!approval) return 'nothing waits for an approval';
    const path = `/approvals/${approval.id}`;
    const resume = [{ interruptId: approval.id, status: 'resolved', payload: { approved: true } }];
    const [hello, list] = [await say(ben, 'Hello'), await ben.ask('GET', '/approvals')];
    const refused = await ben.ask('POST', '/ag-ui/careful/', { ...agUiRun('asks', 'r', 'Go on'), resume });
    const hidden = await statusesOf(ben, [['POST', path, { approved: true }]]);
    const answered = await anna.ask('POST', path, { approved: true });
    return (
      expectEqual([hello.status, list.body?.approvals, refused.body?.code], [200, [], 'approval-not-found']) ??
      expectEqual([hidden, answered.body?.status], [[404], 'approved'])
    );
  }),
  both('a context of A2A in which a task waits', async ({ anna, ben }) => {
    const send = (by: Caller, text: string, more: object = {}) =>
      by.ask('POST', '/a2a/careful/message:send', { message: { ...a2aMessage(text, 'context').message, ...more } });
    const { id, status } = (await send(anna, CALCULATE)).body?.task ?? {};
    const hello = await send(ben, 'Hello');
    const list = await ben.ask('GET', '/a2a/careful/tasks?contextId=context');
    const hidden = await statusesOf(ben, [
      ['GET', `/a2a/careful/tasks/${id}`],
      ['POST', `/a2a/careful/tasks/${id}:cancel`, {}],
      [
        'POST',
        '/a2a/careful/message:send',
        { message: { messageId: 'm', role: 'ROLE_USER', taskId: id, parts: [{ text: 'approve' }] } },
      ],
    ]);
    const ended = await send(anna, 'approve', { taskId: id });
    return (
      expectEqual(status?.state, 'TASK_STATE_INPUT_REQUIRED') ??
      expectEqual([hello.body?.task?.status?.state, list.body?.totalSize], ['TASK_STATE_COMPLETED', 1]) ??
      expectEqual([hidden, ended.body?.task?.status?.state], [[404, 404, 404], 'TASK_STATE_COMPLETED'])
    );
  }),
];

const cases = [...ways.map(toWayCase), ...others];

/** One server with three keys. */
export const callers: Group = {
  name: 'two callers',
  stages: [
    planStage({
      ...twoKeys,
      title: 'names that both give',
      // The demo model takes its time for its words; `api-keys-names.test.ts` tries the same ways.
      isLong: true,
      cases,
      async toCases(server) {
        const caller = new Caller(server);
        const approvals = { tools: ['*'] };
        await caller.ask('POST', '/agents', { id: 'careful', selected_mcp_servers: ['toolbox'], approvals });
        await caller.ask('POST', '/agents/careful/mcp-servers/start', {});
        return cases;
      },
    }),
  ],
};
