import type { Door } from '../../test/fixtures/answers/odd-answer.ts';
import { Caller } from './caller.ts';
import type { OddCase, StagePlan } from './odd-case.ts';
import { startTried } from './start-tried.ts';
import { startWireProvider, type WireProvider } from './wire-provider.ts';

interface WireStage extends Pick<StagePlan, 'isLong' | 'size'> {
  /** Makes what the cases use; what else it starts is put on the stack. */
  setUp(caller: Caller, owned: AsyncDisposableStack): Promise<unknown>;
  toCases(provider: WireProvider): readonly OddCase[];
}

/** A stage whose server asks a provider of one API, which is part of it. */
export function planWireStage(door: Door, { setUp, toCases, ...plan }: WireStage): StagePlan {
  return {
    ...plan,
    title: door.name,
    async open(entry) {
      await using stack = new AsyncDisposableStack();
      const provider = stack.use(await startWireProvider(door.plain));
      const server = stack.use(await startTried({ entry, environment: { ...door.environment(provider.url) } }));
      await setUp(new Caller(server), stack);
      const owned = stack.move();
      return { server, cases: toCases(provider), [Symbol.asyncDispose]: () => owned.disposeAsync() };
    },
  };
}

/** Makes an agent with the model of an API and these MCP servers. Throws when there is none then. */
export async function makeAgent(
  caller: Caller,
  id: string,
  { model }: Door,
  servers: readonly string[],
): Promise<void> {
  const made = await caller.ask('POST', '/agents', { id, model, selected_mcp_servers: servers });
  if (made.status !== 201) throw new Error(`No agent is made: ${made.status} ${made.text}`);
}

/** Whose refusals the API of a door has. */
export function familyOf({ model, name }: Door): 'anthropic' | 'google' | 'compatible' | 'openai' {
  if (model.startsWith('claude')) return 'anthropic';
  if (model.startsWith('gemini')) return 'google';
  return name.includes('compatible') ? 'compatible' : 'openai';
}
