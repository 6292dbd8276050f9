import type { ContentBlock } from '@modelcontextprotocol/sdk/types.js';
import { isAddress } from '../../call/data-url.ts';
import type { RunEvent } from '../../runs/run-events.ts';

/** How many characters of files one result holds. */
const MAX_CHARS = 16 * 1024 * 1024;

/** The files of an answer as content of the result of a tool (https://modelcontextprotocol.io/specification/2025-11-25/server/tools). */
export class AnswerBlocks {
  #files: { readonly messageId: string; readonly chars: number; readonly block: ContentBlock }[] = [];

  get blocks(): readonly ContentBlock[] {
    return this.#files.map(({ block }) => block);
  }

  /** Leaves out the files of messages that do not count any more. */
  withdraw(messageIds: readonly string[]): void {
    this.#files = this.#files.filter(({ messageId }) => !messageIds.includes(messageId));
  }

  /** Adds a file; of one that is too much, that there was one. */
  add({ mediaType: mimeType, data, messageId }: Extract<RunEvent, { readonly type: 'file' }>): void {
    const chars = this.#files.reduce((sum, file) => sum + file.chars, data.length);
    const uri = `answer:${messageId}/${this.#files.length}`;
    const tooLarge = `[file ${mimeType}: too large for this result, its conversation has it]`;
    const block: ContentBlock = chars > MAX_CHARS ? { type: 'text', text: tooLarge } : toBlock({ mimeType, data, uri });
    this.#files.push({ messageId, chars: data.length, block });
  }
}

function toBlock({ mimeType, data, uri }: { mimeType: string; data: string; uri: string }): ContentBlock {
  if (isAddress(data)) return { type: 'resource_link', uri: data, name: mimeType, mimeType };
  if (mimeType.startsWith('image/')) return { type: 'image', mimeType, data };
  if (mimeType.startsWith('audio/')) return { type: 'audio', mimeType, data };
  return { type: 'resource', resource: { uri, mimeType, blob: data } };
}
