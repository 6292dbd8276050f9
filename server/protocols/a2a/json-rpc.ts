/** The JSON-RPC binding of A2A, in both versions. The SDK's own Express part writes what callers send to the console; this does not. */
import type { IncomingMessage } from 'node:http';
import type { AgentCard } from '@a2a-js/sdk';
import type { ServerCallContext } from '@a2a-js/sdk/server';
import type { Principal } from '../../call/principal.ts';
import { type ReadyEvents, translateEvents } from '../../call/ready-events.ts';
import { sendEventStream } from './event-stream.ts';
import type { A2aUpdate } from './json.ts';
import { versionOf } from './request-headers.ts';
import type { A2aOperations } from './requests/known-errors.ts';
import { toReadStreams, toSdkStreams } from './requests/task-streams.ts';
import type { RpcRequest, RpcResponse } from './rpc-exchange.ts';
import type { A2aSdk } from './sdk.ts';
import { A2aUser } from './user.ts';
import { toWireUpdate } from './wire-update.ts';

interface JsonRpcOptions {
  readonly sdk: A2aSdk;
  readonly operations: A2aOperations;
  readonly card: AgentCard;
  principalOf(request: IncomingMessage): Principal;
}

/** JSON-RPC in one version of A2A. */
interface Dialect {
  readonly extensionsHeader: string;
  /** Whether clients that ask for an event stream know errors only as its events. */
  readonly streamsErrors: boolean;
  handle(body: Record<string, unknown>, context: ServerCallContext): Promise<object | AsyncIterable<object>>;
  toError(cause: unknown): object;
}

type Id = string | number | null;

/** Answers a request. */
export type JsonRpc = (request: RpcRequest, response: RpcResponse) => Promise<void>;

/** Serves JSON-RPC requests whose body is parsed already; `response.locals.problem` says why one could not be. */
export function createA2aJsonRpc({ sdk, operations, card, principalOf }: JsonRpcOptions): JsonRpc {
  const { server, types, errors } = sdk;
  const dialects = createDialects(sdk, operations);
  return async (request, response) => {
    const version = versionOf(request, sdk);
    const { extensionsHeader, streamsErrors, handle, toError } = version === '0.3' ? dialects.legacy : dialects.current;
    const id = idOf(request.body);
    const toErrorBody = (error: object) => ({ jsonrpc: '2.0', id, error });
    const problem = findProblem(request, sdk);
    if (problem) {
      response.json(toErrorBody(problem));
      return;
    }
    try {
      server.validateVersion(version, card, 'JSONRPC');
      const context = server.defaultServerCallContextBuilder({
        extensions: types.Extensions.parseServiceParameter(request.get(extensionsHeader)),
        user: new A2aUser(principalOf(request)),
        headers: {},
        requestedVersion: version,
      });
      const answer = await handle(isObject(request.body) ? request.body : {}, context);
      const beforeHead = () => {
        const activated = [...(context.activatedExtensions ?? [])];
        if (activated.length) response.set(extensionsHeader, activated.join(', '));
      };
      if (Symbol.asyncIterator in answer) {
        return await sendEventStream(response, answer, {
          isOnlyTaken: streamsErrors && !request.accepts('application/json'),
          beforeHead,
          toError: (cause) => toErrorBody(toError(cause)),
        });
      }
      beforeHead();
      response.json(answer);
    } catch (cause) {
      if (!(cause instanceof errors.A2AError)) throw cause;
      response.json(toErrorBody(toError(cause)));
    }
  };
}

function createDialects(
  sdk: A2aSdk,
  operations: A2aOperations,
): { readonly current: Dialect; readonly legacy: Dialect } {
  const { types, compat } = sdk;
  const { JsonRpcTransportHandler } = sdk.server;
  const { LegacyJsonRpcTransportHandler } = sdk.compatServer;
  const streams = new WeakMap<ServerCallContext, Promise<ReadyEvents<A2aUpdate>>>();
  const read = toReadStreams(operations, (context, updates) => {
    // Why there are none is told below, to who asked.
    updates.catch(() => undefined);
    streams.set(context, updates);
  });
  const current = new JsonRpcTransportHandler({ ...operations, ...read });
  const legacy = new LegacyJsonRpcTransportHandler({ ...operations, ...toSdkStreams(operations, sdk) });
  return {
    current: {
      extensionsHeader: types.HTTP_EXTENSION_HEADER,
      streamsErrors: false,
      async handle(body, context) {
        const answer = await current.handle(body, context);
        const updates = await streams.get(context);
        if (!updates) return answer;
        const id = idOf(body);
        const next = (update: A2aUpdate) => [{ jsonrpc: '2.0', id, result: toWireUpdate(update, sdk) }];
        return translateEvents(updates, { next });
      },
      toError: (cause) => JsonRpcTransportHandler.mapToJSONRPCError(cause),
    },
    legacy: {
      extensionsHeader: compat.LEGACY_HTTP_EXTENSION_HEADER,
      streamsErrors: true,
      handle: (body, context) => legacy.handle(body, context),
      toError: (cause) => LegacyJsonRpcTransportHandler.mapToLegacyJSONRPCError(cause),
    },
  };
}

/** The error of a request that is none of JSON-RPC, or of no method that is known. */
function findProblem(request: RpcRequest, { errors, compat }: A2aSdk): object | undefined {
  const { A2A_ERROR_CODE: codes } = errors;
  const body: unknown = request.body;
  if (request.res?.locals.problem) return { code: codes.PARSE_ERROR, message: String(request.res.locals.problem) };
  const type = request.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json' && type !== 'application/a2a+json') {
    return errors.toJsonRpcError(new errors.ContentTypeNotSupportedError('The Content-Type must be application/json'));
  }
  const invalid = (message: string) => ({ code: codes.INVALID_REQUEST, message });
  if (!isObject(body)) return invalid('The body must be one JSON-RPC request; batches are not taken');
  if (body.jsonrpc !== '2.0') return invalid('jsonrpc must be "2.0"');
  if ('id' in body && idOf(body) !== body.id) return invalid('id must be a string, an integer or null');
  if (typeof body.method !== 'string') return invalid('method must be a string');
  if (!compat.isV1JsonRpcMethod(body.method) && !compat.isLegacyJsonRpcMethod(body.method)) {
    return { code: codes.METHOD_NOT_FOUND, message: 'There is no such method' };
  }
  return undefined;
}

function idOf(body: unknown): Id {
  const id = isObject(body) ? body.id : null;
  return typeof id === 'string' || (typeof id === 'number' && Number.isInteger(id)) ? id : null;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
