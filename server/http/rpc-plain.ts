import type { Operation } from '../call/implement.ts';
import { type Exchange, RPC_PATH } from './exchange.ts';
import type { RpcInput } from './rpc-input.ts';

/**
 * The plain form of a request by tRPC: queries or mutations that answer with a value, alone or as a batch. It is read and answered without
 * the objects of fetch and the streams that tRPC's own handler makes for each request, and that cost several times what a call does.
 */
export interface PlainRequest {
  readonly calls: readonly PlainCall[];
  readonly isBatch: boolean;
  /** Whether each call is to be answered when it is ready, in lines of JSON. */
  readonly isStreamed: boolean;
}

/** One call of an operation. */
export interface PlainCall {
  readonly name: string;
  readonly input: unknown;
}

/** Makes the reader of requests for these operations; what it makes nothing of is for tRPC to read, or to refuse. */
export function createPlainReader(
  operations: readonly Operation[],
  maxBatch: number,
): (exchange: Exchange, input: RpcInput) => PlainRequest | undefined {
  const namesOf = (kind: string) =>
    new Set(operations.flatMap(({ name, endpoint }) => (endpoint.kind === kind ? name : [])));
  const names: Readonly<Record<string, ReadonlySet<string>>> = { GET: namesOf('query'), POST: namesOf('mutation') };
  return ({ request, route, query: queryText }, { query, body, failure }) => {
    const { method = '', headers } = request;
    const isBatch = query.get('batch') === '1';
    const isStreamed = wantsLines(headers);
    const path = route.slice(RPC_PATH.length + 1);
    const called = isBatch ? path.split(',') : [path];
    if (failure || called.length > maxBatch || !called.every((name) => names[method]?.has(name))) return undefined;
    if (!isJson(headers['content-type'], method) || (isStreamed && !isBatch)) return undefined;
    if (query.has('connectionParams') || queryText.includes('#')) return undefined;
    const inputs = readInputs(method === 'GET' ? query.get('input') : body, isBatch);
    return inputs && { calls: called.map((name, index) => ({ name, input: inputs[index] })), isBatch, isStreamed };
  };
}

function wantsLines({ accept, 'trpc-accept': own }: Exchange['request']['headers']): boolean {
  if (own !== undefined) return own === 'application/jsonl';
  return accept?.split(',').some((type) => type.trim() === 'application/jsonl') ?? false;
}

const isJson = (type: string | undefined, method: string) =>
  type === undefined ? method === 'GET' : type.toLowerCase().split(';', 1)[0]?.trim() === 'application/json';

/** By the place of the call. */
type Inputs = Readonly<Record<number, unknown>>;

/** The inputs that a text holds; undefined when it holds something else. */
function readInputs(text: string | null | undefined, isBatch: boolean): Inputs | undefined {
  if (!text) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (!isBatch) return { 0: value };
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Inputs) : undefined;
  } catch {
    return undefined;
  }
}
