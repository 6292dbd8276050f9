import type { CallEnd, CallProgress, CallWatch } from '../../runs/call-watch.ts';
import type { JSONRPCMessage, RequestId } from '../wire/mcp-sdk.ts';
import { withReadableTools } from '../wire/read-tool.ts';
import { isSessionLost } from '../wire/remote-transports.ts';
import type { Backend, Caller } from './session.ts';
import { type Upstream, UpstreamClosedError, UpstreamSilentError } from './upstream.ts';

/** A request of the caller that the server has not answered. */
interface Call {
  /** The id the caller gave it. */
  readonly id: RequestId;
  readonly method: string;
  readonly progressToken: unknown;
  /** Is told how it ends, of the call of a tool. */
  readonly progress: CallProgress | undefined;
}
type Request = Extract<JSONRPCMessage, { method: string; id: RequestId }>;
type Notification = Exclude<Extract<JSONRPCMessage, { method: string }>, Request>;
type Answer = Exclude<JSONRPCMessage, { method: string }>;

// The code of JSON-RPC peers for a connection that broke off; the SDK has the same.
const CONNECTION_CLOSED = -32000;
const PROBE_TIMEOUT_MS = 15_000;
/** The methods of notifications that belong to no request, even while one is under way. */
const GENERAL = /\/list_changed$|^notifications\/resources\/updated$/;

interface PipeOptions {
  /** The id of the server. */
  readonly name: string;
  /** Called when the server is gone, after every open call was answered. */
  onEnd(): void;
  /** Makes who is told of the calls of the request that is being answered; absent: nobody. */
  readonly watchRequest?: (() => CallWatch) | undefined;
}

/** Joins a caller and a server of its own, message by message, and knows which of them belong together. */
export class Pipe implements Backend {
  readonly #upstream: Upstream;
  readonly #name: string;
  readonly #onEnd: () => void;
  readonly #watchRequest: PipeOptions['watchRequest'];
  /** By the id that the server knows it by: a number of ours, by which the answer is found even when it is too long to be parsed. */
  readonly #calls = new Map<number, Call>();
  /** The open requests of the server, each with the request of the caller on whose stream it was sent. */
  readonly #asked = new Map<RequestId, RequestId | undefined>();
  #caller: Caller | undefined;
  #count = 0;
  #probe: { readonly id: number; readonly timer: NodeJS.Timeout } | undefined;
  #isOver = false;

  constructor(upstream: Upstream, { name, onEnd, watchRequest }: PipeOptions) {
    this.#upstream = upstream;
    this.#name = name;
    this.#onEnd = onEnd;
    this.#watchRequest = watchRequest;
  }

  async attach(caller: Caller): Promise<void> {
    const { transport, early, isProcess } = this.#upstream;
    this.#caller = caller;
    caller.transport.onmessage = (message) => this.#fromCaller(message);
    transport.onmessage = (message) => this.#fromServer(message);
    transport.onclose = () => this.#end(undefined);
    if (!isProcess) transport.onerror = () => this.#startProbe();
    for (const message of early) this.#fromServer(message);
    if (this.#upstream.hasEnded()) this.#end(undefined);
  }

  async close(): Promise<void> {
    this.#fail('was stopped');
    await this.#upstream.close();
  }

  #fromCaller(message: JSONRPCMessage): void {
    if (!('method' in message)) {
      if (message.id !== undefined && this.#asked.delete(message.id)) this.#pass(message);
    } else if ('id' in message) this.#call(message);
    else if (message.method === 'notifications/cancelled') this.#cancel(message);
    else this.#pass(message);
  }

  #call(request: Request): void {
    if (request.method === 'initialize') {
      this.#caller?.send({ ...this.#upstream.answer, id: request.id } as JSONRPCMessage);
      return;
    }
    const id = ++this.#count;
    this.#calls.set(id, {
      id: request.id,
      method: nameOf(request),
      progressToken: request.params?._meta?.progressToken,
      progress: this.#watch(request),
    });
    this.#upstream.transport.send({ ...request, id }).catch((cause) => {
      if (isSessionLost(cause)) this.#end(cause);
      else this.#fail(this.#upstream.describe(cause), id);
    });
  }

  #watch({ method, params }: Request): CallProgress | undefined {
    if (method !== 'tools/call' || typeof params?.name !== 'string') return undefined;
    const args = Object(params.arguments);
    const progress = this.#watchRequest?.().begin({ server: this.#name, tool: params.name, args });
    // What the caller says of its trace goes to the server as it came.
    progress?.start();
    return progress;
  }

  #cancel(notification: Notification): void {
    for (const [id, call] of this.#calls) {
      if (call.id !== notification.params?.requestId) continue;
      this.#calls.delete(id);
      call.progress?.end({ isError: true, result: undefined });
      this.#pass({ ...notification, params: { ...notification.params, requestId: id } });
    }
  }

  // Nobody waits for the outcome of a notification; that a server is gone is said by the calls that it leaves open.
  #pass(message: JSONRPCMessage): void {
    this.#upstream.transport.send(message).catch(() => undefined);
  }

  #fromServer(message: JSONRPCMessage): void {
    if (!('method' in message)) this.#answer(message);
    else if ('id' in message) this.#ask(message);
    else this.#notify(message);
  }

  #answer(answer: Answer): void {
    const id = Number(answer.id);
    if (this.#probe?.id === id) {
      this.#stopProbe();
      return;
    }
    const call = this.#calls.get(id);
    if (!call) return;
    this.#calls.delete(id);
    call.progress?.end(toEnd(answer));
    const isToolList = call.method === 'tools/list' && 'result' in answer;
    this.#caller?.send({ ...answer, ...(isToolList && { result: withReadableTools(answer.result) }), id: call.id });
  }

  #ask(request: Request): void {
    const related = this.#latest();
    this.#asked.set(request.id, related);
    this.#caller?.send(request, related);
  }

  #notify(notification: Notification): void {
    const { method, params } = notification;
    if (method === 'notifications/progress') {
      const call = [...this.#calls.values()].find(({ progressToken }) => progressToken === params?.progressToken);
      // A report on what is over would confuse the caller.
      if (call) this.#caller?.send(notification, call.id);
    } else if (method === 'notifications/cancelled') {
      const id = params?.requestId as RequestId;
      const related = this.#asked.get(id);
      if (this.#asked.delete(id)) this.#caller?.send(notification, this.#isOpen(related) ? related : undefined);
    } else if (GENERAL.test(method) && this.#caller?.isListening()) {
      this.#caller.send(notification);
    } else {
      this.#caller?.send(notification, this.#latest());
    }
  }

  /** The request that a message of the server most likely belongs to, since it does not say so: the latest that the caller listens for. */
  #latest(): RequestId | undefined {
    const ids = [...this.#calls.values()].map(({ id }) => id).reverse();
    const heard = ids.find((id) => this.#caller?.isListening(id));
    return heard ?? (this.#caller?.isListening() ? undefined : ids[0]);
  }

  #isOpen(id: RequestId | undefined): boolean {
    return id !== undefined && [...this.#calls.values()].some((call) => call.id === id);
  }

  /** Answers one open call, or all, with an error. */
  #fail(reason: string, only?: number): void {
    for (const [id, call] of this.#calls) {
      if (only !== undefined && id !== only) continue;
      this.#calls.delete(id);
      call.progress?.end({ isError: true, result: undefined });
      const message = `MCP server '${this.#name}' ${reason} during ${call.method}`;
      const error = { code: CONNECTION_CLOSED, message, data: { code: 'mcp-server-failed' } };
      this.#caller?.send({ jsonrpc: '2.0', id: call.id, error });
    }
  }

  #end(cause: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopProbe();
    this.#fail(this.#upstream.describe(cause ?? new UpstreamClosedError()));
    this.#onEnd();
  }

  // The transport does not notice that a remote server dies in the middle of an answer: a ping finds out whether it lives.
  #startProbe(): void {
    if (this.#probe || this.#isOver || this.#calls.size === 0) return;
    const id = ++this.#count;
    const dead = (cause: unknown) => this.#end(cause);
    const timer = setTimeout(() => dead(new UpstreamSilentError('does not answer')), PROBE_TIMEOUT_MS).unref();
    this.#probe = { id, timer };
    this.#upstream.transport.send({ jsonrpc: '2.0', id, method: 'ping' }).catch(dead);
  }

  #stopProbe(): void {
    clearTimeout(this.#probe?.timer);
    this.#probe = undefined;
  }
}

/** What the answer to the call of a tool is: an error of the protocol, or a result that may be one of the tool. */
function toEnd(answer: Answer): CallEnd {
  const result: unknown = 'result' in answer ? answer.result : undefined;
  return { isError: 'error' in answer || Object(result).isError === true, result };
}

function nameOf({ method, params }: Request): string {
  return method === 'tools/call' && typeof params?.name === 'string' ? `the call of '${params.name}'` : method;
}
