/** Answers to approvals that come to several processes which share a database. */
import { describe, expect, test } from 'vitest';
import { createAnswerApproval } from '../server/approvals/answer-approvals.ts';
import { EVERYBODY, type Principal } from '../server/call/principal.ts';
import { Runs } from '../server/runs/runs.ts';
import { createStartRun } from '../server/runs/start-run.ts';
import type { Toolset } from '../server/runs/toolset.ts';
import { openPostgresStore } from '../server/store/postgres/postgres.ts';
import { ok, only, quickLimits, testAgent } from './support/loop.ts';
import { hasNoDatabase, openDatabase } from './support/postgres.ts';
import { finish, scriptedModel, text, toolCall } from './support/scripted-model.ts';

const ROUNDS = 50;
const anna: Principal = { name: 'anna', seesAll: false };
const ben: Principal = { name: 'ben', seesAll: false };

/** Sends mails, and notes for whom. */
interface Mail {
  readonly sent: unknown[];
  /** For whom the tools of each run were made. */
  readonly principals: Principal[];
}

/** One of the processes, with an agent that sends two mails once it may. */
async function startProcess(url: string, replica: string, { sent, principals }: Mail) {
  const store = await openPostgresStore({ url, replica });
  const model = scriptedModel((call) => {
    const isAnswered = model.asked[call]?.prompt.at(-1)?.role === 'tool';
    if (isAnswered) return [...text('Done'), finish()];
    return [...toolCall('c1', 'mail', { to: 'ada' }), ...toolCall('c2', 'mail', { to: 'bob' }), finish('tool-calls')];
  });
  const toolset: Toolset = {
    list: () => [{ name: 'mail', description: 'Sends a mail', inputSchema: { type: 'object' } }],
    async call(_name, { to }) {
      sent.push(to);
      return ok('sent');
    },
  };
  const log = { error: () => undefined };
  const runs = new Runs({ store, models: only(model), log, limits: quickLimits });
  const startRun = createStartRun(runs, (_id, principal) => {
    principals.push(principal);
    return { agent: () => ({ ...testAgent, approvals: { tools: ['mail'] } }), toolset };
  });
  const answer = createAnswerApproval({ startRun, approvals: store.approvals, runs: store.runs });
  return {
    store,
    /** Starts a run of a conversation of its own that waits for two answers; the ids of that for ada and that for bob. */
    async wait(principal: Principal): Promise<{ readonly key: string; readonly ids: readonly string[] }> {
      const messages = [{ id: 'u1', role: 'user' as const, content: [{ type: 'text' as const, text: 'Write' }] }];
      const run = await startRun('tester', { messages, history: 'stored', principal, detached: true });
      await run.ended;
      const open = await store.approvals.open(run.conversationKey);
      const byCall = open.toSorted((one, other) => one.callId.localeCompare(other.callId));
      return { key: run.conversationKey, ids: byCall.map(({ id }) => id) };
    },
    answer: (id: string, principal: Principal, isApproved = true) =>
      answer({ id, isApproved, reason: null }, { principal }),
    /** Resolves with the runs of a conversation once none of this process goes on. */
    async runsOf(conversationKey: string) {
      await Promise.all(runs.activeRuns().map(({ ended }) => ended));
      const conversation = await store.conversations.find(conversationKey);
      return (await store.runs.list({ conversationId: conversation?.id, limit: 10 })).runs;
    },
    async [Symbol.asyncDispose]() {
      await runs.drain(0);
      await store.close();
    },
  };
}

describe.skipIf(hasNoDatabase)('two processes on one database', () => {
  const start = async () => {
    const owned = new AsyncDisposableStack();
    const database = owned.use(await openDatabase());
    const mail: Mail = { sent: [], principals: [] };
    const first = owned.use(await startProcess(database.url, 'first', mail));
    const second = owned.use(await startProcess(database.url, 'second', mail));
    return { first, second, ...mail, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  };

  test('that are given the last two answers at the same moment go on with them once', {
    timeout: 120_000,
  }, async () => {
    await using both = await start();
    const { first, second, sent } = both;
    for (let round = 0; round < ROUNDS; round++) {
      sent.length = 0;
      const { key, ids } = await (round % 2 ? first : second).wait(EVERYBODY);
      const [one = '', other = ''] = ids;
      const answers = await Promise.all([first.answer(one, EVERYBODY), second.answer(other, EVERYBODY)]);
      expect(answers.map(({ status }) => status)).toEqual(['approved', 'approved']);
      expect(answers.filter(({ resumedBy }) => resumedBy !== null)).not.toEqual([]);
      await first.runsOf(key);
      expect((await second.runsOf(key)).map(({ status }) => status)).toEqual(['finished', 'finished']);
      expect(sent.toSorted()).toEqual(['ada', 'bob']);
    }
  });

  test('that are given one answer twice at the same moment take it once', { timeout: 120_000 }, async () => {
    await using both = await start();
    const { first, second, sent } = both;
    for (let round = 0; round < ROUNDS; round++) {
      sent.length = 0;
      const { key, ids } = await first.wait(EVERYBODY);
      const [one = '', other = ''] = ids;
      await second.answer(other, EVERYBODY, false);
      const answers = await Promise.allSettled([first.answer(one, EVERYBODY), second.answer(one, EVERYBODY)]);
      expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { code: 'approval-resolved' },
      });
      await first.runsOf(key);
      expect((await second.runsOf(key)).map(({ status }) => status)).toEqual(['finished', 'finished']);
      expect(sent).toEqual(['ada']);
    }
  });

  test('go on for whoever asked, whichever of them is answered, and by whom', async () => {
    await using both = await start();
    const { first, second, principals } = both;
    const { ids } = await first.wait(anna);
    // What has no owner may be answered by others: here an answer of the server itself stands for that.
    for (const id of ids) await second.answer(id, { ...ben, seesAll: true });
    expect(principals.map(({ name }) => name)).toEqual(['anna', 'anna']);
  });
});
