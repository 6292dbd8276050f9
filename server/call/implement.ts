/** Joins a contract to its handlers. REST and tRPC both run what comes out of here. */
import { type Contract, ContractError, type Endpoint, isEndpoint } from '../../contract/kit.ts';
import type { Handlers } from '../../contract/types.ts';
import { toApiError } from './errors.ts';
import { lastNumberOf } from './numbered-events.ts';
import { createAnswerCheck, createOutputCheck, type OutputLog } from './output-check.ts';
import type { Principal } from './principal.ts';
import { translateEvents } from './ready-events.ts';
import { toValidationError } from './validation-error.ts';

/** What a handler may know of the request behind its call. */
export interface RequestContext {
  readonly requestId: string;
  /** Request headers by lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly principal: Principal;
  /** Adds a header to the answer, where the surface has headers of its own for each call. */
  readonly addHeader?: ((name: string, value: string) => void) | undefined;
}

/** Aborts when the caller leaves; the signal may be made when it is read. */
export interface Gone {
  readonly signal: AbortSignal;
}

/** An endpoint with its implementation behind both checks. */
export interface Operation {
  /** The dotted procedure name, such as `agents.create`. */
  readonly name: string;
  readonly endpoint: Endpoint;
  /** Validates the input, runs the handler, validates what it returns; of a stream, each event. Synchronous when the handler is. */
  run(input: unknown, context: RequestContext, gone: Gone): unknown;
  /** The last event of a stream that `cause` broke off behind event `number`; of what is no stream, undefined. */
  toLastEvent(cause: unknown, number: number, input: Readonly<Record<string, unknown>>): unknown;
}

const SILENT: OutputLog = { error: () => undefined };

/** One operation per endpoint, in the order of the contract. `log` is told of answers that had to leave something out. */
export function implement<C extends Contract>(
  contract: C,
  handlers: Handlers<C, RequestContext>,
  log: OutputLog = SILENT,
): Operation[] {
  return operationsOf(contract, handlers as HandlerTree, { prefix: '', log });
}

type UntypedHandler = (call: UntypedCall) => unknown;

// The contract's type has already tied each handler to its endpoint; the walk over both trees only pairs equal keys.
type HandlerTree = { readonly [name: string]: HandlerTree & UntypedHandler };

/** What a handler is called with. A class, because a signal that nobody reads is not made. */
class UntypedCall {
  readonly input: unknown;
  readonly context: RequestContext;
  readonly #gone: Gone;

  constructor(input: unknown, context: RequestContext, gone: Gone) {
    this.input = input;
    this.context = context;
    this.#gone = gone;
  }

  get signal(): AbortSignal {
    return this.#gone.signal;
  }
}

interface Place {
  /** What stands before the names of procedures here. */
  readonly prefix: string;
  readonly log: OutputLog;
}

function operationsOf(contract: Contract, handlers: HandlerTree, { prefix, log }: Place): Operation[] {
  return Object.entries(contract).flatMap(([key, node]) => {
    const handler = handlers[key];
    if (!handler) throw new ContractError(`${prefix}${key} has no handler`);
    return isEndpoint(node)
      ? [toOperation(node, handler, { prefix: prefix + key, log })]
      : operationsOf(node, handler, { prefix: `${prefix}${key}.`, log });
  });
}

function toOperation(endpoint: Endpoint, handler: UntypedHandler, { prefix: name, log }: Place): Operation {
  const { input: inputSchema, output, whole, kind } = endpoint;
  const checkEvent = createOutputCheck(name, output);
  const checkAnswer = createAnswerCheck(name, whole ?? output, log);
  const finish =
    kind === 'stream'
      ? (answer: unknown) => (isIterable(answer) ? checkAll(answer, checkEvent) : checkAnswer(answer))
      : checkAnswer;
  return {
    name,
    endpoint,
    run(input, context, gone) {
      const parsed = inputSchema.safeParse(input ?? {});
      if (!parsed.success) throw toValidationError(parsed.error);
      const result = handler(new UntypedCall(parsed.data, context, gone));
      return result instanceof Promise ? result.then(finish) : finish(result);
    },
    toLastEvent: (cause, number, input) => endpoint.failure?.(toApiError(cause).toBody(), input, number),
  };
}

/** Whether an answer is events, and not one whole value. */
export const isIterable = (answer: unknown): answer is AsyncIterable<unknown> =>
  typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;

function checkAll(events: AsyncIterable<unknown>, check: (event: unknown) => unknown): AsyncIterable<unknown> {
  const checked = translateEvents(events, { next: (event) => [check(event)] });
  const lastNumber = lastNumberOf(events);
  return lastNumber ? Object.assign(checked, { lastNumber }) : checked;
}
