/** A round of most kinds with real processes, by the code that runs hundreds of them: `npm run campaign:replicas`. */
import { describe, expect, test } from 'vitest';
import { runCampaign } from '../scripts/replicas-campaign/campaign.ts';
import { checkReaders } from '../scripts/replicas-campaign/check-readers.ts';
import type { LookedRun } from '../scripts/replicas-campaign/check-run.ts';
import { KINDS } from '../scripts/replicas-campaign/kinds.ts';
import type { Frame } from '../scripts/replicas-campaign/wire.ts';
import { hasNoServer } from './support/postgres.ts';
import { BUILT } from './support/server-process.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

describe.skipIf(hasNoServer)('replicas that die, stand still, lose their database and are replaced', () => {
  test('lose nothing, tell nothing twice and do nothing twice', { timeout: 300_000 }, async () => {
    await using evidence = await temporaryFolder();
    const kinds = KINDS.filter(({ isShort }) => isShort);
    const lanes = [2, 2, 2];
    const options = { kinds, lanes, rounds: kinds.length, seed: 1, scale: 1, evidence: evidence.path, entry: BUILT };
    const outcomes = await runCampaign(options);
    expect(outcomes.flatMap(({ kind, problems }) => problems.map((problem) => `${kind.name}: ${problem}`))).toEqual([]);
    expect(outcomes.map(({ kind }) => kind.name).toSorted()).toEqual(kinds.map(({ name }) => name).toSorted());
    const interrupted = outcomes.reduce((sum, { statuses }) => sum + (statuses.interrupted ?? 0), 0);
    expect([interrupted > 0, outcomes.every(({ frames }) => frames > 0)]).toEqual([true, true]);
  });
});

describe('the judge of frames', () => {
  const plan = { name: 'r', paceMs: 1, steps: [{ words: 2, calls: [] }] };
  const word = (number: number, at = number) =>
    frame(number, { type: 'text', content: `r:0:${number - 1} `, timestamp: at });
  const done = (number: number) => frame(number, { type: 'done', conversation_id: 'c' });
  const frame = (number: number, data: object): Frame => ({
    at: 1,
    raw: `id: ${number}\ndata: ${JSON.stringify(data)}`,
  });

  /** What is wrong with a reader that got these frames, of a run that said two words and finished. */
  function judge(frames: readonly Frame[], status = 'finished'): string[] {
    const exchange = { replica: 'a1', method: 'GET', path: '/', sentAt: 1, after: 0, frames: [...frames], status: 200 };
    const stored = [1, 2].map((at) => ({ event: { type: 'text-delta', messageId: 'm', delta: `r:0:${at - 1} ` }, at }));
    const end = { event: { type: 'run-ended' }, at: 3 };
    const reader = { exchanges: [exchange], end: {} };
    const allowed = { mayDrain: false, mayRefuse: false, isDurable: false, lost: new Set() };
    const row = { status, conversation_id: 'c', fence: 0 };
    const run = { plan, from: 0, readers: [reader] };
    return checkReaders({ run, row, allowed, stored: [...stored, end], changes: [] } as unknown as LookedRun);
  }

  test('finds nothing where each event came once, in order, with one end', () => {
    expect(judge([word(1), word(2), done(3)])).toEqual([]);
  });

  test.each([
    ['a double', [word(1), word(1), word(2), done(3)], 'number 1 follows 1'],
    ['a gap', [word(1), done(3)], 'number 3 follows 1'],
    ['another word than is stored', [word(1), word(2, 7), done(3)], 'number 2 is'],
    ['two ends', [word(1), word(2), done(3), done(4)], '1 events follow its end'],
    ['no end', [word(1), word(2)], 'it ends without telling of an end'],
    ['a word that is not stored', [word(1), word(2), word(3), done(4)], 'it is told 1 events that are not stored'],
    ['numbers that jump to an end that is stored', [word(1), word(2), done(1_000_000)], 'number 1000000 follows 2'],
  ])('finds %s', (_, frames, problem) => {
    expect(judge(frames).join('; ')).toContain(problem);
  });

  test('finds another end than the one that is stored', () => {
    expect(judge([word(1), word(2), done(3)], 'cancelled').join()).toContain('and the run is cancelled');
  });
});
