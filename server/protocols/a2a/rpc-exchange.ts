/** What JSON-RPC needs of a request and its answer: less than Express has, so that neither is loaded nor missed. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BASE_PATH } from '../../../contract/index.ts';

/** A request to JSON-RPC; one of Express is one, too. */
export interface RpcRequest extends IncomingMessage {
  /** The JSON of its body. */
  body?: unknown;
  readonly res?: { readonly locals: Record<string, unknown> } | undefined;
  get(header: string): string | undefined;
  accepts(type: string): string | false;
}

/** The answer to one; that of Express is one, too. */
export interface RpcResponse extends ServerResponse {
  /** `problem` says why there is no body. */
  readonly locals: Record<string, unknown>;
  set(name: string, value: string): unknown;
  set(headers: Readonly<Record<string, string>>): unknown;
  /** Sends an answer as a whole. */
  json(body: object): unknown;
}

const PATH = new RegExp(`^${BASE_PATH}/a2a/([\\w.~-]+)/$`);
const TYPE = /^application\/(?:a2a\+)?json(?:; ?charset=utf-8)?$/;
const ACCEPT = /^[a-z*]+\/[a-z*+.-]+(?:, ?[a-z*]+\/[a-z*+.-]+)*$/;

/**
 * The agent that a request asks by JSON-RPC, in the form in which clients send it; undefined of what needs a second look, at escapes in its
 * path or preferences in its headers: that is for Express, which answers this, too, and with the same bytes.
 */
export function findAskedAgent({ method, headers }: IncomingMessage, path: string): string | undefined {
  const { accept = '*/*', 'content-type': type = '' } = headers;
  return method === 'POST' && TYPE.test(type) && ACCEPT.test(accept) ? PATH.exec(path)?.[1] : undefined;
}

/** A request in which {@link findAskedAgent} has found an agent, and its answer, with what JSON-RPC asks them for. */
export function toRpcExchange(request: IncomingMessage, response: ServerResponse): [RpcRequest, RpcResponse] {
  const set = (given: string | Readonly<Record<string, string>>, value = '') => {
    const headers = typeof given === 'string' ? { [given]: value } : given;
    for (const [name, text] of Object.entries(headers)) response.setHeader(name, withCharset(name, text));
  };
  const json = (body: object) => {
    const text = JSON.stringify(body);
    set('Content-Type', 'application/json');
    response.setHeader('Content-Length', Buffer.byteLength(text)).end(text);
  };
  const answer = Object.assign(response, { locals: {}, set, json });
  const accepted = (request.headers.accept ?? '*/*').split(/, ?/);
  const asked = Object.assign(request, {
    res: answer,
    get: (header: string) => request.headers[header.toLowerCase()]?.toString(),
    accepts: (type: string) =>
      [type, `${type.split('/')[0]}/*`, '*/*'].some((range) => accepted.includes(range)) && type,
  });
  return [asked, answer];
}

const withCharset = (name: string, value: string): string =>
  name.toLowerCase() === 'content-type' ? `${value}; charset=utf-8` : value;
