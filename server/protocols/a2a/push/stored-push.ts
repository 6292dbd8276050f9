import { randomUUID } from 'node:crypto';
import type { TaskPushNotificationConfig } from '@a2a-js/sdk';
import type { PushConfigRecord, PushStore } from '../../../store/stored-push.ts';
import { MAX_PER_TASK, type Push, type RequestedPush, withoutSecrets } from './push.ts';
import { PushSender, type PushTimes } from './push-sender.ts';

/** Seals secrets, each for a purpose. */
export interface PushSecrets {
  seal(text: string, purpose: string): string;
  /** undefined when no key opens it. */
  open(sealed: string, purpose: string): string | undefined;
  isCurrent(sealed: string): boolean;
}

interface StoredPushOptions {
  readonly store: PushStore;
  readonly secrets: PushSecrets;
  /** Names and addresses of hosts that may be inside the network of this server. */
  readonly allowedHosts: readonly string[];
  readonly times?: PushTimes | undefined;
  readonly log: { warn(details: object, message: string): void; error(details: object, message: string): void };
}

/** How many configs are looked at together. */
const PAGE = 500;

/**
 * Push notifications of a server with a key: who asked is stored, sealed, and so is what is to be sent, with the change that it tells of.
 * Any process that shares the store sends it, after a restart as well: at least once.
 */
export class StoredPush implements Push {
  readonly isStored = true;
  readonly #options: StoredPushOptions;
  readonly #sender: PushSender;
  /** The tasks with a config that was told to open no more. */
  readonly #told = new Set<string>();
  #opening: Promise<void> | undefined;

  constructor(options: StoredPushOptions) {
    this.#options = options;
    this.#sender = new PushSender({ ...options, find: (taskId, id) => this.#find(taskId, id) });
  }

  /** Seals anew what the first key has not sealed, and sends what waits. To be called once. */
  open(): void {
    this.#opening = this.#sealAnew().catch((err) =>
      this.#options.log.error({ err }, 'push notification configs could not be sealed anew'),
    );
    this.#sender.open();
  }

  use(): void {
    // The sender loads it: there may be something to send before anybody asks.
  }

  prepare(taskId: string, requested: RequestedPush): readonly PushConfigRecord[] {
    return [this.#seal(toNamed(taskId, requested))];
  }

  async set(taskId: string, requested: RequestedPush): Promise<TaskPushNotificationConfig> {
    const named = toNamed(taskId, requested);
    await this.#options.store.set(this.#seal(named), MAX_PER_TASK);
    return withoutSecrets(named.config);
  }

  async get(taskId: string, id: string): Promise<TaskPushNotificationConfig | undefined> {
    const found = await this.#find(taskId, id);
    return found && withoutSecrets(found.config);
  }

  async list(taskId: string): Promise<TaskPushNotificationConfig[]> {
    const found = await this.#options.store.list(taskId);
    return found.flatMap((record) => this.#read(record) ?? []).map(({ config }) => withoutSecrets(config));
  }

  async delete(taskId: string, id: string): Promise<void> {
    await this.#options.store.delete(taskId, id);
  }

  notify(): void {
    this.#sender.look();
  }

  async close(): Promise<void> {
    await this.#opening;
    await this.#sender.close();
  }

  async #find(taskId: string, id: string): Promise<RequestedPush | undefined> {
    const record = await this.#options.store.get(taskId, id);
    return record && this.#read(record);
  }

  #seal({ config, version }: RequestedPush): PushConfigRecord {
    const { taskId, id } = config;
    const sealed = this.#options.secrets.seal(JSON.stringify(config), toPurpose({ taskId, id }));
    return { taskId, id, version, sealed };
  }

  /** A stored config; undefined when no key opens it. */
  #read(record: PushConfigRecord): RequestedPush | undefined {
    const { taskId, version, sealed } = record;
    const text = this.#options.secrets.open(sealed, toPurpose(record));
    if (text !== undefined) return { config: JSON.parse(text), version };
    if (!this.#told.has(taskId)) {
      this.#told.add(taskId);
      this.#options.log.warn({ taskId }, 'no secret key opens a push notification config');
    }
    return undefined;
  }

  async #sealAnew(): Promise<void> {
    const { store, secrets } = this.#options;
    for (let last: PushConfigRecord | undefined; ; ) {
      const records = await store.page(last, PAGE);
      for (const record of records.filter(({ sealed }) => !secrets.isCurrent(sealed))) {
        const purpose = toPurpose(record);
        const text = secrets.open(record.sealed, purpose);
        if (text !== undefined) await store.reseal(record, secrets.seal(text, purpose));
      }
      last = records.at(-1);
      if (!last) return;
    }
  }
}

function toNamed(taskId: string, { config, version }: RequestedPush): RequestedPush {
  return { config: { ...config, taskId, id: config.id || randomUUID() }, version };
}

/** What a config is sealed for: in another row it opens no more. */
const toPurpose = ({ taskId, id }: Pick<PushConfigRecord, 'taskId' | 'id'>) =>
  JSON.stringify(['push-config', taskId, id]);
