/** Two callers with a key each and one agent that writes code: neither sees, interrupts nor restarts what is the other's. */
import { LONG, separations } from '../../test/fixtures/sandbox/owners.ts';
import type { Caller } from './caller.ts';
import { evaluate, execute, planCodeStage } from './code-stage.ts';
import { expectEqual, type Group, type OddCase } from './odd-case.ts';
import { twoCallers, twoKeys } from './two-callers.ts';

/** Code of one caller that runs: `ended` resolves with what it comes to. */
interface Running {
  readonly ended: Promise<{ readonly status?: string; readonly stdout?: string; readonly variables_lost?: boolean }>;
}

/** Starts code that runs until it is interrupted, and resolves once it runs. */
async function startLong(by: Caller): Promise<Running> {
  const { promise: begun, resolve: begin } = Promise.withResolvers<unknown>();
  const body = { code: LONG, timeout: 300 };
  const streaming = by.stream('/agents/coder/execute/stream', body, begin);
  await Promise.race([begun, streaming]);
  return { ended: streaming.then(({ events }) => events.at(-1)?.execution ?? {}) };
}

const cancelled = ['cancelled', 'on\n', false];
const cameTo = async ({ ended }: Running) => {
  const { status, stdout, variables_lost } = await ended;
  return [status, stdout, variables_lost];
};
const interrupt = async (by: Caller) => (await by.ask('POST', '/agents/sandbox/interrupt', {})).body?.interrupted;

const cases = [
  ...separations.map(
    ({ title, change, look, ofOne, ofOther }): OddCase => ({
      title,
      async attempt(caller) {
        const { anna, ben } = twoCallers(caller);
        const { status, text } = await execute(anna, change);
        return (
          (status === 'ok' ? undefined : text) ??
          expectEqual(await evaluate(ben, look), ofOther) ??
          expectEqual(await evaluate(anna, look), ofOne)
        );
      },
    }),
  ),
  {
    title: 'interrupts',
    async attempt(caller: Caller) {
      const { anna, ben } = twoCallers(caller);
      const [ofAnna, ofBen] = [await startLong(anna), await startLong(ben)];
      const said = [await interrupt(ben), await cameTo(ofBen), await interrupt(ben)];
      const ended = [await interrupt(anna), await cameTo(ofAnna)];
      return expectEqual([...said, ...ended], [['coder'], cancelled, [], ['coder'], cancelled]);
    },
  },
  {
    title: 'restarts',
    async attempt(caller: Caller) {
      const { anna, ben } = twoCallers(caller);
      for (const by of [anna, ben]) await execute(by, 'kept = "mine"');
      const running = await startLong(anna);
      const restarted = await ben.ask('POST', '/agents/sandbox/restart');
      const lost = await evaluate(ben, '["kept" in globals()]');
      const ended = [await interrupt(anna), await cameTo(running)];
      return (
        expectEqual([restarted.status, restarted.body?.sandbox_running, lost], [200, true, [false]]) ??
        expectEqual(ended, [['coder'], cancelled]) ??
        expectEqual(await evaluate(anna, '[kept]'), ['mine'])
      );
    },
  },
];

/** All of them share two interpreters, in which each leaves what it has changed. */
export const interpreters: Group = {
  name: 'interpreters',
  stages: (['local-eval', 'local-jupyter'] as const).map((variant) =>
    planCodeStage({ ...twoKeys, variant, title: 'two callers', isInOrder: true, cases, toCases: () => cases }),
  ),
};
