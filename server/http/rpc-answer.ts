/** Answers to plain calls by tRPC, byte for byte as its own handler writes them. */
import type { TRPCError } from '@trpc/server';
import { getHTTPStatusCode } from '@trpc/server/http';
import type { TRPCResponse } from '@trpc/server/rpc';
import type { Exchange } from './exchange.ts';
import { headersOf } from './rpc-errors.ts';
import { closeWhenStalled } from './send.ts';

/** How often a space is written while no call ends. */
export const PING_MS = 15_000;

/** What a call ended with. */
export interface Ended {
  readonly answer: TRPCResponse;
  readonly error: TRPCError | undefined;
}

/** What a call was answered, with its place in the batch. */
type NumberedAnswer = readonly [index: number, answer: TRPCResponse];

/** Answers calls that have all ended, as `httpLink` and `httpBatchLink` read it. */
export function sendAnswers(exchange: Exchange, ended: readonly Ended[], isBatch: boolean): void {
  const { response, gone } = exchange;
  if (gone.hasLeft) return;
  const answers = ended.map(({ answer }) => answer);
  const errors = ended.map(({ error }) => error);
  for (const header of errors.flatMap((error) => (error ? headersOf(error) : []))) response.setHeader(...header);
  writeHead(exchange, getHTTPStatusCode(answers, errors));
  response.write(JSON.stringify(isBatch ? answers : answers[0]));
  response.end();
  closeWhenStalled(response);
}

/** Answers each call when it ends, as `httpBatchStreamLink` reads it; those that end in the same turn together. */
export async function sendLines(exchange: Exchange, calls: readonly Promise<Ended>[]): Promise<void> {
  const { response, gone } = exchange;
  const unsent: NumberedAnswer[] = [];
  let next = Promise.withResolvers<void>();
  const all = Promise.all(
    calls.map(async (call, index) => {
      const { answer } = await call;
      unsent.push([index, answer]);
      next.resolve();
    }),
  );
  const toLines = createLineWriter(calls.length);
  let ping: NodeJS.Timeout | undefined;
  try {
    for (let text = toHead(calls.length); ; text = '') {
      const isWhole = await Promise.race([all, nextTurn()]);
      if (gone.hasLeft) return;
      if (!response.headersSent) writeHead(exchange, 200, 'transfer-encoding', 'chunked');
      response.write(text + toLines(unsent.splice(0)));
      if (isWhole) break;
      if (!ping) gone.signal.addEventListener('abort', () => next.resolve());
      ping = ping?.refresh() ?? setInterval(() => response.write(' '), PING_MS);
      next = Promise.withResolvers();
      await next.promise;
    }
  } finally {
    clearInterval(ping);
  }
  response.end();
  closeWhenStalled(response);
}

const nextTurn = () => new Promise<undefined>((resolve) => setImmediate(resolve, undefined));

function writeHead({ response, headers }: Exchange, status: number, ...more: string[]): void {
  headers.push('content-type', 'application/json', ...more, 'vary', 'trpc-accept, accept');
  response.writeHead(status, headers);
}

/** The line that names a promise for each call. */
const toHead = (count: number): string =>
  `{${Array.from({ length: count }, (_, index) => `"${index}":[[0],[null,0,${index}]]`).join()}}\n`;

/**
 * Writes what became of each promise, in the order in which tRPC sees them resolve that are resolved in the same turn: an error is no
 * promise any more, a value is two promises deep. They are numbered on from those of the head.
 */
function createLineWriter(count: number): (ended: readonly NumberedAnswer[]) => string {
  let number = count;
  return (ended) => {
    const errors: string[] = [];
    const values: { readonly id: number; readonly data: unknown }[] = [];
    for (const [id, answer] of ended) {
      if ('error' in answer) errors.push(`[${id},0,[[${JSON.stringify(answer)}]]]\n`);
      else values.push({ id, data: answer.result.data });
    }
    const first = number;
    const second = first + values.length;
    number = second + values.length;
    return [
      ...errors,
      ...values.map(({ id }, place) => `[${id},0,[[{"result":0}],["result",0,${first + place}]]]\n`),
      ...values.map((_, place) => `[${first + place},0,[[{"data":0}],["data",0,${second + place}]]]\n`),
      ...values.map(({ data }, place) => `[${second + place},0,[[${JSON.stringify(data)}]]]\n`),
    ].join('');
  };
}
