/** The JSON-RPC binding of A2A, in both versions. The SDK's own Express part writes what callers send to the console; this does not. */
import { once } from 'node:events';
import type { AgentCard } from '@a2a-js/sdk';
import type { A2ARequestHandler } from '@a2a-js/sdk/server';
import type { Request, RequestHandler, Response } from 'express';
import type { Principal } from '../../call/principal.ts';
import { versionOf } from './request-headers.ts';
import type { A2aSdk } from './sdk.ts';
import { A2aUser } from './user.ts';

interface JsonRpcOptions {
  readonly sdk: A2aSdk;
  readonly requests: A2ARequestHandler;
  readonly card: AgentCard;
  principalOf(request: Request): Principal;
}

type Id = string | number | null;

/** Serves JSON-RPC requests whose body is parsed already; `response.locals.problem` says why it could not be. */
export function createA2aJsonRpc({ sdk, requests, card, principalOf }: JsonRpcOptions): RequestHandler {
  const { server, compatServer, errors } = sdk;
  const current = new server.JsonRpcTransportHandler(requests);
  const legacy = new compatServer.LegacyJsonRpcTransportHandler(requests);
  return async (request, response) => {
    const version = versionOf(request, sdk);
    const isLegacy = version === '0.3';
    const extensionsHeader = isLegacy ? sdk.compat.LEGACY_HTTP_EXTENSION_HEADER : sdk.types.HTTP_EXTENSION_HEADER;
    const body: unknown = request.body;
    const id = idOf(body);
    const toError = (cause: unknown) => ({
      jsonrpc: '2.0',
      id,
      error: isLegacy
        ? compatServer.LegacyJsonRpcTransportHandler.mapToLegacyJSONRPCError(cause)
        : server.JsonRpcTransportHandler.mapToJSONRPCError(cause),
    });
    const problem = findProblem(request, body, sdk);
    if (problem) {
      response.json({ jsonrpc: '2.0', id, error: problem });
      return;
    }
    try {
      server.validateVersion(version, card, 'JSONRPC');
      const context = server.defaultServerCallContextBuilder({
        extensions: sdk.types.Extensions.parseServiceParameter(request.get(extensionsHeader)),
        user: new A2aUser(principalOf(request)),
        headers: {},
        requestedVersion: version,
      });
      const answer = await (isLegacy ? legacy : current).handle(body as Record<string, unknown>, context);
      const head = () => {
        const activated = [...(context.activatedExtensions ?? [])];
        if (activated.length) response.set(extensionsHeader, activated.join(', '));
      };
      if (Symbol.asyncIterator in answer) return await sendStream(response, answer, { head, toError });
      head();
      response.json(answer);
    } catch (cause) {
      if (!(cause instanceof errors.A2AError)) throw cause;
      response.json(toError(cause));
    }
  };
}

function findProblem(request: Request, body: unknown, { errors, compat }: A2aSdk): object | undefined {
  const { A2A_ERROR_CODE: codes } = errors;
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

/** An error before the first event is an answer without a stream. */
async function sendStream(
  response: Response,
  events: AsyncGenerator<object>,
  { head, toError }: { head: () => void; toError: (cause: unknown) => object },
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    for await (const event of events) {
      if (gone.signal.aborted) return;
      if (!response.headersSent) {
        head();
        writeStreamHead(response);
      }
      if (!response.write(`data: ${JSON.stringify(event)}\n\n`)) await drained(response, gone.signal);
    }
  } catch (cause) {
    if (!response.headersSent) {
      response.json(toError(cause));
      return;
    }
    response.write(`event: error\ndata: ${JSON.stringify(toError(cause))}\n\n`);
  }
  response.end();
}

function writeStreamHead(response: Response): void {
  response.set({
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
}

async function drained(response: Response, gone: AbortSignal): Promise<void> {
  // A reader who leaves drains nothing any more.
  await once(response, 'drain', { signal: gone }).catch((cause) => {
    if (!gone.aborted) throw cause;
  });
}
