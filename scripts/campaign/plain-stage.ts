import type { OddCase, Stage, StagePlan, TriedServer } from './odd-case.ts';
import { type StartTried, startTried } from './start-tried.ts';

interface PlainStage
  extends Pick<StagePlan, 'title' | 'isInOrder' | 'isLong' | 'missing'>,
    Pick<StartTried, 'args' | 'environment' | 'key'> {
  readonly cases: readonly unknown[];
  /** Writes what is there before the server starts. */
  prepare?(home: string): Promise<unknown>;
  /** One case for each of `cases`; what else it starts is put on the stack. */
  toCases(
    server: TriedServer,
    owned: AsyncDisposableStack,
    entry: string | undefined,
  ): Promise<readonly OddCase[]> | readonly OddCase[];
}

/** A stage that needs nothing but a server. */
export function planStage({ cases, toCases, prepare, args, environment, key, ...plan }: PlainStage): StagePlan {
  return {
    ...plan,
    size: cases.length,
    async open(entry): Promise<Stage> {
      await using stack = new AsyncDisposableStack();
      const server = stack.use(await startTried({ entry, prepare, args, environment, key }));
      const all = await toCases(server, stack, entry);
      const owned = stack.move();
      return { server, cases: all, [Symbol.asyncDispose]: () => owned.disposeAsync() };
    },
  };
}
