/** Finds JSON-RPC messages in what a server writes to its standard output. */
import { LineReader, type LongLine } from './line-reader.ts';
import type { JSONRPCMessage } from './mcp-sdk.ts';

/** The longest message that is read from a server. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** Who is told of what is read. */
export interface MessageReaderOptions {
  onMessage(message: JSONRPCMessage): void;
  /** Anything else the server wrote, in words for people. */
  onNoise(text: string): void;
}

const MAX_NOISE = 500;

/** Reads one message a line; an answer that is too long becomes an error of its call. */
export class MessageReader {
  readonly #options: MessageReaderOptions;
  readonly #lines: LineReader;

  constructor(options: MessageReaderOptions) {
    this.#options = options;
    this.#lines = new LineReader(
      MAX_MESSAGE_BYTES,
      (line) => this.#receive(line),
      (line) => this.#receiveLong(line),
    );
  }

  add(data: Buffer): void {
    this.#lines.add(data);
  }

  #receive(line: string): void {
    const message = parseMessage(line);
    if (message) this.#options.onMessage(message);
    else if (line.trim() !== '') this.#options.onNoise(`[on standard output] ${line.slice(0, MAX_NOISE)}`);
  }

  // The id of the call stands at the beginning or at the end of its answer.
  #receiveLong({ bytes, head, tail }: LongLine): void {
    const id = ID_FIRST.exec(head) ?? ID_LAST.exec(tail);
    this.#options.onNoise(`[a message of ${bytes} bytes was dropped]`);
    if (!id) return;
    const text = `[The result was dropped: ${bytes} bytes are over the limit of a message]`;
    this.#options.onMessage({
      jsonrpc: '2.0',
      id: Number(id[1]),
      result: { content: [{ type: 'text', text }], isError: true },
    });
  }
}

const ID_FIRST = /^\s*\{\s*"jsonrpc":\s*"2\.0",\s*"id":\s*(\d+)/;
const ID_LAST = /"jsonrpc":\s*"2\.0",\s*"id":\s*(\d+)\s*\}\s*$/;

/** A JSON-RPC message, or undefined for anything else a careless server prints. */
function parseMessage(line: string): JSONRPCMessage | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isMessage(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

// The SDK checks what is inside.
const isMessage = (value: unknown): value is JSONRPCMessage =>
  typeof value === 'object' && value !== null && 'jsonrpc' in value && value.jsonrpc === '2.0';
