/** What people say, and what tools give, between the blocks of the protocol and the parts of a conversation. */

import { basename } from 'node:path/posix';
import type { ContentBlock, ToolCallContent } from '@agentclientprotocol/sdk';
import type { UserPart } from '../../store/messages.ts';

/** What a user says, for the model: what an editor adds from its files is named by its address. Empty texts are left out. */
export const toUserParts = (blocks: readonly ContentBlock[]): UserPart[] => blocks.flatMap(toUserPart);

function toUserPart(block: ContentBlock): UserPart[] {
  switch (block.type) {
    case 'text':
      return block.text === '' ? [] : [toText(block.text)];
    case 'image':
    case 'audio':
      return [{ type: 'file', mediaType: block.mimeType, data: block.data }];
    case 'resource_link':
      return [toText(describeLink(block))];
    case 'resource':
      return [toResource(block.resource)];
  }
}

const toText = (text: string): UserPart => ({ type: 'text', text });

type Link = Extract<ContentBlock, { type: 'resource_link' }>;
type Resource = Extract<ContentBlock, { type: 'resource' }>['resource'];

const describeLink = ({ title, name, uri, description }: Link): string =>
  `[${title || name}](${uri})${description ? `: ${description}` : ''}`;

function toResource(resource: Resource): UserPart {
  const { uri, mimeType } = resource;
  if ('text' in resource) return toText(`<resource uri=${JSON.stringify(uri)}>\n${resource.text}\n</resource>`);
  const filename = basename(URL.parse(uri)?.pathname ?? uri);
  return {
    type: 'file',
    mediaType: mimeType ?? 'application/octet-stream',
    data: resource.blob,
    ...(filename && { filename }),
  };
}

/** What a user said, or a file of an answer, as an editor is shown it. */
export function toBlock(part: ShownPart): ContentBlock {
  if (part.type === 'text') return { type: 'text', text: part.text };
  const { mediaType: mimeType, data, filename = mimeType } = part;
  if (/^https?:/i.test(data)) return { type: 'resource_link', uri: data, name: filename, mimeType };
  if (mimeType.startsWith('image/')) return { type: 'image', mimeType, data };
  if (mimeType.startsWith('audio/')) return { type: 'audio', mimeType, data };
  return { type: 'resource', resource: { uri: `attachment:${encodeURIComponent(filename)}`, mimeType, blob: data } };
}

type ShownPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'file'; readonly mediaType: string; readonly data: string; readonly filename?: string };

/** What a tool gave: for people as text, and where it is data for programs as that too. */
export function toResultFields(result: unknown): { content: ToolCallContent[]; rawOutput?: unknown } {
  const isText = typeof result === 'string';
  const text = isText ? result : (JSON.stringify(result, null, 2) ?? '');
  return {
    content: text === '' ? [] : [{ type: 'content', content: { type: 'text', text } }],
    ...(!isText && { rawOutput: result }),
  };
}
