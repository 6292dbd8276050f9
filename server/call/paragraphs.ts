/** The pieces of what a model says in several messages: what comes after a tool call stands apart from what came before it. */
export class Paragraphs {
  #lastId: string | undefined;
  #idBefore: string | undefined;
  /** What was told of the last message. */
  #told = '';

  /** The next piece, as it is told. */
  add({ messageId, delta }: { readonly messageId: string; readonly delta: string }): string {
    const isNext = messageId !== this.#lastId;
    if (isNext) [this.#idBefore, this.#lastId, this.#told] = [this.#lastId, messageId, ''];
    const told = isNext && this.#idBefore !== undefined ? `\n\n${delta}` : delta;
    this.#told += told;
    return told;
  }

  /** Takes back what was told of messages that do not count any more, which are the last. Returns it. */
  withdraw(messageIds: readonly string[]): string {
    if (this.#lastId === undefined || !messageIds.includes(this.#lastId)) return '';
    const told = this.#told;
    [this.#lastId, this.#told] = [this.#idBefore, ''];
    return told;
  }
}
