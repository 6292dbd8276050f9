import type { RunEvent } from './run-events.ts';

/** Where a run says what happens in it. */
export interface EventSink {
  emit(event: RunEvent): void;
  /** Something to wait for before more is emitted, when the readers are far behind. It settles also when the run is cancelled. */
  pressure(): Promise<void> | undefined;
}
