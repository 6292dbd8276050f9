/** Operations as a tRPC router. */
import { initTRPC } from '@trpc/server';
import { type Gone, isIterable, type Operation } from '../call/implement.ts';
import { type Exchange, toContext } from './exchange.ts';
import type { RateLimits } from './rate-limit.ts';
import { PING_MS } from './rpc-answer.ts';
import { fromTrpcError, toTrpcError } from './rpc-errors.ts';

/** What a procedure knows of its request. */
export interface RpcContext {
  readonly exchange: Exchange;
}

/** Runs one call. Rejects with an error of tRPC. */
export type RunCall = (input: unknown, exchange: Exchange, gone: Gone) => Promise<unknown>;

/** How each operation runs, by its name. */
export function createRunners(
  operations: readonly Operation[],
  rateLimits: RateLimits | undefined,
): ReadonlyMap<string, RunCall> {
  return new Map(
    operations.map(({ name, endpoint, run }) => [
      name,
      async (input, exchange, gone) => {
        try {
          if (!endpoint.open) rateLimits?.take(exchange.caller, name);
          const result = await run(input, toContext(exchange), gone);
          if (!isIterable(result)) return result ?? null;
          exchange.isStream = true;
          return convertErrors(result);
        } catch (cause) {
          throw toTrpcError(cause);
        }
      },
    ]),
  );
}

async function* convertErrors(events: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  try {
    yield* events;
  } catch (cause) {
    throw toTrpcError(cause);
  }
}

/** What {@link createRouter} makes. */
export type RpcRouter = ReturnType<typeof createRouter>;

type ProcedureTree = { [key: string]: ProcedureTree };

/** The router of operations; a stream is a mutation that returns an AsyncIterable. */
export function createRouter(operations: readonly Operation[], runners: ReadonlyMap<string, RunCall>) {
  const t = initTRPC.context<RpcContext>().create({
    jsonl: { pingMs: PING_MS },
    errorFormatter({ shape, error }) {
      const body = fromTrpcError(error).toBody();
      // Where the adapter fails before it has a call, it reads the status from here; callers see status_code.
      Object.defineProperty(body, 'httpStatus', { value: body.status_code });
      return { code: shape.code, message: body.detail, data: body };
    },
  });
  const record: ProcedureTree = {};
  for (const { name, endpoint } of operations) {
    // The operation checks its input by itself, as it does for REST.
    const procedure = t.procedure.input((value: unknown) => value);
    const call = ({ input, ctx, signal }: CallOptions) =>
      runners.get(name)?.(input, ctx.exchange, signal ? { signal } : ctx.exchange.gone);
    put(record, name.split('.'), endpoint.kind === 'query' ? procedure.query(call) : procedure.mutation(call));
  }
  return t.router(record as Parameters<typeof t.router>[0]);
}

interface CallOptions {
  readonly input: unknown;
  readonly ctx: RpcContext;
  readonly signal: AbortSignal | undefined;
}

function put(tree: ProcedureTree, [key = '', ...rest]: readonly string[], procedure: unknown): void {
  if (!rest.length) {
    tree[key] = procedure as ProcedureTree;
    return;
  }
  tree[key] ??= {};
  put(tree[key], rest, procedure);
}
