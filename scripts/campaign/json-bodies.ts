/** Odd JSON on every surface. */
import { flawedBodies, unreadableBodies } from '../../test/fixtures/flawed-bodies.ts';
import { expectEqual, type Group, type OddCase } from './odd-case.ts';
import { planStage } from './plain-stage.ts';

const below = (path: string) => path.replace(/^\/api\/v1/, '');

const flawed = flawedBodies.map(
  ([surface, path, text, place, message]): OddCase => ({
    title: `${surface}: ${text}`,
    async attempt(caller) {
      const { status, body } = await caller.ask('POST', below(path), text);
      return expectEqual([status, body?.code, body?.errors], [422, 'validation-failed', [{ path: place, message }]]);
    },
  }),
);

const paths = [...new Set(flawedBodies.map(([, path]) => path)), '/trpc/agents.create'];
const unreadable = paths.flatMap((path) =>
  unreadableBodies.map(
    ([title, text]): OddCase => ({
      title: `${path}: ${title}`,
      async attempt(caller) {
        const { status, text: answer, body } = await caller.ask('POST', below(path), text);
        return isRefused(status, body) ? undefined : `${status} ${answer}`;
      },
    }),
  ),
);

/** Each protocol has its own shape of an error; JSON-RPC answers 200 with one. */
function isRefused(status: number, body: unknown): boolean {
  const { detail, message, error } = Object([body].flat()[0]);
  const words = detail ?? message ?? error?.message;
  const isStatus = status === 200 ? error?.code < 0 : status >= 400 && status < 500;
  return isStatus && typeof words === 'string' && words !== '';
}

const cases = [...flawed, ...unreadable];

/** None of them changes anything. */
export const jsonBodies: Group = {
  name: 'json',
  stages: [
    planStage({
      title: 'bodies',
      cases,
      async toCases({ url }) {
        const body = JSON.stringify({ id: 'a' });
        await fetch(`${url}/api/v1/agents`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
        return cases;
      },
    }),
  ],
};
