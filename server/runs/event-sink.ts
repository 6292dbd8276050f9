import type { RunEvent } from './run-events.ts';

/** Takes the events of a run as they happen. */
export interface EventSink {
  emit(event: RunEvent): void;
  /** A promise to wait for before more is emitted, when the readers are far behind. It settles also when the run is cancelled. */
  pressure(): Promise<void> | undefined;
  /** Resolves once all that was emitted is stored; false where it never will be. Absent: nobody has to wait for that. */
  untilStored?(): Promise<boolean>;
}
