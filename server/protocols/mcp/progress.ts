import type { RunEvent } from '../../runs/run-events.ts';

/** Takes one report: a number that rises, and what the agent does in a few words. */
type OnProgress = (progress: { progress: number; message: string }) => void;

const LOOK_MS = 250;
/** A caller may give up on what is silent for longer. */
const QUIET_MS = 10_000;
const TAIL_CHARS = 200;

/** Tells the caller of an agent what it does: each tool at once, what it says a few times a second, and in a silence that it still works. */
export class AskProgress implements Disposable {
  readonly #onProgress: OnProgress;
  readonly #timer: NodeJS.Timeout;
  #count = 0;
  #last = 'started';
  #toldAt = 0;
  #unsaid: (() => string) | undefined;

  constructor(onProgress: OnProgress) {
    this.#onProgress = onProgress;
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** Notes that the agent has said something; `tail` gives the last of it. */
  say(tail: (chars: number) => string): void {
    const isFirst = this.#count === 0;
    this.#unsaid = () => tail(TAIL_CHARS);
    if (isFirst) this.#look();
  }

  /** Takes an event of the run. */
  note(event: RunEvent): void {
    if (event.type === 'tool-started') this.#tell(`calling ${event.name}`);
    else if (event.type === 'tool-result') this.#tell(`${event.name} ${event.isError ? 'failed' : 'has answered'}`);
    else if (event.type === 'model-retried') this.#tell(`waiting for the model: ${event.code}`);
    else if (event.type === 'status') this.#tell(event.text);
    else if (event.type === 'step-started' && event.step > 1) this.#tell(`thinking, step ${event.step}`);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    if (this.#unsaid) this.#tell(this.#unsaid());
    else if (performance.now() - this.#toldAt >= QUIET_MS) this.#tell(this.#last);
  }

  #tell(message: string): void {
    this.#unsaid = undefined;
    this.#last = message;
    this.#toldAt = performance.now();
    this.#onProgress({ progress: ++this.#count, message });
  }
}
