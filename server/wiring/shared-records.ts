import type { Log } from '../http/log.ts';
import { Desires } from '../replicas/desires.ts';
import { type Followed, FollowedRecords } from '../replicas/followed-records.ts';
import { ProcessAsks } from '../replicas/process-asks.ts';
import { showReplica } from '../replicas/shown-replica.ts';
import type { OpenedStore } from './store.ts';

/** The records that are held in memory, as features are given them that hold some. */
export interface SharedRecords {
  /** What all processes of the service are to do; undefined: this one is the only one. */
  readonly desires: Desires | undefined;
  /** What it asks the other processes of what each has for itself; undefined: there are none. */
  readonly asks: ProcessAsks | undefined;
  /** What callers are told of this process; undefined: it is the only one. */
  readonly replica: string | undefined;
  /** From 0 to 999, what tells this process from the others, of which there are never as many; undefined: there are none. */
  readonly tag: number | undefined;
  /** Keeps records of a table as all processes have written them. */
  follow(table: 'agents' | 'servers', records: Followed): void;
  /** Tells the other processes of a record that was stored here. */
  tell(table: string, id: string): void;
  /** Takes what others have written before this call, before a request is answered; undefined: nobody else writes. */
  readonly refresh: (() => Promise<void>) | undefined;
  close(): Promise<void>;
}

/** Opens what keeps records as all processes of the service have written them; where there is only one, nothing needs to be done for that. */
export async function openSharedRecords({
  store: { service, shared },
  wake,
  log,
}: Pick<OpenedStore, 'store' | 'wake'> & { readonly log: Log }): Promise<SharedRecords> {
  const tell = (table: string, id: string) => wake.tell('changed', `${table}:${id}`);
  if (!service || !shared) return { ...NOTHING_SHARED, tell };
  const records = new FollowedRecords({ revisions: service.revisions, wake, log });
  const desires = new Desires(service.desires, (name) => tell('server_desires', name));
  await desires.catchUp();
  records.follow('server_desires', desires);
  const asks = new ProcessAsks({ store: service.asks, wake, log });
  return {
    desires,
    asks,
    replica: showReplica(shared.replica),
    tag: (await service.countStart()) % 1000,
    follow: (table, followed) => records.follow(table, followed),
    tell,
    refresh: () => records.refresh(),
    async close() {
      await asks.close();
      await records.close();
    },
  };
}

const NOTHING_SHARED = {
  desires: undefined,
  asks: undefined,
  replica: undefined,
  tag: undefined,
  follow: () => undefined,
  refresh: undefined,
  close: async () => undefined,
};
