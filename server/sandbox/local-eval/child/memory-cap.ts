const MEMORY_SECTION = 5;
const PAGE_BYTES = 65_536;
/** The magic number and the version, before the first section. */
const HEADER_BYTES = 8;

/** A WebAssembly binary whose memory cannot be given a size. */
export class WasmMemoryError extends Error {
  override readonly name = 'WasmMemoryError';
}

/**
 * Rewrites the memory section of a WebAssembly binary in place: it starts with at least `minimumBytes` and never grows past `maximumBytes`.
 * The interpreter exports its memory, so the binary is the only place where its size can be set.
 */
export function capMemory(binary: Uint8Array, minimumBytes: number, maximumBytes: number): Uint8Array {
  const cursor = new Cursor(binary, HEADER_BYTES);
  while (cursor.at < binary.length) {
    const section = cursor.readByte();
    const size = cursor.readNumber();
    if (section !== MEMORY_SECTION) {
      cursor.at += size;
      continue;
    }
    // The number of memories, which is one.
    cursor.readNumber();
    const hasMaximum = cursor.readByte() & 1;
    if (!hasMaximum) throw new WasmMemoryError('the WebAssembly memory declares no maximum');
    cursor.rewriteNumber((old) => Math.max(old, Math.ceil(minimumBytes / PAGE_BYTES)));
    cursor.rewriteNumber((old) => Math.min(old, Math.floor(maximumBytes / PAGE_BYTES)));
    return binary;
  }
  throw new WasmMemoryError('the WebAssembly binary has no memory section');
}

/** A place in a binary; numbers are in LEB128. */
class Cursor {
  at: number;
  readonly #binary: Uint8Array;

  constructor(binary: Uint8Array, at: number) {
    this.#binary = binary;
    this.at = at;
  }

  readByte(): number {
    const value = this.#binary[this.at++];
    if (value === undefined) throw new WasmMemoryError('the WebAssembly binary ends early');
    return value;
  }

  readNumber(): number {
    let result = 0;
    for (let factor = 1; ; factor *= 128) {
      const part = this.readByte();
      result += (part & 127) * factor;
      if (!(part & 128)) return result;
    }
  }

  /** Writes over the number at the cursor, in exactly the bytes it has. */
  rewriteNumber(choose: (old: number) => number): void {
    const start = this.at;
    let value = choose(this.readNumber());
    for (let index = start; index < this.at; index++) {
      this.#binary[index] = (value & 127) | (index < this.at - 1 ? 128 : 0);
      value >>>= 7;
    }
    if (value) throw new WasmMemoryError('the memory size does not fit in the WebAssembly binary');
  }
}
