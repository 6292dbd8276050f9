import type { AgUiEvent } from '../../../contract/ag-ui-events.ts';

/** Blocks that have started and not ended, each with the events that end it. */
export class OpenBlocks {
  readonly #endings = new Map<string, AgUiEvent[]>();

  open(key: string, ...ending: AgUiEvent[]): void {
    this.#endings.set(key, ending);
  }

  /** The events that end a block; none when it is not open. */
  close(key: string): AgUiEvent[] {
    const ending = this.#endings.get(key) ?? [];
    this.#endings.delete(key);
    return ending;
  }

  /** The events that end every block, the last opened first. */
  closeAll(): AgUiEvent[] {
    const endings = [...this.#endings.values()].reverse().flat();
    this.#endings.clear();
    return endings;
  }
}
