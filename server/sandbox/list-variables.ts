import { z } from 'zod';
import { ApiError } from '../call/errors.ts';
import type { AgentSandbox } from './agent-sandbox.ts';
import type { Sandbox } from './sandbox.ts';
import type { SandboxPool } from './sandbox-pool.ts';

// Finds the class of `shown_values.py` with no name, and by no attribute, that code can have changed.
const SHOW =
  '[each for each in ().__class__.__class__.__subclasses__(().__class__.__mro__[1]) if ().__class__.__class__.__dict__["__name__"].__get__(each) == "AgentRuntimesVariables"][0].show()';

/** What an interpreter lists. */
export const Listed = z.object({
  variables: z
    .array(
      z.object({
        name: z.string().max(100),
        type: z.string().max(100),
        repr: z.string().max(200),
        size: z.int().nullable(),
      }),
    )
    .max(200),
  more: z.int().min(0),
});

/** The variables that the code of an agent has. */
export type ListedVariables = z.output<typeof Listed>;

/** As long as the code of a caller who names no limit: who is not done by then is interrupted. */
const TIMEOUT_MS = 30_000;
const NONE: ListedVariables = { variables: [], more: 0 };

/** Lists the variables of an interpreter in which nothing runs; none where there is no interpreter, and none is started. It counts as no use of it. */
export async function listVariables(agent: AgentSandbox, pool: SandboxPool): Promise<ListedVariables> {
  const { sandbox, lastUsed } = agent;
  if (!sandbox?.isRunning || agent.state !== 'ready') return NONE;
  agent.stopIdleWatch();
  try {
    return await readVariables(sandbox);
  } finally {
    // It may have been let go of meanwhile.
    if (agent.sandbox === sandbox) pool.keepFor(agent, lastUsed);
  }
}

async function readVariables(sandbox: Sandbox): Promise<ListedVariables> {
  const { stdout } = await sandbox.run(SHOW, {
    timeoutMs: TIMEOUT_MS,
    signal: new AbortController().signal,
    onOutput: () => {},
    onToolCall: async () => ({ success: false, kind: 'denied', error: 'No execution of this agent is running' }),
  });
  try {
    return Listed.parse(JSON.parse(stdout));
  } catch (cause) {
    throw new ApiError('sandbox-unavailable', 'The variables cannot be listed: the code has changed what lists them', {
      cause,
    });
  }
}
