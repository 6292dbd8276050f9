import { randomUUID } from 'node:crypto';
import type { TaskPushNotificationConfig } from '@a2a-js/sdk';
import { KeyedMutex } from '../../../async/mutex.ts';
import type { A2aSdk } from '../sdk.ts';
import { MAX_PER_TASK, type Push, type RequestedPush, type ToldUpdates, withoutSecrets } from './push.ts';
import { type Notification, sendNotification } from './send-notification.ts';

interface MemoryPushOptions {
  /** Names and addresses of hosts that may be inside the network of this server. */
  readonly allowedHosts: readonly string[];
  readonly log: { warn(details: object, message: string): void };
}

const MAX_TASKS = 1000;

/**
 * Push notifications of a server without a key to seal secrets with: who asked is kept in memory, because it holds secrets, which are never
 * stored in clear. This process tells of the tasks that it works on itself; each notification is sent once.
 */
export class MemoryPush implements Push {
  readonly isStored = false;
  readonly #options: MemoryPushOptions;
  /** By task and by id, the oldest first. */
  readonly #registered = new Map<string, Map<string, RequestedPush>>();
  /** Sends the notifications of each task one after the other, so that nobody is told of the end before the middle. */
  readonly #sending = new KeyedMutex();
  readonly #closed = new AbortController();
  #sdk: A2aSdk | undefined;

  constructor(options: MemoryPushOptions) {
    this.#options = options;
  }

  use(sdk: A2aSdk): void {
    this.#sdk = sdk;
  }

  prepare(taskId: string, requested: RequestedPush): readonly never[] {
    this.#register(taskId, requested);
    return [];
  }

  async set(taskId: string, requested: RequestedPush): Promise<TaskPushNotificationConfig> {
    return withoutSecrets(this.#register(taskId, requested));
  }

  async get(taskId: string, id: string): Promise<TaskPushNotificationConfig | undefined> {
    const found = this.#registered.get(taskId)?.get(id);
    return found && withoutSecrets(found.config);
  }

  async list(taskId: string): Promise<TaskPushNotificationConfig[]> {
    return [...(this.#registered.get(taskId)?.values() ?? [])].map(({ config }) => withoutSecrets(config));
  }

  async delete(taskId: string, id: string): Promise<void> {
    this.#registered.get(taskId)?.delete(id);
  }

  notify({ taskId, updates, last }: ToldUpdates): void {
    const registered = [...(this.#registered.get(taskId)?.values() ?? [])];
    const sdk = this.#sdk;
    if (!registered.length || !sdk || this.#closed.signal.aborted) return;
    for (const [index, update] of updates.entries()) {
      const seq = last - updates.length + 1 + index;
      const sendAll = () => Promise.all(registered.map((one) => this.#send({ ...one, taskId, update, seq }, sdk)));
      void this.#sending.run(taskId, sendAll);
    }
  }

  async close(): Promise<void> {
    this.#closed.abort();
  }

  #register(taskId: string, { config: requested, version }: RequestedPush): TaskPushNotificationConfig {
    const config = { ...requested, taskId, id: requested.id || randomUUID() };
    const ofTask = this.#registered.get(taskId) ?? new Map<string, RequestedPush>();
    ofTask.delete(config.id);
    ofTask.set(config.id, { config, version });
    this.#registered.set(taskId, ofTask);
    dropOldest(ofTask, MAX_PER_TASK);
    dropOldest(this.#registered, MAX_TASKS);
    return config;
  }

  async #send(notification: Notification, sdk: A2aSdk): Promise<void> {
    const { allowedHosts, log } = this.#options;
    const { taskId } = notification;
    try {
      const status = await sendNotification(notification, { sdk, allowedHosts, signal: this.#closed.signal });
      if (status >= 300) log.warn({ taskId, status }, 'a push notification was refused');
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      log.warn({ taskId, reason }, 'a push notification could not be sent');
    }
  }
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
