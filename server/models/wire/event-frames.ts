/** Cuts the text of an event stream into its frames. */

/** One frame as it came. */
export interface Frame {
  /** The name of the event, if it has one. */
  readonly event: string | undefined;
  /** The lines of its data; '' when it has none. */
  readonly data: string;
  /** The text of the frame, with the empty line that ends it. */
  readonly raw: string;
}

/** Takes pieces of text as they come. Lines end with LF, CR or both. */
export class FrameCutter {
  #rest = '';
  #searched = 0;
  #hasOpenReturn = false;

  /** How many characters of the frame that is coming are here. */
  get held(): number {
    return this.#rest.length;
  }

  /** The frames that are whole with this piece. */
  add(piece: string): Frame[] {
    this.#rest += this.#withoutReturns(piece);
    const frames: Frame[] = [];
    let start = 0;
    for (let end = this.#rest.indexOf('\n\n', this.#searched); end >= 0; end = this.#rest.indexOf('\n\n', start)) {
      frames.push(toFrame(this.#rest.slice(start, end + 2)));
      start = end + 2;
    }
    if (start) this.#rest = this.#rest.slice(start);
    this.#searched = Math.max(0, this.#rest.length - 1);
    return frames;
  }

  /** The frame that no empty line has ended. */
  end(): Frame | undefined {
    return this.#rest.trim() ? toFrame(`${this.#rest.trimEnd()}\n\n`) : undefined;
  }

  #withoutReturns(piece: string): string {
    // The LF of a CR that ended the last piece.
    const text = this.#hasOpenReturn && piece.startsWith('\n') ? piece.slice(1) : piece;
    this.#hasOpenReturn = piece.endsWith('\r');
    return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  }
}

function toFrame(raw: string): Frame {
  // A name and one line of data, as nearly all frames are.
  const [, name, line] = /^(?:event: ?(.*)\n)?data: ?(.*)\n\n$/.exec(raw) ?? [];
  if (line !== undefined) return { event: name, data: line.trim(), raw };
  let event: string | undefined;
  const data: string[] = [];
  for (const line of raw.split('\n')) {
    const [, field, value = ''] = /^(data|event)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'data') data.push(value);
    if (field === 'event') event = value.trim();
  }
  // Some write what went wrong as bare JSON between the frames.
  const bare = data.length || !/^\s*[{[]/.test(raw) ? '' : raw;
  return { event, data: data.join('\n').trim() || bare.trim(), raw };
}
