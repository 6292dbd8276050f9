import { randomBytes } from 'node:crypto';
import { toToolName } from '../mcp/tool-names.ts';
import type { CallProgress, CallWatch, WatchedCall } from '../runs/call-watch.ts';
import { RunContents } from './run-contents.ts';
import type { Span } from './span.ts';
import type { SpanExport } from './span-export.ts';
import { TOOL_FAILED, toToolSpan } from './tool-span.ts';
import { type TraceContext, toTraceHeaders } from './trace-context.ts';

interface RequestCallsOptions {
  readonly spans: Pick<SpanExport, 'add' | 'isSampled'>;
  /** The span of whoever sent the request. */
  readonly caller: TraceContext | undefined;
  /** Takes secrets out of what calls are given and give; undefined where spans are to hold nothing of it. */
  readonly mask: ((text: string) => string) | undefined;
}

/** Makes a span of each tool call of a request that starts no run: below its caller, else in a trace of its own. */
export function traceRequestCalls({ spans, caller, mask }: RequestCallsOptions): CallWatch {
  return {
    begin(call) {
      const traceId = caller?.traceId ?? randomBytes(16).toString('hex');
      const isSampled = spans.isSampled({ traceId, parent: caller });
      const context = { traceId, spanId: randomBytes(8).toString('hex'), isSampled, state: caller?.state ?? null };
      const parent = caller && { spanId: caller.spanId, isRemote: true };
      const contents = mask && isSampled ? new RunContents(mask) : undefined;
      return trace(call, { spans, context, parent, contents });
    },
  };
}

interface CallTrace extends Pick<RequestCallsOptions, 'spans'> {
  readonly context: TraceContext;
  readonly parent: Span['parent'];
  readonly contents: RunContents | undefined;
}

function trace({ server, tool, args }: WatchedCall, { spans, context, parent, contents }: CallTrace): CallProgress {
  let startedAt: number | undefined;
  return {
    start() {
      startedAt = Date.now();
      return toTraceHeaders(context);
    },
    end({ isError, result }) {
      // A call that was refused has not run, and so has no span.
      if (startedAt === undefined || !context.isSampled) return;
      contents?.addCall('', { args, result });
      const span = toToolSpan({
        context,
        parent,
        tool: server === null ? tool : toToolName(server, tool, new Map()),
        server,
        startedAt,
        endedAt: Math.max(startedAt, Date.now()),
        failure: isError ? TOOL_FAILED : undefined,
        contents: contents?.ofCall(''),
      });
      spans.add([span]);
    },
  };
}
