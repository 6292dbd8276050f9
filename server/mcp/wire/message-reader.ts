/** Finds JSON-RPC messages in what a server writes to its standard output. */
import { LineReader, type LongLine } from './line-reader.ts';
import type { JSONRPCMessage } from './mcp-sdk.ts';
import { readMessages } from './read-message.ts';

/** The longest message that is read from a server. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** Receivers of what is read, each message and everything else by itself. */
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
    const messages = parseMessages(line);
    for (const message of messages) this.#options.onMessage(message);
    if (messages.length === 0 && line.trim() !== '')
      this.#options.onNoise(`[on standard output] ${line.slice(0, MAX_NOISE)}`);
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

/** The JSON-RPC messages of a line; none in anything else that a careless server prints. */
function parseMessages(line: string): JSONRPCMessage[] {
  // Without a byte order mark too: `trimStart` counts it as a space.
  const text = line.trimStart();
  if (!/^[[{]/.test(text)) return [];
  try {
    return readMessages(JSON.parse(text));
  } catch {
    return [];
  }
}
