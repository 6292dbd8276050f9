/** The pieces of what a model says in several messages: what comes after a tool call stands apart from what came before it. */
export class Paragraphs {
  /** What was told of each message, in order, as far as it may be taken back. */
  #told: { readonly id: string; text: string }[] = [];
  /** The last message that was told before those. */
  #settledId: string | undefined;

  /** The next piece, as it is told. */
  add({ messageId, delta }: { readonly messageId: string; readonly delta: string }): string {
    const lastId = this.#lastId;
    const text = lastId === undefined || lastId === messageId ? delta : `\n\n${delta}`;
    const last = this.#told.at(-1);
    if (last?.id === messageId) last.text += text;
    else this.#told.push({ id: messageId, text });
    return text;
  }

  /** Takes back what was told of messages that do not count any more, which are the last. Returns it. */
  withdraw(messageIds: readonly string[]): string {
    const kept = this.#told.findLastIndex(({ id }) => !messageIds.includes(id)) + 1;
    return this.#told
      .splice(kept)
      .map(({ text }) => text)
      .join('');
  }

  /** Notes that what was told until now counts for good. */
  settle(): void {
    this.#settledId = this.#lastId;
    this.#told = [];
  }

  get #lastId(): string | undefined {
    return this.#told.at(-1)?.id ?? this.#settledId;
  }
}
