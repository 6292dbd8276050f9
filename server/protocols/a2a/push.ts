import { randomUUID } from 'node:crypto';
import type { TaskPushNotificationConfig } from '@a2a-js/sdk';
import { KeyedMutex } from '../../async/mutex.ts';
import type { A2aUpdate } from './json.ts';
import type { A2aSdk } from './sdk.ts';
import { findWebhookProblem, postWebhook } from './webhook.ts';

interface PushOptions {
  /** Names and addresses of hosts that may be inside the network of this server. */
  readonly allowedHosts: readonly string[];
  readonly log: { warn(details: object, message: string): void };
}

interface Registered {
  readonly config: TaskPushNotificationConfig;
  /** The version of A2A it was registered in; its notifications are written in the same. */
  readonly version: string;
}

const MAX_TASKS = 1000;
const MAX_PER_TASK = 10;
/** The most characters of JSON in one config. */
const MAX_CHARACTERS = 64 * 1024;
const DEADLINE_MS = 10_000;

/**
 * Registers push notifications for tasks, and sends them. Configs are kept in memory: they hold secrets, which are never stored, and a
 * task ends with its server. No answer shows the secrets again.
 */
export class PushConfigs {
  readonly #options: PushOptions;
  /** By task and by id, the oldest first. */
  readonly #registered = new Map<string, Map<string, Registered>>();
  /** Sends the notifications of each task one after the other, so that nobody is told of the end before the middle. */
  readonly #sending = new KeyedMutex();
  readonly #closed = new AbortController();
  #sdk: A2aSdk | undefined;

  constructor(options: PushOptions) {
    this.#options = options;
  }

  /** Gives the SDK that writes the notifications; before it is loaded nobody can have registered for one. */
  use(sdk: A2aSdk): void {
    this.#sdk = sdk;
  }

  /** Throws when nothing may be sent to the address of `config`. */
  check(config: TaskPushNotificationConfig, errors: A2aSdk['errors']): void {
    if (JSON.stringify(config).length > MAX_CHARACTERS) {
      throw new errors.RequestMalformedError(`A push notification config has at most ${MAX_CHARACTERS} characters`);
    }
    const { url, token, authentication } = config;
    const problem = findWebhookProblem(url, this.#options.allowedHosts);
    if (problem) throw new errors.RequestMalformedError(`The url of the push notification config ${problem}`);
    const { scheme, credentials } = authentication ?? {};
    if (![token, scheme, credentials].every((value) => value === undefined || /^[\x20-\x7e]*$/.test(value))) {
      throw new errors.RequestMalformedError('The secrets of a push notification config must be printable ASCII');
    }
  }

  /** Adds or replaces a config, and returns it without its secrets; one without an id gets one. */
  set(taskId: string, requested: TaskPushNotificationConfig, version: string): TaskPushNotificationConfig {
    const config = { ...requested, taskId, id: requested.id || randomUUID() };
    const ofTask = this.#registered.get(taskId) ?? new Map<string, Registered>();
    ofTask.delete(config.id);
    ofTask.set(config.id, { config, version });
    this.#registered.set(taskId, ofTask);
    dropOldest(ofTask, MAX_PER_TASK);
    dropOldest(this.#registered, MAX_TASKS);
    return withoutSecrets(config);
  }

  get(taskId: string, id: string): TaskPushNotificationConfig | undefined {
    const found = this.#registered.get(taskId)?.get(id);
    return found && withoutSecrets(found.config);
  }

  list(taskId: string): TaskPushNotificationConfig[] {
    return [...(this.#registered.get(taskId)?.values() ?? [])].map(({ config }) => withoutSecrets(config));
  }

  delete(taskId: string, id: string): void {
    this.#registered.get(taskId)?.delete(id);
  }

  /** Sends an update to everybody registered for the task, in order and in the background. */
  notify(taskId: string, update: A2aUpdate): void {
    const registered = [...(this.#registered.get(taskId)?.values() ?? [])];
    const sdk = this.#sdk;
    if (!registered.length || !sdk || this.#closed.signal.aborted) return;
    void this.#sending.run(taskId, () => Promise.all(registered.map((one) => this.#send(one, update, sdk))));
  }

  /** Cuts off the notifications that are being sent, and sends no more. */
  close(): void {
    this.#closed.abort();
  }

  async #send({ config, version }: Registered, update: A2aUpdate, sdk: A2aSdk): Promise<void> {
    const { allowedHosts, log } = this.#options;
    const serializer =
      version === '0.3'
        ? new sdk.compatServer.V03PushNotificationSerializer()
        : new sdk.server.V1PushNotificationSerializer();
    const { body, contentType } = serializer.serialize(sdk.types.StreamResponse.fromJSON(update));
    const headers = { 'content-type': contentType, 'a2a-version': version, ...toSecretHeaders(config) };
    const signal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(DEADLINE_MS)]);
    try {
      const status = await postWebhook({ url: config.url, headers, body, signal }, allowedHosts);
      if (status >= 300) log.warn({ taskId: config.taskId, status }, 'a push notification was refused');
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      log.warn({ taskId: config.taskId, reason }, 'a push notification could not be sent');
    }
  }
}

function toSecretHeaders({ token, authentication }: TaskPushNotificationConfig): Record<string, string> {
  const headers: Record<string, string> = {};
  if (token) headers['x-a2a-notification-token'] = token;
  const { scheme, credentials } = authentication ?? {};
  if (scheme && credentials) headers.authorization = `${scheme} ${credentials}`;
  return headers;
}

const withoutSecrets = (config: TaskPushNotificationConfig): TaskPushNotificationConfig => ({
  ...config,
  token: '',
  authentication: config.authentication && { ...config.authentication, credentials: '' },
});

function dropOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
