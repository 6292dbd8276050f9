/** Reads the messages of other agents as what a user says. */
import type { Message, Part } from '@a2a-js/sdk';
import type { UserPart } from '../../../store/messages.ts';
import { ActionReport, toUserText } from '../../../surfaces/user-actions.ts';
import type { A2aSdk } from '../sdk.ts';

/** The media types an agent takes, as its card lists them. */
export const INPUT_MODES = [
  'text/plain',
  'application/json',
  'image/*',
  'audio/*',
  'video/*',
  'application/pdf',
] as const;

const TAKEN_TYPE = /^(?:text|image|audio|video)\/|^application\/(?:pdf|json|[\w.+-]+\+json)(?:;|$)/i;

interface UserMessage {
  readonly parts: UserPart[];
  /** The surface of A2UI that the user did something on; undefined when the message reports no action. */
  readonly surfaceId: string | undefined;
}

/** Reads a message part by part. Throws the protocol's errors: a malformed message, or a media type that no agent takes. */
export function readUserMessage(message: Message, { types, errors }: A2aSdk): UserMessage {
  if (!message.messageId) throw new errors.RequestMalformedError('message.messageId is required');
  if (message.role !== types.Role.ROLE_USER) throw new errors.RequestMalformedError('message.role must be ROLE_USER');
  if (!message.parts.length) throw new errors.RequestMalformedError('message.parts must not be empty');
  const actions = message.parts.map(({ content }) =>
    content?.$case === 'data' ? readAction(content.value) : undefined,
  );
  const parts = message.parts.map((part, index): UserPart => {
    const action = actions[index];
    return action ? { type: 'text', text: toUserText({ action }) } : toUserPart(part, index, errors);
  });
  return { parts, surfaceId: actions.find((action) => action !== undefined)?.surfaceId };
}

/** The action on a surface that a data part reports; undefined when it holds something else. */
function readAction(data: unknown) {
  const { success, data: report } = ActionReport.safeParse(Array.isArray(data) ? data[0] : data);
  return success ? report.action : undefined;
}

function toUserPart({ content, mediaType, filename }: Part, index: number, errors: A2aSdk['errors']): UserPart {
  if (!content) throw new errors.RequestMalformedError(`message.parts[${index}] has none of text, raw, url and data`);
  if (mediaType && !TAKEN_TYPE.test(mediaType)) {
    throw new errors.ContentTypeNotSupportedError(
      `message.parts[${index}] is ${mediaType.slice(0, 100)}; taken are ${INPUT_MODES.join(', ')}`,
    );
  }
  const file = {
    type: 'file' as const,
    mediaType: mediaType || 'application/octet-stream',
    ...(filename && { filename }),
  };
  switch (content.$case) {
    case 'text':
      return { type: 'text', text: content.value };
    case 'data':
      return { type: 'text', text: JSON.stringify(content.value) ?? 'null' };
    case 'raw':
      return { ...file, data: Buffer.from(content.value).toString('base64') };
    case 'url':
      return { ...file, data: content.value };
  }
}
