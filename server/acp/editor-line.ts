/** The connection of an editor that outlives the servers which serve it. */
import type { AnyMessage, Stream } from '@agentclientprotocol/sdk';
import { ApiError } from '../call/errors.ts';
import { LineMessage, LineSessions } from './line-sessions.ts';

type Id = NonNullable<LineMessage['id']>;

/** A server for as long as it is there. */
interface Upstream {
  readonly writer: WritableStreamDefaultWriter<AnyMessage>;
  /** Stands before the ids of its requests: an answer to a server before must not be taken for one to this. */
  readonly prefix: string;
  /** Its requests that the editor has not answered. */
  readonly asked: Set<string>;
  /** What this side has asked it itself, by the ids of the requests. */
  readonly own: Map<Id, (answer: LineMessage) => void>;
}

const CANCEL_REQUEST = '$/cancel_request';
const LOST = new ApiError(
  'run-interrupted',
  'The window whose process had the server was closed in the middle: what was said until then is in the conversation',
);

/** An editor, served by one server after another: the next is told what the editor has told the one before. */
export class EditorLine {
  readonly #writer: WritableStreamDefaultWriter<AnyMessage>;
  readonly #sessions = new LineSessions();
  /** The requests of the editor that have no answer. */
  readonly #pending = new Map<Id, LineMessage>();
  readonly #left = Promise.withResolvers<'editor'>();
  #initialize: LineMessage | undefined;
  #upstream = Promise.withResolvers<Upstream>();
  #count = 0;

  constructor({ readable, writable }: Stream) {
    this.#writer = writable.getWriter();
    const gone = () => this.#left.resolve('editor');
    this.#read(readable).then(gone, gone);
  }

  /** Has the editor served by a server until one of them is gone, or `ended` resolves; says which. */
  async serveBy(server: Stream, ended: Promise<unknown>): Promise<'editor' | 'server' | undefined> {
    const writer = server.writable.getWriter();
    const upstream: Upstream = {
      writer,
      prefix: this.#count ? `${this.#count}:` : '',
      asked: new Set(),
      own: new Map(),
    };
    this.#count += 1;
    const gone = () => 'server' as const;
    const lost = this.#hear(server.readable, upstream).then(gone, gone);
    const greeted = this.#greet(upstream).then(() => this.#upstream.resolve(upstream));
    greeted.catch(() => undefined); // it was gone before it was told all
    const who = await Promise.race([lost, this.#left.promise, ended.then(() => undefined)]);
    if (who === 'server') await this.#lose(upstream);
    else writer.close().catch(() => undefined); // it is gone too
    return who;
  }

  /** Reads the editor to its end. */
  async #read(readable: Stream['readable']): Promise<void> {
    for await (const value of readable) {
      const upstream = await this.#current();
      if (upstream === 'editor') return;
      const message = LineMessage.safeParse(value).data;
      // What is no message is answered by the server.
      if (message) await this.#pass(message, upstream);
      else await upstream.writer.write(value).catch(() => undefined);
    }
  }

  /** The server that is there when this resolves. */
  async #current(): Promise<Upstream | 'editor'> {
    for (;;) {
      const slot = this.#upstream;
      const upstream = await Promise.race([slot.promise, this.#left.promise]);
      if (upstream === 'editor' || slot === this.#upstream) return upstream;
    }
  }

  async #pass(message: LineMessage, { writer, prefix, asked }: Upstream): Promise<void> {
    const { id, method } = message;
    let passed = this.#sessions.toServer(message);
    if (method === 'initialize') this.#initialize = message;
    if (method !== undefined && id !== undefined && id !== null) this.#pending.set(id, message);
    if (method === undefined) {
      const key = String(id);
      if (!asked.delete(key)) return;
      passed = { ...passed, id: JSON.parse(key.slice(prefix.length)) };
    }
    // When it is gone, that is seen by who hears it.
    await writer.write(passed as AnyMessage).catch(() => undefined);
  }

  /** Hears a server to its end. */
  async #hear(readable: Stream['readable'], { prefix, asked, own }: Upstream): Promise<void> {
    const toKey = (id: unknown) => `${prefix}${JSON.stringify(id)}`;
    for await (const value of readable) {
      const message = LineMessage.parse(value);
      const { id = null, method } = message;
      let told = this.#sessions.toEditor(message);
      if (method !== undefined && id !== null) {
        const key = toKey(id);
        asked.add(key);
        told = { ...told, id: key };
      }
      if (method === CANCEL_REQUEST)
        told = { ...told, params: { ...told.params, requestId: toKey(told.params?.requestId) } };
      if (method === undefined && id !== null) {
        const answer = own.get(id);
        if (answer) {
          answer(message);
          continue;
        }
        this.#sessions.answered(this.#pending.get(id) ?? {}, message);
        this.#pending.delete(id);
      }
      await this.#tell(told);
    }
  }

  /** Tells a server what the one before was told. */
  async #greet(upstream: Upstream): Promise<void> {
    if (!this.#initialize) return;
    await ask(upstream, 'initialize', this.#initialize.params);
    for (const { session } of this.#sessions) {
      const { opening, serverId, mode } = session;
      const { result } = await ask(upstream, 'session/resume', { ...opening, sessionId: serverId });
      // Nothing was said there yet, so no server knows it.
      if (!result) session.serverId = String((await ask(upstream, 'session/new', opening)).result?.sessionId);
      if (mode !== undefined) await ask(upstream, 'session/set_mode', { sessionId: session.serverId, modeId: mode });
    }
  }

  /** A server is gone: the editor waits for nothing of it any more. */
  async #lose({ asked }: Upstream): Promise<void> {
    this.#upstream = Promise.withResolvers();
    for (const requestId of asked) await this.#tell({ method: CANCEL_REQUEST, params: { requestId } });
    for (const id of this.#pending.keys())
      await this.#tell({ id, error: { code: -32_603, message: LOST.message, data: LOST.toBody() } });
    this.#pending.clear();
  }

  async #tell(message: LineMessage): Promise<void> {
    await this.#writer.write({ jsonrpc: '2.0', ...message } as AnyMessage).catch(() => this.#left.resolve('editor'));
  }
}

/** Asks a server something that the editor is told nothing of. */
async function ask({ writer, own }: Upstream, method: string, params: unknown): Promise<LineMessage> {
  const id = `again:${own.size}`;
  const { promise, resolve } = Promise.withResolvers<LineMessage>();
  own.set(id, resolve);
  await writer.write({ jsonrpc: '2.0', id, method, params } as AnyMessage);
  return promise;
}
