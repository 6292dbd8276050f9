/** The surfaces of A2UI in a conversation: an activity makes them, and a later one may change them. */
import type { ReactComponentImplementation } from '@a2ui/react/v0_9';
import { MessageProcessor, type SurfaceModel } from '@a2ui/web_core/v0_9';
import { isFields } from './json-patch.ts';
import { createCatalog } from './surface-catalog.tsx';
import type { Thread } from './thread.ts';

/** A surface, with what it shows and what was typed into it. */
export type Surface = SurfaceModel<ReactComponentImplementation>;

type Envelopes = Parameters<MessageProcessor<ReactComponentImplementation>['processMessages']>[0];

/** What an activity has come to. */
export interface TakenSurfaces {
  /** The surfaces that it has made, and that are there. */
  readonly made: readonly Surface[];
  /** Whether it has changed a surface of another activity. */
  readonly hasChanged: boolean;
}

/** What a surface wants of the person: to press again, as the agent is still answering, or to open an address. */
export interface SurfaceNote {
  readonly surfaceId: string;
  /** Absent: to press again. */
  readonly url?: string;
}

const known = new WeakMap<Thread, Surfaces>();

/** The surfaces of a conversation. */
export function surfacesOf(thread: Thread): Surfaces {
  const found = known.get(thread) ?? new Surfaces(thread);
  known.set(thread, found);
  return found;
}

/** The surfaces of one conversation. */
export class Surfaces {
  readonly #processor: MessageProcessor<ReactComponentImplementation>;
  /** What each activity has told, by its id, as JSON. */
  readonly #told = new Map<string, readonly string[]>();
  readonly #listeners = new Set<(note: SurfaceNote) => void>();

  constructor(thread: Thread) {
    const catalog = createCatalog((surfaceId, url) => this.#note({ surfaceId, url }));
    this.#processor = new MessageProcessor([catalog], ({ name, surfaceId, sourceComponentId, timestamp, context }) => {
      const isTold = thread.act({ name, surfaceId, sourceComponentId, timestamp, context });
      if (!isTold) this.#note({ surfaceId });
    });
  }

  /** Calls `listener` with what surfaces want of the person. */
  onNote(listener: (note: SurfaceNote) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #note(note: SurfaceNote): void {
    for (const listener of this.#listeners) listener(note);
  }

  /** Takes in what an activity tells, as far as it is new: what was typed into a surface stays. Throws where that is no A2UI. */
  take(id: string, operations: readonly unknown[]): TakenSurfaces {
    const envelopes = operations.filter(isFields);
    const texts = envelopes.map((one) => JSON.stringify(one));
    const before = this.#told.get(id) ?? [];
    const isMore = before.every((text, index) => text === texts[index]);
    const ids = envelopes.flatMap((one) => idIn(one, 'createSurface'));
    if (!isMore) for (const made of ids) this.#forget(made);
    this.#told.set(id, texts);
    const next = envelopes.slice(isMore ? before.length : 0);
    const fresh = next.filter((one) => idIn(one, 'createSurface').every((made) => !this.#find(made)));
    // The renderer checks them itself.
    this.#processor.processMessages(fresh as unknown as Envelopes);
    const changed = envelopes.flatMap((one) => [...idIn(one, 'updateComponents'), ...idIn(one, 'updateDataModel')]);
    return {
      made: ids.flatMap((made) => this.#find(made) ?? []),
      hasChanged: changed.some((one) => !ids.includes(one)),
    };
  }

  #find = (id: string): Surface | undefined => this.#processor.model.surfacesMap.get(id);

  #forget(surfaceId: string): void {
    if (this.#find(surfaceId)) this.#processor.processMessages([{ version: 'v0.9', deleteSurface: { surfaceId } }]);
  }
}

function idIn(envelope: Readonly<Record<string, unknown>>, kind: string): string[] {
  const body = envelope[kind];
  return isFields(body) && typeof body.surfaceId === 'string' ? [body.surfaceId] : [];
}
