/** The ids of agents in the order of their creation. To find one and to read a page takes as long of ten as of ten thousand. */
export class CreationOrder {
  readonly #ids: string[];
  /** Where each id stands; undefined behind a deletion, until it is asked for. */
  #places: Map<string, number> | undefined;

  constructor(ids: Iterable<string>) {
    this.#ids = [...ids];
  }

  /** Adds an id that is not there, as the last. */
  add(id: string): void {
    this.#places?.set(id, this.#ids.length);
    this.#ids.push(id);
  }

  delete(id: string): void {
    const place = this.placeOf(id);
    if (place === undefined) return;
    this.#ids.splice(place, 1);
    this.#places = undefined;
  }

  /** How many ids stand before this one; undefined when it is not there. */
  placeOf(id: string): number | undefined {
    this.#places ??= new Map(this.#ids.map((each, place) => [each, place]));
    return this.#places.get(id);
  }

  /** At most `limit` ids from a place on. */
  slice(from: number, limit: number): string[] {
    return this.#ids.slice(from, from + limit);
  }
}
