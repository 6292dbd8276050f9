import type { Publish } from '../live-events/publish.ts';
import { createAgentsStore } from './agents-store.ts';
import { createApprovalsStore } from './approvals-store.ts';
import { createCardTimesStore } from './card-times-store.ts';
import { createConversationsStore } from './conversations-store.ts';
import type { Engine } from './engine.ts';
import { createFactsStore } from './facts-store.ts';
import { createPushStore } from './push-store.ts';
import type { StoreLog } from './record-reader.ts';
import { createRunsStore } from './runs-store.ts';
import { createServersStore } from './servers-store.ts';
import { createServiceStore } from './service-store.ts';
import type { Store } from './store.ts';
import { createTasksStore } from './tasks-store.ts';

interface StoreParts {
  readonly log: StoreLog;
  readonly publish: Publish;
  readonly close: () => Promise<void>;
}

/** The store on what is below it, whichever that is. */
export function createStore(engine: Engine, { log, publish, close }: StoreParts): Store {
  const { db } = engine;
  const facts = createFactsStore(db);
  return {
    agents: createAgentsStore(db, log),
    servers: createServersStore(db, log),
    conversations: createConversationsStore(engine, log, publish),
    runs: createRunsStore(engine, log, publish),
    approvals: createApprovalsStore(engine, log, publish),
    tasks: createTasksStore(engine, log),
    push: createPushStore(engine, log),
    cardTimes: createCardTimesStore(engine, log),
    facts,
    shared: engine.shared,
    service: engine.shared && createServiceStore(db, { replica: engine.shared.replica, log }),
    // A write, because a disk that is full or read-only still reads.
    check: () => facts.set('checked_at', new Date().toISOString()),
    close,
    [Symbol.asyncDispose]: close,
  };
}
