import { memo, useSyncExternalStore } from 'react';
import { Copy, durationOf } from '../ui/text.tsx';
import { ActivityView } from './activity.tsx';
import type { TextItem } from './items.ts';
import { RichText } from './rich-text.tsx';
import type { Thread } from './thread.ts';
import { ToolCall } from './tool-call.tsx';
import { UserMessage } from './user-message.tsx';

/** One item of a conversation. It is drawn again only when it has changed itself. */
export const ItemView = memo(function ItemView({
  itemKey,
  thread,
  isRunning,
}: {
  readonly itemKey: string;
  readonly thread: Thread;
  /** Whether its answer goes on. */
  readonly isRunning: boolean;
}) {
  const item = useSyncExternalStore(thread.subscribe, () => thread.item(itemKey));
  switch (item?.kind) {
    case undefined:
      return null;
    case 'user':
      return (
        <UserMessage item={item} rewrite={isRunning ? undefined : (content) => void thread.rewrite(item, content)} />
      );
    case 'text':
      return <Said item={item} />;
    case 'reasoning':
      return <Reasoning item={item} />;
    case 'call':
      return (
        <ToolCall item={item} thread={thread} isRunning={isRunning}>
          {item.inner.map((key) => (
            <ItemView key={key} itemKey={key} thread={thread} isRunning={item.agent?.status === 'running'} />
          ))}
        </ToolCall>
      );
    case 'activity':
      return <ActivityView id={item.key} type={item.type} content={item.content} thread={thread} />;
  }
});

function Said({ item: { text, isOpen } }: { readonly item: TextItem }) {
  if (!text) return null;
  return (
    <article className="chat-said" aria-label="Agent" aria-busy={isOpen}>
      <RichText text={text} />
      {!isOpen && (
        <p className="chat-tools">
          <Copy text={text} label="Copy the answer" />
        </p>
      )}
    </article>
  );
}

function Reasoning({ item: { text, isOpen, startedAt, endedAt } }: { readonly item: TextItem }) {
  const took = startedAt !== undefined && endedAt !== undefined ? ` for ${durationOf(endedAt - startedAt)}` : '';
  return (
    <details className="chat-reasoning">
      <summary>{isOpen ? 'Thinking…' : `Thought${took}`}</summary>
      <p className="chat-plain">{text}</p>
    </details>
  );
}
