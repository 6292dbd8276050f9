/** Odd bodies at the AG-UI door of an agent. */
import { type OddBody, oddBodies, toBody } from '../../test/fixtures/ag-ui/odd-bodies.ts';
import type { StreamAnswer } from './caller.ts';
import type { Group, OddCase } from './odd-case.ts';
import { planStage } from './plain-stage.ts';

const cases = oddBodies.map(
  (odd, index): OddCase => ({
    title: odd.title,
    attempt: async (caller) => judgeRun(odd, await caller.stream('/ag-ui/demo/', toBody(odd, String(index)))),
  }),
);

/** A run ends as one; a body that may be refused names each wrong field, and says what it must be. */
export function judgeRun({ isLegal }: OddBody, { status, text, body, events }: StreamAnswer): string | undefined {
  if (status === 200 && events.at(-1)?.type === 'RUN_FINISHED') return undefined;
  const errors: { path?: string; message?: string }[] = Object(body).errors ?? [];
  const isClear =
    errors.length > 0 && errors.every(({ path, message = '' }) => path && !/^(?:Invalid input)?$/.test(message));
  return !isLegal && status === 422 && isClear ? undefined : `${status} ${text.slice(-300)}`;
}

/** Each is a conversation of its own with the demo agent. */
export const agUi: Group = { name: 'ag-ui', stages: [planStage({ title: 'bodies', cases, toCases: () => cases })] };
