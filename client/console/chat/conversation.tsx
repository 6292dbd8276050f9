/** The open conversation: its messages, what it waits for, and where the next message is written. */
import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { AGUIContent } from '../../index.ts';
import { go, pathOf } from '../route.ts';
import { Loading } from '../ui/states.tsx';
import { Announcement } from './announcement.tsx';
import { ApprovalQuestion, type PendingApproval, PendingApprovals } from './approval.tsx';
import { Composer } from './composer.tsx';
import { ConversationEnd } from './conversation-end.tsx';
import { type Agent, Greeting } from './greeting.tsx';
import { Held } from './held.tsx';
import { ItemView } from './item-view.tsx';
import { takeDraft } from './open-thread.ts';
import type { Thread } from './thread.ts';
import type { ThreadView } from './thread-view.ts';
import { useHeldMessage, useNewestRun, usePending } from './use-conversation.ts';
import { useStickyScroll } from './use-sticky-scroll.ts';

/** A conversation. `isDraft`: the page has made its id, and the server knows nothing of it. */
export function Conversation({
  agent,
  thread,
  isDraft,
}: {
  readonly agent: Agent;
  readonly thread: Thread;
  readonly isDraft: boolean;
}) {
  const view = useSyncExternalStore(thread.subscribe, thread.view);
  const { scroller, content, isAway, jump } = useStickyScroll();
  const input = useRef<HTMLTextAreaElement>(null);
  const approvals = usePending(thread, isDraft);
  const isNew = useNewestRun(thread, view, isDraft);
  const send = (said: AGUIContent) => {
    if (isDraft) {
      takeDraft(agent.id);
      go(pathOf(['chat', agent.id, thread.id]));
    }
    thread.send(said);
    jump();
    input.current?.focus({ preventScroll: true });
  };
  const held = useHeldMessage(agent, view.status === 'idle', send);
  useEffect(() => input.current?.focus({ preventScroll: true }), []);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard. */}
      <section className="chat-scroll" ref={scroller} tabIndex={0} aria-label="Messages">
        <div className="chat-column" ref={content}>
          <Messages {...{ agent, thread, view, isNew: isDraft || isNew, approvals }} ask={held.ask} />
        </div>
      </section>
      <footer className="chat-foot">
        {isAway && (
          <button type="button" className="chat-jump" onClick={jump}>
            Jump to the latest
          </button>
        )}
        <Held held={held} isWaiting={approvals.length > 0 && view.status === 'idle'} />
        <Composer
          threadId={thread.id}
          input={input}
          isRunning={view.status !== 'idle'}
          isStopping={view.status === 'stopping'}
          isHeld={approvals.length > 0 || held.queued !== undefined}
          onSend={held.ask}
          onStop={() => void thread.stop()}
        />
      </footer>
      <Announcement thread={thread} view={view} isWaiting={approvals.length > 0} />
    </>
  );
}

/** What was said so far, or how to begin. */
function Messages({
  agent,
  thread,
  view,
  isNew,
  approvals,
  ask,
}: {
  readonly agent: Agent;
  readonly thread: Thread;
  readonly view: ThreadView;
  /** The server has nothing of it. */
  readonly isNew: boolean;
  readonly approvals: readonly PendingApproval[];
  readonly ask: (text: string) => void;
}) {
  const { keys, status, problem } = view;
  const isEmpty = keys.length === 0 && status === 'idle' && !problem;
  if (isEmpty && isNew) return <Greeting agent={agent} ask={ask} />;
  if (isEmpty || (keys.length === 0 && status === 'loading')) return <Loading />;
  return (
    <>
      <PendingApprovals value={approvals}>
        {keys.map((key) => (
          <ItemView key={key} itemKey={key} thread={thread} isRunning={status !== 'idle'} />
        ))}
      </PendingApprovals>
      {status === 'idle' && <Strays approvals={approvals} keys={keys} thread={thread} />}
      <ConversationEnd view={view} isSpeaking={isSpeaking(thread, keys)} retry={() => thread.retry()} />
    </>
  );
}

/** Whether the last that is shown is a text that is being said. */
function isSpeaking(thread: Thread, keys: readonly string[]): boolean {
  const last = thread.item(keys.at(-1) ?? '');
  return last?.kind === 'text' && last.isOpen;
}

/** Calls that wait and are on no card, such as those of an agent that was asked before the page was loaded. */
function Strays({
  approvals,
  keys,
  thread,
}: {
  readonly approvals: readonly PendingApproval[];
  readonly keys: readonly string[];
  readonly thread: Thread;
}) {
  const waiting = new Set(
    keys.flatMap((key) => {
      const item = thread.item(key);
      return item?.kind === 'call' && item.phase !== 'answered' ? item.id : [];
    }),
  );
  return approvals
    .filter(({ tool_call_id }) => !waiting.has(tool_call_id))
    .map((one) => <ApprovalQuestion key={one.id} approval={one} thread={thread} />);
}
