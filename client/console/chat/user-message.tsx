import { useState } from 'react';
import type { AGUIContent, AGUIContentPart } from '../../index.ts';
import { Icon } from '../ui/icon.tsx';
import { Copy } from '../ui/text.tsx';
import { EditMessage } from './edit-message.tsx';
import { FileView, type ShownFile } from './file-view.tsx';
import type { UserItem } from './items.ts';

/** What a person said, with its files. */
export function UserMessage({
  item,
  rewrite,
}: {
  readonly item: UserItem;
  /** Absent while it cannot be said anew. */
  readonly rewrite: ((content: AGUIContent) => void) | undefined;
}) {
  const [isEdited, setEdited] = useState(false);
  const text = textOf(item.content);
  if (isEdited && rewrite) {
    const send = (written: string) => {
      setEdited(false);
      rewrite(withText(item.content, written));
    };
    return <EditMessage text={text} send={send} cancel={() => setEdited(false)} />;
  }
  return (
    <article className="chat-user" aria-label="You">
      <div className="chat-bubble">
        {filesOf(item.content).map((file, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: what was said does not change.
          <FileView key={index} file={file} />
        ))}
        {text && <p className="chat-plain">{text}</p>}
      </div>
      <p className="chat-tools">
        {text && <Copy text={text} label="Copy the message" />}
        {rewrite && (
          <button type="button" className="quiet" aria-label="Edit the message" onClick={() => setEdited(true)}>
            <Icon name="edit" />
          </button>
        )}
      </p>
    </article>
  );
}

/** The text of what was said. */
export const textOf = (content: AGUIContent): string =>
  typeof content === 'string' ? content : content.map((part) => (part.type === 'text' ? part.text : '')).join('');

/** The same with another text: its files stay. */
function withText(content: AGUIContent, text: string): AGUIContent {
  if (typeof content === 'string') return text;
  return [{ type: 'text', text }, ...content.filter(({ type }) => type !== 'text')];
}

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
