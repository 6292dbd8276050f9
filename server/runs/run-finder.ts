import type { Principal } from '../call/principal.ts';
import { noteRequest } from '../call/request-notes.ts';
import type { RunRecord, Store } from '../store/store.ts';
import type { Run } from './active-run.ts';
import type { ActiveRuns } from './active-runs.ts';
import { type FoundRun, toFoundRun } from './found-run.ts';
import type { KeptRuns } from './kept-runs.ts';
import type { SharedRuns } from './shared-runs.ts';

interface FinderOptions {
  readonly store: Pick<Store, 'runs'> & { readonly conversations: Pick<Store['conversations'], 'get'> };
  readonly active: ActiveRuns;
  readonly kept: KeptRuns;
  /** undefined: no other process has the same store. */
  readonly shared: SharedRuns | undefined;
}

/** Finds runs: those that go on here or elsewhere, those that ended lately, and those that are stored. */
export class RunFinder {
  readonly #options: FinderOptions;

  constructor(options: FinderOptions) {
    this.#options = options;
  }

  /** The run, while it goes on and for a while after. */
  find(conversationKey: string, runId: string): Run | undefined {
    const active = this.#options.active.of(conversationKey);
    return active?.id === runId ? active.shown : this.#options.kept.get(conversationKey, runId)?.shown;
  }

  /** The run with this id of the server, however long ago it ended. */
  findById(id: string, principal: Principal): Promise<FoundRun | undefined> {
    return this.#findStored(() => this.#options.store.runs.get(id, principal));
  }

  /** The newest run of the conversation that a principal means by an id, or the newest there that its caller called `givenId`. */
  async findLatest(
    conversationId: string,
    { givenId, principal }: { readonly givenId?: string | undefined; readonly principal: Principal },
  ): Promise<FoundRun | undefined> {
    const { conversations, runs } = this.#options.store;
    const conversation = await conversations.get(conversationId, principal);
    return conversation && this.#findStored(() => runs.latest(conversation.key, { givenId }));
  }

  async #findStored(read: () => Promise<RunRecord | undefined>): Promise<FoundRun | undefined> {
    const { store, shared } = this.#options;
    for (let isFirst = true; ; isFirst = false) {
      const record = await read();
      if (!record) return undefined;
      noteRequest({ run_id: record.id, conversation_id: record.conversationId });
      const run = this.find(record.conversationKey, record.givenId);
      const own = run?.storedId === record.id ? run : undefined;
      const source = { store: store.runs, keepsAll: shared !== undefined };
      if (own || record.status !== 'running') return toFoundRun(record, own, source);
      if (!isFirst) return toFoundRun(record, shared?.find(record), source);
      // It was stored a moment ago, and is entered here when the event loop turns.
      await new Promise(setImmediate);
    }
  }
}
