/** Numbers that look random and are the same for the same seed, so that a round can be tried again. */
export interface Random {
  /** A number from `from` to below `to`. */
  between(from: number, to: number): number;
  /** A whole number from `from` to `to`. */
  whole(from: number, to: number): number;
  /** One of several. Throws when there is none. */
  one<Item>(items: readonly Item[]): Item;
}

/** Starts them: mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c. */
export function startRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number) => from + next() * (to - from);
  const whole = (from: number, to: number) => Math.floor(between(from, to + 1));
  return {
    between,
    whole,
    one(items) {
      const item = items[whole(0, items.length - 1)];
      if (item === undefined) throw new Error('there is nothing to choose from');
      return item;
    },
  };
}
