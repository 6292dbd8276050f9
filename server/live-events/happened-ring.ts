import type { LiveChange } from '../../contract/events.ts';
import { EventRing } from '../call/event-ring.ts';
import type { Numbered } from '../call/numbered-events.ts';
import { maySee, type Principal } from '../call/principal.ts';

/** What happened, whose it is, and when, in milliseconds. */
export interface Happened {
  readonly what:
    | LiveChange
    /** Something that is not known any more. */
    | { readonly type: 'missed' }
    /** Why nothing more comes. */
    | { readonly type: 'error'; readonly code: string; readonly detail: string };
  readonly owner: string | null;
  readonly at: number;
}

/** The last things that happened, and what of whom is no longer held. */
export interface HappenedRing {
  readonly ring: EventRing<Happened>;
  /**
   * The number of the newest event that a caller might have seen and that is no longer held. Somebody else's many events are nothing
   * that a reader has missed, and nothing it is told of.
   */
  lostTo(principal: Principal): number;
}

/** A ring for what happens. With an `origin` each is added with a number of its own, behind that. */
export function createHappenedRing(bounds: { readonly maxEvents: number; readonly origin?: number }): HappenedRing {
  const droppedUntil = new Map<string | null, number>();
  const onDropped = ({ number, event }: Numbered<Happened>) => void droppedUntil.set(event.owner, number);
  return {
    ring: new EventRing({ ...bounds, onDropped }),
    lostTo(principal) {
      let newest = 0;
      for (const [owner, number] of droppedUntil) if (maySee(principal, owner)) newest = Math.max(newest, number);
      return newest;
    },
  };
}
