/** The host's side of MCP Apps: what a page in a frame asks of the console, and what it is told. */
import { client, problemOf } from '../api.ts';
import { isFields } from './json-patch.ts';

/** A page of an MCP server that shows the result of a tool. */
export interface App {
  /** Where the page is on its server: `ui://…`. */
  readonly uri: string;
  /** The MCP server. */
  readonly server: string;
  readonly tool: string;
  /** What the tool was called with. */
  readonly input: Fields;
  /** What it answered, in the form of MCP. */
  readonly result: Fields;
}

/** What a page wants that a person must allow. */
export type AppWish =
  | { readonly kind: 'link'; readonly url: string }
  | { readonly kind: 'message'; readonly text: string };

/** What a page can do to what is around it. */
export interface AppHost {
  /** The window that is listened to; the origin of its page is "null", so that the window alone says who speaks. */
  readonly frame: () => Window | null | undefined;
  /** The page has begun to talk. */
  onReady(): void;
  /** The page is so high, in CSS pixels. */
  onHeight(height: number): void;
  /** Asks the person; resolves with whether the wish was fulfilled. */
  onWish(wish: AppWish): Promise<boolean>;
}

type Fields = Readonly<Record<string, unknown>>;
interface Message {
  readonly id: string | number | undefined;
  readonly method: string;
  readonly params: Fields;
}

const VERSION = '2026-01-26';
/** The most characters of what a page says at once, as JSON. */
const MAX_CHARS = 1_000_000;
const MAX_NAME = 256;
const MAX_URL = 2_048;
const MAX_SAID = 10_000;
/** How many calls a page may have open. */
const MAX_CALLS = 8;
const CODES = { badRequest: -32_600, noMethod: -32_601, badParams: -32_602, failed: -32_000 };

/** A request of a page that gets an error. */
class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Answers the page of one frame, from when it is made until it is closed. Nothing that is told is secret: any page could come to be in the frame. */
export class AppBridge {
  readonly #agentId: string;
  readonly #app: App;
  readonly #host: AppHost;
  readonly #closed = new AbortController();
  readonly #dark = matchMedia('(prefers-color-scheme: dark)');
  #calls = 0;

  constructor(agentId: string, app: App, host: AppHost) {
    this.#agentId = agentId;
    this.#app = app;
    this.#host = host;
    const { signal } = this.#closed;
    window.addEventListener('message', (event) => this.#hear(event), { signal });
    this.#dark.addEventListener('change', () => this.#tell('ui/notifications/host-context-changed', this.#theme()), {
      signal,
    });
  }

  /** Hears and says no more. */
  close(): void {
    this.#closed.abort();
  }

  #hear({ source, data }: MessageEvent<unknown>): void {
    if (source === null || source !== this.#host.frame()) return;
    const message = readMessage(data);
    if (!message) return;
    const { id, method, params } = message;
    if (id === undefined) this.#note(method, params);
    else if (sizeOf(params) > MAX_CHARS) this.#refuse(id, CODES.badRequest, 'The request is too large');
    else void this.#answer(id, method, params);
  }

  #note(method: string, params: Fields): void {
    if (method === 'ui/notifications/initialized') {
      this.#host.onReady();
      this.#tell('ui/notifications/tool-input', { arguments: this.#app.input });
      this.#tell('ui/notifications/tool-result', this.#app.result);
    } else if (method === 'ui/notifications/size-changed') {
      const { height } = params;
      if (typeof height === 'number' && height > 0 && Number.isFinite(height)) this.#host.onHeight(height);
    }
  }

  async #answer(id: string | number, method: string, params: Fields): Promise<void> {
    try {
      this.#post({ id, result: await this.#resultOf(method, params) });
    } catch (cause) {
      const code = cause instanceof RefusedError ? cause.code : CODES.failed;
      this.#refuse(id, code, problemOf(cause).detail);
    }
  }

  async #resultOf(method: string, params: Fields): Promise<unknown> {
    switch (method) {
      case 'ui/initialize':
        return this.#greeting();
      case 'ping':
        return {};
      case 'tools/call':
      case 'tools/list':
      case 'resources/read':
        return this.#pass(method, params);
      case 'ui/open-link':
        return toOutcome(await this.#host.onWish({ kind: 'link', url: readLink(params) }));
      case 'ui/message':
        return toOutcome(await this.#host.onWish({ kind: 'message', text: readSaid(params) }));
      case 'ui/request-display-mode':
        return { mode: 'inline' };
      default:
        throw new RefusedError(CODES.noMethod, `${method} is not offered here`);
    }
  }

  /** Passes a request on to the page's own server, with what its agent may do. */
  async #pass(method: 'tools/call' | 'tools/list' | 'resources/read', params: Fields): Promise<unknown> {
    if (this.#calls >= MAX_CALLS) throw new RefusedError(CODES.failed, `More than ${MAX_CALLS} calls at once`);
    this.#calls += 1;
    try {
      const asked = { agent_id: this.#agentId, uri: this.#app.uri, method, params: { ...params } };
      const { result } = await client.mcpUi.call.mutate(asked, { signal: this.#closed.signal });
      return result;
    } finally {
      this.#calls -= 1;
    }
  }

  #greeting() {
    return {
      protocolVersion: VERSION,
      hostInfo: { name: 'agent-runtimes console', version: '1' },
      hostCapabilities: { serverTools: {}, serverResources: {}, openLinks: {}, message: { text: {} } },
      hostContext: {
        ...this.#theme(),
        displayMode: 'inline',
        availableDisplayModes: ['inline'],
        platform: 'web',
        locale: navigator.language,
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      },
    };
  }

  #theme = () => ({ theme: this.#dark.matches ? 'dark' : 'light' });

  #refuse = (id: string | number, code: number, message: string) => this.#post({ id, error: { code, message } });

  #tell = (method: string, params: Fields) => this.#post({ method, params });

  #post(message: object): void {
    // The page has no origin that could be named as the one it is meant for.
    if (!this.#closed.signal.aborted) this.#host.frame()?.postMessage({ jsonrpc: '2.0', ...message }, '*');
  }
}

/** What a page has said; undefined of what is no request and no notification. */
function readMessage(data: unknown): Message | undefined {
  if (!isFields(data) || data.jsonrpc !== '2.0') return undefined;
  const { id, method, params = {} } = data;
  if (typeof method !== 'string' || method.length > MAX_NAME || !isFields(params)) return undefined;
  const isId = id === undefined || Number.isFinite(id) || (typeof id === 'string' && id.length <= MAX_NAME);
  return isId ? { id: id as Message['id'], method, params } : undefined;
}

function sizeOf(value: unknown): number {
  try {
    return JSON.stringify(value).length;
  } catch {
    // What refers to itself has no end.
    return Number.POSITIVE_INFINITY;
  }
}

const toOutcome = (isDone: boolean) => (isDone ? {} : { isError: true });

function readLink({ url }: Fields): string {
  const link = typeof url === 'string' && url.length <= MAX_URL ? URL.parse(url) : null;
  if (!link || !/^https?:$/.test(link.protocol))
    throw new RefusedError(CODES.badParams, 'Only links of the web are opened');
  return link.href;
}

function readSaid({ content }: Fields): string {
  const blocks = Array.isArray(content) ? content.filter(isFields) : [];
  const text = blocks.flatMap((block) => (block.type === 'text' && typeof block.text === 'string' ? [block.text] : []));
  const said = text.join('\n').trim();
  if (said === '' || said.length > MAX_SAID) {
    throw new RefusedError(CODES.badParams, `A message is a text of at most ${MAX_SAID} characters`);
  }
  return said;
}
