import { type Dialect, Fault, type Mended, toList, UNREADABLE } from './dialect.ts';
import { type Frame, FrameCutter } from './event-frames.ts';
import { isError, parseJson, toFault, wordsAt, wordsOf } from './provider-words.ts';
import { isObject, type JsonObject } from './shapes.ts';
import type { ShortCut } from './short-cut.ts';

const MAX_HELD = 16_000_000;
const KEEP_ALIVE = /^(ping|keep-?alive|heartbeat)$/i;
/** Where an error puts its words among frames that are no answer. */
const WORDS = ['message', 'detail', 'errors', 'msg', 'errormessage', 'errormsg', 'fault', 'baseresp'];
/** A line of an event stream. */
const FIELD = /^(?:data|event|id|retry)?:/m;

/** Mends one answer: the bytes of its body in, bytes out. What is well as it is leaves as it came. */
export class AnswerMender {
  readonly #dialect: Dialect;
  readonly #hide: (words: string) => string;
  readonly #shortCut: ShortCut | undefined;
  readonly #decoder = new TextDecoder();
  readonly #encoder = new TextEncoder();
  readonly #cutter = new FrameCutter();
  /** The text of an answer that is no event stream; it is read when it is whole. */
  #page: string | undefined;
  /** The first text that is nothing of the API. When nothing else comes, it says why. */
  #foreign: string | undefined;
  #hasBegun = false;
  #hasAnswered = false;
  #hasFailed = false;
  #hasEnded = false;

  /** `hide` takes secrets out of what a provider says. */
  constructor(dialect: Dialect, hide: (words: string) => string, shortCut?: ShortCut) {
    this.#dialect = dialect;
    this.#hide = hide;
    this.#shortCut = shortCut;
  }

  /** Whether nothing that goes wrong now can undo the answer. */
  get isWhole(): boolean {
    return this.#dialect.isWhole;
  }

  /** Whether nothing that comes now is part of the answer. */
  get isOver(): boolean {
    return this.#hasEnded || this.#dialect.isOver;
  }

  /** What is to be read in place of the next bytes; undefined for nothing yet. */
  add(bytes: Uint8Array): Uint8Array | undefined {
    const isAligned = this.#cutter.held === 0;
    const text = this.#decoder.decode(bytes, { stream: true });
    if (!this.#hasBegun) this.#begin(text);
    if (this.#page !== undefined) this.#page += text;
    const frames = this.#page === undefined ? this.#cutter.add(text) : [];
    let mended = '';
    let isSame = isAligned && frames.length > 0 && this.#cutter.held === 0 && !text.includes('\r');
    for (const frame of frames) {
      const read = this.#mend(frame);
      isSame &&= read === frame.raw;
      mended += read;
    }
    if (isSame) return bytes;
    if (Math.max(this.#cutter.held, this.#page?.length ?? 0) > MAX_HELD) {
      mended += this.#write([new Fault(`it sent more than ${MAX_HELD} characters in one piece`)]);
      this.#hasEnded = true;
    }
    return mended ? this.#encoder.encode(mended) : undefined;
  }

  /** What is to be read where the body ends. */
  end(): Uint8Array | undefined {
    if (this.isOver) return undefined;
    const last = this.#decoder.decode();
    let mended = this.#page === undefined ? this.#mendRest(last) : this.#mendPage(this.#page + last);
    const isForeign = !this.#hasAnswered && this.#foreign !== undefined;
    const rest = () => (isForeign ? [toFault(this.#foreign)] : this.#dialect.end(false));
    if (!this.isOver && !this.#hasFailed) mended += this.#write(rest());
    this.#hasEnded = true;
    return mended ? this.#encoder.encode(mended) : undefined;
  }

  // Whoever ignores that a stream was asked for answers with one JSON text, and a proxy with a page.
  #begin(text: string): void {
    const first = text.trimStart()[0];
    this.#hasBegun = first !== undefined;
    if (first !== undefined && !/[a-z:]/.test(first)) this.#page = '';
  }

  /** What is to be read in place of a frame: its own text when it is well. */
  #mend({ event, data, raw }: Frame): string {
    if (!data && !FIELD.test(raw)) this.#note(raw);
    if (!data || this.isOver || (event && KEEP_ALIVE.test(event))) return '';
    if (data === '[DONE]') return this.#finish('data: [DONE]\n\n');
    const value = parseJson(data);
    if (isObject(value)) {
      const mended = this.#mendValue(value, event);
      if (mended !== value) return this.#write(mended);
      return this.#passesBy(value) ? '' : raw;
    }
    if (Array.isArray(value)) return value.map((each) => this.#write(this.#mendValue(each, event))).join('');
    if (data.includes('\n')) {
      const lines = data.split('\n').map((line) => ({ event, data: line.trim(), raw: toFrame(line) }));
      return lines.map((line) => this.#mend(line)).join('');
    }
    if (value === undefined && /^[{[]/.test(data)) return this.isWhole ? '' : this.#write([unreadable()]);
    const words = typeof value === 'string' ? value : data;
    if (event === 'error' || /\berror\b/i.test(words)) return this.#write([toFault(words)]);
    this.#note(words);
    return '';
  }

  #note(words: string): void {
    if (wordsOf(words) && !KEEP_ALIVE.test(words.trim())) this.#foreign ??= words;
  }

  #mendValue(value: unknown, event: string | undefined): Mended {
    if (!isObject(value) || (typeof value.type === 'string' && KEEP_ALIVE.test(value.type))) return [];
    const isOwn = this.#dialect.owns(value);
    this.#hasAnswered ||= isOwn;
    const isFault =
      event === 'error' ||
      value.type === 'error' ||
      value.object === 'error' ||
      isError(value.error) ||
      (!isOwn && wordsAt(value, WORDS) !== '');
    if (!('error' in value)) return isFault ? [toFault(value)] : this.#dialect.mend(value, event);
    const { error: _, ...answer } = value;
    const mended = isOwn || !isFault ? this.#dialect.mend(answer, event) : [];
    return isFault ? [...toList(mended).filter((each) => !(each instanceof Fault)), toFault(value)] : mended;
  }

  #mendRest(rest: string): string {
    const frames = this.#cutter.add(rest);
    const last = this.#cutter.end();
    // A frame that was cut in its middle never was one.
    if (last && (!last.data || parseJson(last.data) !== undefined || last.data.endsWith('[DONE]'))) frames.push(last);
    return frames.map((frame) => this.#mend(frame)).join('');
  }

  #mendPage(page: string): string {
    const value = parseJson(page);
    if (isObject(value) || Array.isArray(value)) {
      const answers = [value].flat();
      const mended = answers.map((each) => this.#write(this.#mendValue(each, undefined))).join('');
      const isForeign = !this.#hasFailed && !answers.some((each) => isObject(each) && this.#dialect.owns(each));
      return isForeign ? this.#write([wordsOf(value) ? toFault(value) : unreadable()]) : mended + this.#finish('');
    }
    const lines = page.split('\n').filter((line) => line.trim());
    if (/^\s*[{[]/.test(page)) {
      return lines.every((line) => parseJson(line) !== undefined)
        ? lines.map((line) => this.#mend({ event: undefined, data: line.trim(), raw: toFrame(line) })).join('')
        : this.#write([unreadable()]);
    }
    return this.#write([toFault(page)]);
  }

  /** Whether a frame says no more than goes past the library. */
  #passesBy(frame: JsonObject): boolean {
    return this.#shortCut?.take(this.#dialect.saidIn(frame)) ?? false;
  }

  #finish(mark: string): string {
    const mended = this.#hasFailed ? '' : this.#write(this.#dialect.end(true));
    this.#hasEnded = true;
    return mended + mark;
  }

  #write(mended: Mended): string {
    return toList(mended)
      .map((each) => {
        if (!(each instanceof Fault)) return this.#passesBy(each) ? '' : toFrame(JSON.stringify(each));
        this.#hasFailed = true;
        this.#shortCut?.take(undefined);
        const { message, type, code } = each;
        return toFrame(JSON.stringify(this.#dialect.toError(new Fault(this.#hide(message), { type, code }))));
      })
      .join('');
  }
}

const unreadable = () => new Fault('it sent an answer that cannot be read', { type: UNREADABLE });
const toFrame = (data: string) => `data: ${data}\n\n`;
