/** The open conversation: its messages, what it waits for, and where the next message is written. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { AGUIContent } from '../../index.ts';
import { client } from '../api.ts';
import { go, pathOf } from '../route.ts';
import { Icon } from '../ui/icon.tsx';
import { Loading } from '../ui/states.tsx';
import { ApprovalQuestion, type PendingApproval, PendingApprovals } from './approval.tsx';
import { Composer } from './composer.tsx';
import { type Agent, Greeting, serverIdsOf } from './greeting.tsx';
import { ItemView } from './item-view.tsx';
import { takeDraft } from './open-thread.ts';
import type { Thread, ThreadView } from './thread.ts';
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
  const isKnown = useNewestRun(thread, view, isDraft);
  const send = (said: AGUIContent) => {
    if (isDraft) {
      takeDraft(agent.id);
      go(pathOf(['chat', agent.id, thread.id]));
    }
    thread.send(said);
    jump();
  };
  const { queued, starting, ask, sendNow, drop } = useHeldMessage(agent, view.status === 'idle', send);
  useEffect(() => input.current?.focus({ preventScroll: true }), []);
  const isEmpty = view.keys.length === 0 && view.status === 'idle';
  const isRunning = view.status !== 'idle';
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard. */}
      <section className="chat-scroll" ref={scroller} tabIndex={0} aria-label="Messages">
        <div className="chat-column" ref={content}>
          {isEmpty && (isDraft || isKnown) && <Greeting agent={agent} ask={ask} />}
          {(view.status === 'loading' || (isEmpty && !isDraft && !isKnown)) && <Loading />}
          <PendingApprovals value={approvals}>
            {view.keys.map((key) => (
              <ItemView key={key} itemKey={key} thread={thread} isRunning={isRunning} />
            ))}
          </PendingApprovals>
          <Strays approvals={approvals} thread={thread} view={view} />
          <End view={view} retry={() => thread.retry()} />
        </div>
      </section>
      <footer className="chat-foot">
        {isAway && (
          <button type="button" className="chat-jump" onClick={jump}>
            Jump to the latest
          </button>
        )}
        {queued !== undefined && (
          <p className="chat-hint">
            <span role="status">Sent as soon as {starting.join(', ')} has started.</span>
            <button type="button" onClick={sendNow}>
              Send now
            </button>
            <button type="button" onClick={drop}>
              Cancel
            </button>
          </p>
        )}
        {queued === undefined && starting.length > 0 && <p className="chat-hint">starting {starting.join(', ')}…</p>}
        {approvals.length > 0 && !isRunning && (
          <p className="chat-hint">Answer what waits above, then the conversation goes on.</p>
        )}
        <Composer
          key={thread.id}
          threadId={thread.id}
          input={input}
          isRunning={isRunning}
          isStopping={view.status === 'stopping'}
          isHeld={approvals.length > 0 || queued !== undefined}
          onSend={ask}
          onStop={() => void thread.stop()}
        />
      </footer>
      <Announcement thread={thread} view={view} approvals={approvals} />
    </>
  );
}

/** Below the last message: that something is awaited, or why nothing more comes. */
function End({ view, retry }: { readonly view: ThreadView; readonly retry: () => void }) {
  const { problem, status, note, missingServers } = view;
  if (problem) {
    return (
      <div className="failure" role="alert">
        <p>{problem.detail}</p>
        <p className="failure-foot">
          <code>{problem.code}</code>
          <button type="button" onClick={retry}>
            <Icon name="reload" /> Try again
          </button>
        </p>
      </div>
    );
  }
  if (status !== 'idle' && status !== 'loading') {
    return <p className="chat-working soft">{status === 'stopping' ? 'stopping…' : note || 'working…'}</p>;
  }
  if (missingServers.length) {
    return <p className="chat-hint">Answered without the tools of {missingServers.join(', ')}.</p>;
  }
  return null;
}

/** Calls that wait and are on no card, such as those of an agent that was asked before the page was loaded. */
function Strays({
  approvals,
  thread,
  view,
}: {
  readonly approvals: readonly PendingApproval[];
  readonly thread: Thread;
  readonly view: ThreadView;
}) {
  if (view.status !== 'idle') return null;
  const shown = new Set(view.keys.map((key) => key.split(' ').at(-1)));
  return approvals
    .filter(({ tool_call_id }) => !shown.has(tool_call_id))
    .map((one) => <ApprovalQuestion key={one.id} approval={one} thread={thread} />);
}

/** Tells those who hear the page that an answer is there, once it is whole. */
function Announcement({
  thread,
  view,
  approvals,
}: {
  readonly thread: Thread;
  readonly view: ThreadView;
  readonly approvals: readonly PendingApproval[];
}) {
  const last = view.keys.map((key) => thread.item(key)).findLast((item) => item?.kind === 'text');
  const isTold = view.status === 'idle' && view.answers > 0;
  const text = last?.kind === 'text' ? last.text.slice(0, 1000) : '';
  const said = approvals.length ? 'The agent waits for your approval.' : `The agent says: ${text}`;
  return (
    <p className="visually-hidden" role="status">
      {isTold && (text || approvals.length) ? said : ''}
    </p>
  );
}

/** What waits for a person in the conversation. */
function usePending(thread: Thread, isDraft: boolean): readonly PendingApproval[] {
  const { data } = useQuery({
    queryKey: ['approvals', 'of', thread.id],
    queryFn: () => client.approvals.list.query({ conversation_id: thread.id, status: 'pending' }),
    enabled: !isDraft,
  });
  return data?.approvals ?? NONE;
}
const NONE: readonly PendingApproval[] = [];

/** Follows a run that this page has not read: one of before it was loaded, or one that was begun elsewhere. Whether it is known if there is one. */
function useNewestRun(thread: Thread, view: ThreadView, isDraft: boolean): boolean {
  const { data, isFetched } = useQuery({
    queryKey: ['runs', 'newest', thread.id],
    queryFn: () => client.runs.list.query({ conversation_id: thread.id, limit: 1 }),
    enabled: !isDraft,
  });
  const runId = data?.runs[0]?.given_id;
  useEffect(() => {
    if (runId !== undefined && view.status === 'idle') thread.follow(runId);
  }, [thread, runId, view.status]);
  return isFetched && runId === undefined;
}

/** A message that waits until the servers of the agent have started, whose tools it may be about. */
function useHeldMessage(agent: Agent, isIdle: boolean, send: (content: AGUIContent) => void) {
  const [queued, setQueued] = useState<AGUIContent>();
  const ids = serverIdsOf(agent);
  const { data } = useQuery({
    queryKey: ['servers', 'available'],
    queryFn: () => client.mcpServers.listAvailable.query(),
    enabled: ids.length > 0,
  });
  const starting = [
    ...new Set((data ?? []).filter(({ id, status }) => status === 'starting' && ids.includes(id)).map(({ id }) => id)),
  ];
  const sendNow = () => {
    setQueued(undefined);
    if (queued !== undefined) send(queued);
  };
  const isReady = queued !== undefined && !starting.length && isIdle;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is sent once, when it may be.
  useEffect(() => {
    if (isReady) sendNow();
  }, [isReady]);
  return {
    queued,
    starting,
    sendNow,
    drop: () => setQueued(undefined),
    ask: (content: AGUIContent) => (starting.length ? setQueued(content) : send(content)),
  };
}
