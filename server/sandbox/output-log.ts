import type { SandboxLimits } from './limits.ts';
import type { MimeBundle, OutputEvent } from './sandbox.ts';

type OutputLimits = Pick<SandboxLimits, 'maxOutput' | 'maxDisplays' | 'maxDisplay' | 'maxDisplayTotal'>;

/** Collects the output of one execution up to its limits, and passes on what it keeps. */
export class OutputLog {
  readonly displays: MimeBundle[] = [];
  readonly #text = { stdout: '', stderr: '' };
  readonly #limits: OutputLimits;
  readonly #onOutput: (event: OutputEvent) => void;
  #dropped = 0;
  #displayed = 0;
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

  /** Sentences on the output that was dropped, for whoever reads the rest. */
  get notices(): string[] {
    const { maxOutput, maxDisplays, maxDisplay } = this.#limits;
    return [
      ...(this.#dropped ? [`The output was cut at ${maxOutput} characters; ${this.#dropped} more were dropped.`] : []),
      ...(this.#droppedDisplays
        ? [
            `${this.#droppedDisplays} displayed value(s) were dropped: ${maxDisplays} of ${maxDisplay} characters are kept.`,
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

  /** Counts displayed values that the interpreter dropped itself. */
  dropDisplays(count: number): void {
    this.#droppedDisplays += count;
  }

  display(data: MimeBundle): void {
    const size = sizeOf(data);
    const { maxDisplays, maxDisplay, maxDisplayTotal } = this.#limits;
    if (this.displays.length >= maxDisplays || size > maxDisplay || this.#displayed + size > maxDisplayTotal) {
      this.#droppedDisplays += 1;
      return;
    }
    this.#displayed += size;
    this.displays.push(data);
    this.#onOutput({ type: 'display', data });
  }

  setResult(data: MimeBundle): void {
    const fits = sizeOf(data) <= this.#limits.maxDisplay;
    if (!fits) this.#droppedDisplays += 1;
    this.#result = fits ? data : { 'text/plain': String(data['text/plain'] ?? '').slice(0, 1000) };
  }
}

function sizeOf(data: MimeBundle): number {
  const sizes = Object.entries(data).map(
    ([kind, value]) => kind.length + (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).length,
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
