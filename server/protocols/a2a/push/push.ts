/** Push notifications: who asked for them, and in which words they are sent. */
import type { TaskPushNotificationConfig } from '@a2a-js/sdk';
import type { PushConfigRecord } from '../../../store/stored-push.ts';
import type { A2aUpdate } from '../json.ts';
import type { A2aSdk } from '../sdk.ts';
import { findWebhookProblem } from '../webhook.ts';

/** What somebody asks for with a request. */
export interface RequestedPush {
  readonly config: TaskPushNotificationConfig;
  /** The version of A2A of the request; the notifications are written in the same. */
  readonly version: string;
}

/** Updates of a task that were stored. */
export interface ToldUpdates {
  readonly taskId: string;
  readonly updates: readonly A2aUpdate[];
  /** The number of the last of them among those of the task. */
  readonly last: number;
}

/** Whoever is told of tasks at an address of theirs. No answer shows their secrets again. */
export interface Push {
  /** Whether it is stored who asked; then the updates are to be stored for them, with the change that they tell of. */
  readonly isStored: boolean;
  /** Gives the SDK that writes the notifications; before it is loaded nobody can have asked. */
  use(sdk: A2aSdk): void;
  /** Notes what is asked for with a task that is not stored yet. Returns what is to be stored with it. */
  prepare(taskId: string, requested: RequestedPush): readonly PushConfigRecord[];
  /** Adds or replaces a config of a task, and returns it without its secrets; one without an id gets one. */
  set(taskId: string, requested: RequestedPush): Promise<TaskPushNotificationConfig>;
  get(taskId: string, id: string): Promise<TaskPushNotificationConfig | undefined>;
  list(taskId: string): Promise<TaskPushNotificationConfig[]>;
  delete(taskId: string, id: string): Promise<void>;
  /** Sends updates to everybody who asked for those of the task, in order and in the background. */
  notify(told: ToldUpdates): void;
  /** Cuts off the notifications that are being sent, and sends no more. */
  close(): Promise<void>;
}

/** How many configs a task has at most. */
export const MAX_PER_TASK = 10;
/** The most characters of JSON in one config. */
const MAX_CHARACTERS = 64 * 1024;

/** Throws when nothing may be sent to the address of `config`; `allowedHosts` are let through though they are inside. */
export function checkPushConfig(
  config: TaskPushNotificationConfig,
  allowedHosts: readonly string[],
  errors: A2aSdk['errors'],
): void {
  if (JSON.stringify(config).length > MAX_CHARACTERS) {
    throw new errors.RequestMalformedError(`A push notification config has at most ${MAX_CHARACTERS} characters`);
  }
  const { url, token, authentication } = config;
  const problem = findWebhookProblem(url, allowedHosts);
  if (problem) throw new errors.RequestMalformedError(`The url of the push notification config ${problem}`);
  const { scheme, credentials } = authentication ?? {};
  if (![token, scheme, credentials].every((value) => value === undefined || /^[\x20-\x7e]*$/.test(value))) {
    throw new errors.RequestMalformedError('The secrets of a push notification config must be printable ASCII');
  }
}

/** A config as answers show it. */
export const withoutSecrets = (config: TaskPushNotificationConfig): TaskPushNotificationConfig => ({
  ...config,
  token: '',
  authentication: config.authentication && { ...config.authentication, credentials: '' },
});
