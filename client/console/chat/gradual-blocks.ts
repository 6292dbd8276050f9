/** Of many blocks that come at once, so many are drawn in each frame. */
const BLOCKS_A_FRAME = 8;

/** Which blocks of a text are not drawn yet: where many have come at once, their end is drawn first, and the others a few in each frame. */
export class GradualBlocks {
  #count = 0;
  #from = 0;
  #to = 0;

  /** There are so many blocks now: those from `from` up to `to` are not to be drawn yet. */
  of(count: number): { readonly from: number; readonly to: number } {
    if (count - this.#count > BLOCKS_A_FRAME) {
      this.#from = this.#to > this.#from ? Math.min(this.#from, this.#count) : this.#count;
      this.#to = count - BLOCKS_A_FRAME;
    }
    this.#count = count;
    return { from: this.#from, to: this.#to };
  }

  /** Lets the next few be drawn. */
  advance(): void {
    this.#to = Math.max(this.#from, this.#to - BLOCKS_A_FRAME);
  }
}
