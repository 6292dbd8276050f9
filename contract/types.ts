/** What a contract means to a tRPC client and to a server. Types only. */
import type { TRPCBuiltRouter, TRPCMutationProcedure, TRPCQueryProcedure } from '@trpc/server';
import type { z } from 'zod';
import type { ErrorBody } from './errors.ts';
import type { AnyEndpoint, Endpoint, Shape } from './kit.ts';

/** The input of a procedure; it is optional as a whole when every field of it is. */
type Input<I extends Shape> =
  // biome-ignore lint/suspicious/noConfusingVoidType: lets `client.agents.list.query()` be called with no argument.
  Record<never, never> extends z.input<z.ZodObject<I>> ? z.input<z.ZodObject<I>> | void : z.input<z.ZodObject<I>>;
interface Procedure<I extends Shape, O> {
  input: Input<I>;
  output: O;
  meta: unknown;
}
type ProcedureOf<E> =
  E extends Endpoint<'query', infer I, infer O>
    ? TRPCQueryProcedure<Procedure<I, z.output<O>>>
    : E extends Endpoint<'mutation', infer I, infer O>
      ? TRPCMutationProcedure<Procedure<I, z.output<O>>>
      : E extends Endpoint<'stream', infer I, infer O, infer W>
        ? TRPCMutationProcedure<Procedure<I, AsyncIterable<z.output<O>> | z.output<W>>>
        : never;
type RecordOf<C> = { [K in keyof C]: C[K] extends AnyEndpoint ? ProcedureOf<C[K]> : RecordOf<C[K]> };

/** The tRPC router type of a contract, without any server: a query or mutation per endpoint, a stream as a mutation returning an AsyncIterable. */
export type RouterOf<C> = TRPCBuiltRouter<
  {
    ctx: object;
    meta: unknown;
    errorShape: { message: string; code: number; data: ErrorBody };
    transformer: false;
  },
  RecordOf<C>
>;

/** What a handler is called with: the validated input, what the server knows of the caller, and a signal that aborts when the caller leaves. */
export interface Call<Input, Context> {
  readonly input: Input;
  readonly context: Context;
  readonly signal: AbortSignal;
}
type MaybePromise<T> = T | Promise<T>;
type Handler<E, Context> =
  E extends Endpoint<infer K, infer I, infer O, infer W>
    ? (
        call: Call<z.output<z.ZodObject<I>>, Context>,
      ) => MaybePromise<K extends 'stream' ? AsyncIterable<z.input<O>> | z.input<W> : z.input<O>>
    : never;

/** One implementation per endpoint; a missing, an extra or a wrongly typed one does not compile. */
export type Handlers<C, Context> = {
  [K in keyof C]: C[K] extends AnyEndpoint ? Handler<C[K], Context> : Handlers<C[K], Context>;
};
