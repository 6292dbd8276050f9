import type { MimeBundle, OutputEvent } from './sandbox.ts';

interface OutputLimits {
  readonly maxOutput: number;
  readonly maxDisplays: number;
  readonly maxDisplay: number;
}

/** Collects the output of one execution up to its limits, and passes on what it keeps. */
export class OutputLog {
  readonly displays: MimeBundle[] = [];
  readonly #text = { stdout: '', stderr: '' };
  readonly #limits: OutputLimits;
  readonly #onOutput: (event: OutputEvent) => void;
  #dropped = 0;
  #droppedDisplays = 0;
  #result: MimeBundle | null = null;

  constructor(limits: OutputLimits, onOutput: (event: OutputEvent) => void) {
    this.#limits = limits;
    this.#onOutput = onOutput;
  }

  get stdout(): string {
    return this.#text.stdout;
  }

  get stderr(): string {
    return this.#text.stderr;
  }

  get result(): MimeBundle | null {
    return this.#result;
  }

  /** Characters that were written and are not kept. */
  get dropped(): number {
    return this.#dropped;
  }

  /** What a reader must know of output that is not there. */
  get notices(): string[] {
    const { maxOutput, maxDisplays, maxDisplay } = this.#limits;
    return [
      ...(this.#dropped ? [`The output was cut at ${maxOutput} characters; ${this.#dropped} more were dropped.`] : []),
      ...(this.#droppedDisplays
        ? [
            `${this.#droppedDisplays} displayed value(s) were dropped: at most ${maxDisplays} of ${maxDisplay} characters are kept.`,
          ]
        : []),
    ];
  }

  write(stream: 'stdout' | 'stderr', text: string): void {
    const left = this.#limits.maxOutput - this.#text.stdout.length - this.#text.stderr.length;
    const kept = text.slice(0, Math.max(0, left));
    this.#dropped += text.length - kept.length;
    if (!kept) return;
    this.#text[stream] += kept;
    this.#onOutput({ type: stream, text: kept });
  }

  /** Counts characters that the interpreter dropped itself. */
  drop(characters: number): void {
    this.#dropped += characters;
  }

  display(data: MimeBundle): void {
    if (this.displays.length >= this.#limits.maxDisplays || !this.#fits(data)) {
      this.#droppedDisplays += 1;
      return;
    }
    this.displays.push(data);
    this.#onOutput({ type: 'display', data });
  }

  setResult(data: MimeBundle): void {
    if (this.#fits(data)) this.#result = data;
    else {
      this.#droppedDisplays += 1;
      this.#result = { 'text/plain': String(data['text/plain'] ?? '').slice(0, 1000) };
    }
  }

  #fits(data: MimeBundle): boolean {
    let size = 0;
    for (const value of Object.values(data)) {
      size += typeof value === 'string' ? value.length : JSON.stringify(value).length;
    }
    return size <= this.#limits.maxDisplay;
  }
}
