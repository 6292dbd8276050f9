import type { A2aUpdate } from '../json.ts';
import type { A2aSdk } from '../sdk.ts';
import { postWebhook } from '../webhook.ts';
import type { RequestedPush } from './push.ts';

/** A notification to send. */
export interface Notification extends RequestedPush {
  readonly taskId: string;
  readonly update: A2aUpdate;
  /** The number of the update among those of its task. */
  readonly seq: number;
}

/** What a notification is sent with. */
export interface SendOptions {
  readonly sdk: A2aSdk;
  /** Names and addresses of hosts that may be inside the network of this server. */
  readonly allowedHosts: readonly string[];
  /** Cuts it off. */
  readonly signal: AbortSignal;
}

/** How long one may take. */
export const SEND_MS = 10_000;

/**
 * The id of a notification, in the header that https://www.standardwebhooks.com names: A2A has none. The same one may come twice, and has the
 * same id then; the number at its end counts the updates of the task.
 */
const ID_HEADER = 'webhook-id';

/** Sends a notification. Returns the status that it is answered with; throws when there is no answer. */
export function sendNotification(
  { config, version, taskId, update, seq }: Notification,
  { sdk, allowedHosts, signal }: SendOptions,
): Promise<number> {
  const serializer =
    version === '0.3'
      ? new sdk.compatServer.V03PushNotificationSerializer()
      : new sdk.server.V1PushNotificationSerializer();
  const { body, contentType } = serializer.serialize(sdk.types.StreamResponse.fromJSON(update));
  const headers = {
    'content-type': contentType,
    'a2a-version': version,
    [ID_HEADER]: `${taskId}.${seq}`,
    ...toSecretHeaders(config),
  };
  const limited = AbortSignal.any([signal, AbortSignal.timeout(SEND_MS)]);
  return postWebhook({ url: config.url, headers, body, signal: limited }, allowedHosts);
}

function toSecretHeaders({ token, authentication }: RequestedPush['config']): Record<string, string> {
  const headers: Record<string, string> = {};
  if (token) headers['x-a2a-notification-token'] = token;
  const { scheme, credentials } = authentication ?? {};
  if (scheme && credentials) headers.authorization = `${scheme} ${credentials}`;
  return headers;
}
