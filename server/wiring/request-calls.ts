import type { CallWatch, EndedCall } from '../runs/call-watch.ts';
import type { Tracing } from '../telemetry/tracing.ts';

interface RequestCallsOptions {
  readonly tracing: Tracing | undefined;
  /** Is told of each call that has ended. */
  readonly onEnded: (call: EndedCall) => void;
}

/** Makes who is told of the tool calls of the request that is being answered: those that belong to no run, and so to no step. */
export function openRequestCalls({ tracing, onEnded }: RequestCallsOptions): () => CallWatch {
  return () => {
    const traced = tracing?.watchRequest();
    return {
      begin(call) {
        const span = traced?.begin(call);
        let startedAt: number | null = null;
        return {
          start() {
            startedAt = Date.now();
            return span?.start();
          },
          end(end) {
            const { isError } = end;
            const server = startedAt === null ? null : call.server;
            onEnded({ server, startedAt, endedAt: Math.max(startedAt ?? 0, Date.now()), isError });
            span?.end(end);
          },
        };
      },
    };
  };
}
