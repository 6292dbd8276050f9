const MEMORY_SECTION = 5;
const PAGE_BYTES = 65_536;

/**
 * Rewrites the memory section of a WebAssembly binary in place: it starts with at least `minimumBytes` and never grows past `maximumBytes`.
 * The interpreter exports its memory, so the binary is the only place where its size can be set.
 */
export function capMemory(binary: Uint8Array, minimumBytes: number, maximumBytes: number): Uint8Array {
  let at = 8;
  const byte = (): number => {
    const value = binary[at++];
    if (value === undefined) throw new Error('the WebAssembly binary ends early');
    return value;
  };
  const readNumber = (): number => {
    let result = 0;
    for (let factor = 1; ; factor *= 128) {
      const part = byte();
      result += (part & 127) * factor;
      if (!(part & 128)) return result;
    }
  };
  /** Writes over the number at the cursor, in exactly the bytes it has. */
  const rewriteNumber = (choose: (old: number) => number): void => {
    const start = at;
    let value = choose(readNumber());
    for (let index = start; index < at; index++) {
      binary[index] = (value & 127) | (index < at - 1 ? 128 : 0);
      value >>>= 7;
    }
    if (value) throw new Error('the memory size does not fit in the WebAssembly binary');
  };
  while (at < binary.length) {
    const section = byte();
    const end = readNumber() + at;
    if (section !== MEMORY_SECTION) {
      at = end;
      continue;
    }
    readNumber();
    const hasMaximum = byte() & 1;
    if (!hasMaximum) throw new Error('the WebAssembly memory declares no maximum');
    rewriteNumber((old) => Math.max(old, Math.ceil(minimumBytes / PAGE_BYTES)));
    rewriteNumber((old) => Math.min(old, Math.floor(maximumBytes / PAGE_BYTES)));
    return binary;
  }
  throw new Error('the WebAssembly binary has no memory section');
}
