import type { AGUIContent, AGUIContentPart } from '../../index.ts';
import { Copy } from '../ui/text.tsx';
import { FileView, type ShownFile } from './file-view.tsx';
import type { UserItem } from './items.ts';

/** What a person said, with its files. */
export function UserMessage({ item }: { readonly item: UserItem }) {
  const text = textOf(item.content);
  return (
    <article className="chat-user" aria-label="You">
      <div className="chat-bubble">
        {filesOf(item.content).map((file, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: what was said does not change.
          <FileView key={index} file={file} />
        ))}
        {text && <p className="chat-plain">{text}</p>}
      </div>
      <p className="chat-tools">{text && <Copy text={text} label="Copy the message" />}</p>
    </article>
  );
}

/** The text of what was said. */
export const textOf = (content: AGUIContent): string =>
  typeof content === 'string' ? content : content.map((part) => (part.type === 'text' ? part.text : '')).join('');

const filesOf = (content: AGUIContent): ShownFile[] =>
  typeof content === 'string' ? [] : content.flatMap((part) => (part.type === 'text' ? [] : toFile(part)));

function toFile(part: Exclude<AGUIContentPart, { type: 'text' }> & { readonly metadata?: unknown }): ShownFile[] {
  const { source, metadata } = part;
  const name: unknown = Object(metadata).filename;
  const mediaType = source.mimeType ?? `${part.type}/*`;
  return [
    {
      mediaType,
      ...(source.type === 'data' ? { data: source.value } : { url: source.value }),
      ...(typeof name === 'string' && { name }),
    },
  ];
}
