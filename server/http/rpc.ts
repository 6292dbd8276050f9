import { getTRPCErrorFromUnknown, getTRPCErrorShape } from '@trpc/server';
import { ApiError } from '../call/errors.ts';
import type { Operation } from '../call/implement.ts';
import { type Exchange, RPC_PATH } from './exchange.ts';
import { type RateLimitState, type RateLimits, toRateLimitHeaders } from './rate-limit.ts';
import { type Ended, sendAnswers, sendLines } from './rpc-answer.ts';
import { noteFault, toTrpcError } from './rpc-errors.ts';
import { createInputReader } from './rpc-input.ts';
import { createPlainReader, type PlainCall } from './rpc-plain.ts';
import { createRouter, createRunners } from './rpc-router.ts';

/** The most calls one HTTP request may hold. */
const MAX_BATCH = 100;

/** Serves operations as tRPC procedures, below {@link RPC_PATH}. */
export function createRpc(
  operations: readonly Operation[],
  rateLimits: RateLimits | undefined,
): (exchange: Exchange) => Promise<void> {
  const runners = createRunners(operations, rateLimits);
  const router = createRouter(operations, runners);
  const admit = createAdmission(operations, rateLimits);
  const readInput = createInputReader(operations);
  const readPlain = createPlainReader(operations, MAX_BATCH);

  async function run(exchange: Exchange, { name, input }: PlainCall, refusal: unknown): Promise<Ended> {
    try {
      if (refusal) throw refusal;
      const data = await runners.get(name)?.(input, exchange, exchange.gone);
      return { answer: { result: { data } }, error: undefined };
    } catch (cause) {
      const error = getTRPCErrorFromUnknown(cause);
      noteFault(exchange, error);
      const config = router._def._config;
      const shape = getTRPCErrorShape({ config, error, type: 'unknown', path: name, input, ctx: { exchange } });
      return { answer: { error: shape }, error };
    }
  }

  return async (exchange) => {
    checkMethod(exchange);
    const input = await readInput(exchange);
    const plain = readPlain(exchange, input);
    const admitCalls = (names: readonly string[]) => admit(exchange, names);
    if (!plain) {
      const { handleByTrpc } = await import('./rpc-handler.ts');
      return handleByTrpc(exchange, { router, maxBatchSize: MAX_BATCH, input, admit: admitCalls });
    }
    const { calls, isBatch, isStreamed } = plain;
    const refusal = failureOf(() => admitCalls(calls.map(({ name }) => name)));
    const running = calls.map((call) => run(exchange, call, refusal));
    if (isStreamed) await sendLines(exchange, running);
    else sendAnswers(exchange, await Promise.all(running), isBatch);
  };
}

function failureOf(work: () => void): unknown {
  try {
    work();
    return undefined;
  } catch (cause) {
    return cause;
  }
}

function checkMethod({ request: { method = '' } }: Exchange): void {
  if (['GET', 'HEAD', 'POST'].includes(method)) return;
  throw new ApiError('method-not-allowed', `${method} is not allowed here`, { headers: { allow: 'GET, HEAD, POST' } });
}

/** Counts calls, then refuses them when one of them needs a key and it is wrong. */
type Admit = (exchange: Exchange, names: readonly string[]) => void;

function createAdmission(operations: readonly Operation[], rateLimits: RateLimits | undefined): Admit {
  const open = new Set(operations.flatMap(({ name, endpoint }) => (endpoint.open ? name : [])));
  return (exchange, names) => {
    const { caller, denied, response } = exchange;
    exchange.operation = names.join().slice(0, 200);
    let state: RateLimitState | undefined;
    try {
      for (const name of names) if (!open.has(name)) state = rateLimits?.take(caller, undefined);
    } catch (cause) {
      throw toTrpcError(cause);
    } finally {
      if (state) for (const header of Object.entries(toRateLimitHeaders(state))) response.setHeader(...header);
    }
    if (denied && names.some((name) => !open.has(name))) throw toTrpcError(denied);
  };
}
