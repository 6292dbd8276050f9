/**
 * The short way of an answer. A library makes of each piece of a text that goes on one part, and takes eight streams to do so. Such pieces
 * pass it by; all else goes through it, and so does the first piece of each text.
 */
import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider';

/** What a frame says when it says no more than the next piece of a text or a thought. */
export interface Said {
  /** Differs from text to text of one answer. */
  readonly of: string;
  readonly delta: string;
}

type Piece = Extract<LanguageModelV4StreamPart, { type: 'text-delta' | 'reasoning-delta' }>;

/** The text that goes on, and the last piece of it that the library made. */
interface OpenText {
  readonly of: string;
  readonly piece: Piece;
}

/** How many parts wait for a reader before the provider is not read any further. */
const MAX_WAITING = 64;

/** The answers that are asked for now, by the signal that may end them: it goes through a library to its `fetch` as it is. */
const asked = new WeakMap<AbortSignal, ShortCut>();

/** The short way of the answer that a library's request asks for; undefined when the model has none. */
export const shortCutOf = (signal: AbortSignal | null | undefined): ShortCut | undefined =>
  signal ? asked.get(signal) : undefined;

/** The same model, whose answers take the short way. */
export function withShortCut(model: LanguageModelV4): LanguageModelV4 {
  return {
    specificationVersion: model.specificationVersion,
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    doGenerate: (options) => model.doGenerate(options),
    async doStream(options) {
      const { abortSignal = new AbortController().signal } = options;
      const shortCut = new ShortCut(abortSignal);
      asked.set(abortSignal, shortCut);
      // By the chunks that come back it is known what the library has done with.
      const result = await model.doStream({ ...options, abortSignal, includeRawChunks: true });
      return { ...result, stream: shortCut.join(result.stream) };
    },
  };
}

/** Joins what a library makes of an answer with what passed it by, in the order in which it was said. */
export class ShortCut {
  readonly #signal: AbortSignal;
  #given = 0;
  #returned = 0;
  /** The text that the last frame given to the library was a piece of, and nothing else. */
  #givenOf: string | undefined;
  #open: OpenText | undefined;
  #controller: ReadableStreamDefaultController<LanguageModelV4StreamPart> | undefined;
  #drained: PromiseWithResolvers<void> | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Takes a piece of the text that goes on. Says false of all else, which must be given to the library. */
  take(said: Said | undefined): boolean {
    const open = this.#open;
    if (said && open?.of === said.of && this.#controller) {
      this.#controller.enqueue({ ...open.piece, delta: said.delta });
      return true;
    }
    this.#open = undefined;
    this.#given += 1;
    this.#givenOf = said?.of;
    return false;
  }

  /** Resolves when so little waits for a reader that more can come; undefined when it is so already. */
  pressure(): Promise<void> | undefined {
    if (!this.#controller || (this.#controller.desiredSize ?? 1) > 0) return undefined;
    this.#drained ??= Promise.withResolvers();
    return this.#drained.promise;
  }

  /** The whole answer, of which `library` is what did not pass it by. */
  join(library: ReadableStream<LanguageModelV4StreamPart>): ReadableStream<LanguageModelV4StreamPart> {
    const reader = library.getReader();
    const leave = () => {
      this.#controller = undefined;
      this.#resume();
    };
    return new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller;
          void this.#follow(reader).finally(leave);
        },
        pull: () => this.#resume(),
        cancel(reason) {
          leave();
          return reader.cancel(reason);
        },
      },
      { highWaterMark: MAX_WAITING },
    );
  }

  async #follow(reader: ReadableStreamDefaultReader<LanguageModelV4StreamPart>): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        if (value.type === 'raw') this.#returned += 1;
        else this.#hear(value);
        await this.pressure();
      }
    } catch (error) {
      if (this.#signal.aborted) return this.#controller?.error(error);
      // As a part: an error of the stream would throw away what still waits in it.
      this.#controller?.enqueue({ type: 'error', error });
    }
    this.#controller?.close();
  }

  #hear(part: LanguageModelV4StreamPart): void {
    this.#controller?.enqueue(part);
    if (part.type !== 'text-delta' && part.type !== 'reasoning-delta') return;
    // Nothing comes after this piece but what is still to be given to the library.
    if (this.#givenOf !== undefined && this.#returned === this.#given) this.#open = { of: this.#givenOf, piece: part };
  }

  #resume(): void {
    this.#drained?.resolve();
    this.#drained = undefined;
  }
}
