/** Whether two lists hold the very same items in the same order. */
export const haveSameItems = (one: readonly unknown[], other: readonly unknown[]): boolean =>
  one === other || (one.length === other.length && one.every((item, index) => item === other[index]));
