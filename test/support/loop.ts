/** Runs the agent loop alone: a scripted model, tools as functions, events in an array. */
import type { LanguageModelV4 } from '@ai-sdk/provider';
import {
  type FoundModel,
  type LoopEnd,
  type LoopOptions,
  type RunAgent,
  runAgent,
} from '../../server/runs/agent-loop.ts';
import { defaultRunLimits, type RunLimits } from '../../server/runs/limits.ts';
import type { RunEvent } from '../../server/runs/run-events.ts';
import { ToolArguments } from '../../server/runs/tool-arguments.ts';
import type { ToolOutcome, Toolset } from '../../server/runs/toolset.ts';
import type { Message } from '../../server/store/messages.ts';

/** The agent of runs whose test asks for no other. */
export const testAgent: RunAgent = { id: 'tester', model: 'script', systemPrompt: '', maxSteps: 20, temperature: null };

/** The limits of a server, with waits that a test can afford. */
export const quickLimits: RunLimits = { ...defaultRunLimits, retryBaseMs: 1 };

type ToolFunction = (args: Record<string, unknown>, signal: AbortSignal) => Promise<ToolOutcome> | ToolOutcome;

/** A toolset of functions; each takes any object unless it has a schema in `schemas`. */
export function toolsetOf(
  tools: Record<string, ToolFunction>,
  schemas: Record<string, Record<string, unknown>> = {},
): Toolset {
  return {
    list: () =>
      Object.keys(tools).map((name) => ({ name, description: name, inputSchema: schemas[name] ?? { type: 'object' } })),
    call: async (name, args, { signal }) => {
      const tool = tools[name];
      if (!tool) throw new Error(`the loop called ${name}, which it was not offered`);
      return tool(args, signal);
    },
  };
}

/** A tool result that is no error. */
export const ok = (result: unknown): ToolOutcome => ({ result, isError: false });

/** A message of the user. */
export const userSays = (text: string, id = 'u1'): Message => ({ id, role: 'user', content: [{ type: 'text', text }] });

/** Models that are all `model`. */
export const only = (model: LanguageModelV4, outputWay?: FoundModel['outputWay']): LoopOptions['models'] => ({
  resolve: async () => ({ id: 'script', model, outputWay }),
});

/** Runs the loop to its end. `events` fills as it goes; `onEvent` sees each. */
export async function runLoop(
  model: LanguageModelV4,
  options: Partial<LoopOptions> & { onEvent?: (event: RunEvent) => void } = {},
): Promise<LoopEnd & { events: RunEvent[] }> {
  const events: RunEvent[] = [];
  const { onEvent, ...rest } = options;
  const end = await runAgent({
    agent: () => testAgent,
    models: only(model),
    toolset: toolsetOf({}),
    callerTools: [],
    history: [userSays('Hello')],
    sink: {
      emit(event) {
        events.push(event);
        onEvent?.(event);
      },
      pressure: () => undefined,
    },
    limits: quickLimits,
    toolArguments: new ToolArguments(),
    log: {
      error(details) {
        throw new Error(`the server is at fault: ${JSON.stringify(details)}`);
      },
    },
    signal: new AbortController().signal,
    ...rest,
  });
  return { ...end, events };
}

/** What is the same in each run of a test: ids become `msg#1`, `msg#2` in order of appearance. */
export function withStableIds<T>(value: T): T {
  const names = new Map<string, string>();
  const text = JSON.stringify(value).replace(/msg-[0-9a-f]{20}/g, (id) => {
    const name = names.get(id) ?? `msg#${names.size + 1}`;
    names.set(id, name);
    return name;
  });
  return JSON.parse(text) as T;
}
