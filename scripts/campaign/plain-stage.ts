import type { OddCase, Stage, StagePlan, TriedServer } from './odd-case.ts';
import { startTried } from './start-tried.ts';

interface PlainStage {
  readonly title: string;
  readonly isInOrder?: boolean;
  readonly cases: readonly unknown[];
  readonly args?: readonly string[];
  /** Writes what is there before the server starts. */
  prepare?(home: string): Promise<unknown>;
  /** One case for each of `cases`; what else it starts is put on the stack. */
  toCases(server: TriedServer, owned: AsyncDisposableStack): Promise<readonly OddCase[]> | readonly OddCase[];
}

/** A stage that needs nothing but a server. */
export function planStage({ title, isInOrder = false, cases, toCases, ...start }: PlainStage): StagePlan {
  return {
    title,
    isInOrder,
    size: cases.length,
    async open(entry): Promise<Stage> {
      await using stack = new AsyncDisposableStack();
      const server = stack.use(await startTried({ entry, ...start }));
      const all = await toCases(server, stack);
      const owned = stack.move();
      return { server, cases: all, [Symbol.asyncDispose]: () => owned.disposeAsync() };
    },
  };
}
