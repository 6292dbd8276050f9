/** Cuts Markdown that is still being said into blocks, so that only the last one is parsed again when more comes. */

/** A text as blocks: those before the last stay as they are whatever is said next. */
export class TextBlocks {
  readonly #done: string[] = [];
  #text = '';
  /** Where the last block begins, and how far its lines were looked at. */
  #start = 0;
  #seen = 0;
  #fence = '';
  #isAfterBlank = false;

  /** The blocks of the text, which is the one of the call before with more at its end; any other begins anew. */
  of(text: string): { readonly done: readonly string[]; readonly tail: string } {
    if (!text.startsWith(this.#text)) this.#reset();
    this.#text = text;
    for (;;) {
      const end = text.indexOf('\n', this.#seen);
      if (end < 0) break;
      this.#takeLine(text.slice(this.#seen, end), this.#seen);
      this.#seen = end + 1;
    }
    // The first letter of a line is enough to say that it begins a block.
    if (this.#isAfterBlank && !this.#fence && beginsBlock(text[this.#seen] ?? '')) this.#cut(this.#seen);
    return { done: this.#done, tail: text.slice(this.#start) };
  }

  #takeLine(line: string, at: number): void {
    const fence = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (this.#fence) {
      const isEnd = fence?.startsWith(this.#fence) && line.trim() === fence;
      if (isEnd) this.#fence = '';
      return;
    }
    if (this.#isAfterBlank && beginsBlock(line)) this.#cut(at);
    this.#isAfterBlank = line.trim() === '';
    if (fence) {
      // Code that is long must not draw the text before it along.
      if (at > this.#start && this.#text.slice(this.#start, at).trim() !== '' && /^[`~]/.test(line)) this.#cut(at);
      this.#fence = fence;
    }
  }

  #cut(at: number): void {
    this.#done.push(this.#text.slice(this.#start, at));
    this.#start = at;
    this.#isAfterBlank = false;
  }

  #reset(): void {
    this.#done.length = 0;
    this.#start = 0;
    this.#seen = 0;
    this.#fence = '';
    this.#isAfterBlank = false;
  }
}

// What is indented, or goes on in a quote, belongs to the block before the empty line.
const beginsBlock = (line: string): boolean => line !== '' && !/^[\s>]/.test(line);
