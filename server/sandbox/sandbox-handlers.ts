import type { z } from 'zod';
import type { AppHandlers } from '../../contract/index.ts';
import type { ExecutionEvent, ExecutionResult } from '../../contract/sandbox.ts';
import { ApiError, toApiError } from '../call/errors.ts';
import type { RequestContext } from '../call/implement.ts';
import type { ManagedExecution } from './agent-execution.ts';
import type { SandboxManager } from './sandbox-manager.ts';

interface SandboxHandlersOptions {
  readonly manager: SandboxManager;
  /** Throws `agent-not-found` when there is no such agent. */
  readonly requireAgent: (agentId: string) => unknown;
  /** Whether the server is shutting down: what runs may end, runs that end may still use code, callers start nothing new. */
  isDraining?(): boolean;
}

/** The endpoints of the sandbox. */
export function createSandboxHandlers({
  manager,
  requireAgent,
  isDraining = () => false,
}: SandboxHandlersOptions): AppHandlers<RequestContext>['sandbox'] {
  const admit = async (agentId: string) => {
    if (isDraining())
      throw new ApiError('draining', 'The server is shutting down', { headers: { 'retry-after': '10' } });
    await requireAgent(agentId);
  };
  return {
    status: () => manager.status(),
    configure: ({ input }) => manager.configure(input),
    restart: () => manager.restart(),
    interrupt: ({ input }) => ({ interrupted: manager.interrupt(input.agent_id) }),
    execute: async ({ input, signal }) => {
      await admit(input.agent_id);
      return toResult(await manager.execute(input.agent_id, input.code, { timeoutMs: toMs(input.timeout), signal }));
    },
    executeStream: async ({ input, signal }) => {
      await admit(input.agent_id);
      return streamExecution(manager, input, signal);
    },
  };
}

type Event = z.input<typeof ExecutionEvent>;

/** The output as it comes, then `done`. Leaving the iteration interrupts the code. */
async function* streamExecution(
  manager: SandboxManager,
  { agent_id, code, timeout }: { agent_id: string; code: string; timeout?: number | undefined },
  signal: AbortSignal,
): AsyncGenerator<Event> {
  const left = new AbortController();
  const events: Event[] = [];
  let wake = Promise.withResolvers<void>();
  let isEnded = false;
  let hasShown = false;
  const push = (event: Event) => {
    events.push(event);
    wake.resolve();
  };
  const running = manager
    .execute(agent_id, code, {
      timeoutMs: toMs(timeout),
      signal: AbortSignal.any([signal, left.signal]),
      onOutput: push,
    })
    .finally(() => {
      isEnded = true;
      wake.resolve();
    });
  // Awaited below, unless the reader has left.
  running.catch(() => {});
  try {
    while (!isEnded || events.length) {
      if (!events.length) await wake.promise;
      wake = Promise.withResolvers<void>();
      for (const event of events.splice(0)) {
        hasShown = true;
        yield event;
      }
    }
    yield { type: 'done', execution: toResult(await running) };
  } catch (error) {
    // Before the first event the answer can still have the status of the error.
    if (!hasShown) throw error;
    const { message, code: errorCode } = toApiError(error);
    yield { type: 'error', detail: message, code: errorCode };
  } finally {
    left.abort();
  }
}

const toMs = (seconds = 30): number => Math.ceil(seconds * 1000);

const toResult = (execution: ManagedExecution): z.input<typeof ExecutionResult> => ({
  execution_id: execution.id,
  status: execution.status,
  stdout: execution.stdout,
  stderr: execution.stderr,
  result: execution.result,
  displays: [...execution.displays],
  error: execution.error,
  exit_code: execution.exitCode,
  duration_ms: execution.durationMs,
  queued_ms: execution.queuedMs,
  variables_lost: execution.variablesLost,
  truncated: execution.isTruncated,
  tool_calls: execution.toolCalls,
  notices: [...execution.notices],
  variant: execution.variant,
});
