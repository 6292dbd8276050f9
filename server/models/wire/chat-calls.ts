import { isObject, type JsonObject } from './shapes.ts';

interface HeldCall {
  readonly id: unknown;
  readonly input: string;
}

/** Gives each piece of a tool call in Chat Completions its place, and holds back what has no name yet. */
export class PlacedCalls {
  readonly #named = new Set<number>();
  readonly #held = new Map<number, HeldCall>();
  #last: number | undefined;

  /** Whether any call has a name. */
  get hasAny(): boolean {
    return this.#named.size > 0;
  }

  /** The pieces as they can be read; the same list when they are well as they are. */
  place(pieces: JsonObject[]): JsonObject[] {
    const placed = pieces.map((piece, at) => this.#placePiece(piece, at)).filter((piece) => piece !== undefined);
    return placed.length === pieces.length && placed.every((each, at) => each === pieces[at]) ? pieces : placed;
  }

  /** The calls that never got a name, as calls of none. */
  takeNameless(): JsonObject[] {
    const calls = [...this.#held].map(([index, { id, input }]) => toCall(index, { id, name: 'unnamed', input }));
    this.#held.clear();
    return calls;
  }

  #placePiece(piece: JsonObject, position: number): JsonObject | undefined {
    const { name, arguments: args = '' } = isObject(piece.function) ? piece.function : {};
    const index = this.#placeOf(piece, { name, position });
    if (typeof name !== 'string' && !this.#named.has(index)) {
      const held = this.#held.get(index);
      if (held || piece.id || args) {
        this.#held.set(index, { id: held?.id ?? piece.id, input: `${held?.input ?? ''}${args ?? ''}` });
      }
      return undefined;
    }
    this.#last = index;
    this.#named.add(index);
    const held = this.#held.get(index);
    if (held) {
      this.#held.delete(index);
      return toCall(index, { id: piece.id ?? held.id, name, input: `${held.input}${args ?? ''}` });
    }
    return piece.index === index ? piece : { ...piece, index };
  }

  // A piece with neither a name nor an id goes on with a call: with that of its place, or with the last one when it has none there.
  #placeOf(piece: JsonObject, { name, position }: { name: unknown; position: number }): number {
    const index = typeof piece.index === 'number' ? piece.index : position;
    const isStray = typeof name !== 'string' && !piece.id && !this.#named.has(index) && !this.#held.has(index);
    return isStray && this.#last !== undefined ? this.#last : index;
  }
}

const toCall = (index: number, { id, name, input }: { id: unknown; name: unknown; input: string }): JsonObject => ({
  index,
  ...(typeof id === 'string' && { id }),
  type: 'function',
  function: { name, arguments: input },
});
