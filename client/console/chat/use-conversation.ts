/** What a conversation follows on the server beside its own events. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { AGUIContent } from '../../index.ts';
import { client } from '../api.ts';
import type { PendingApproval } from './approval.tsx';
import { type Agent, serverIdsOf } from './greeting.tsx';
import type { Thread } from './thread.ts';
import type { ThreadView } from './thread-view.ts';

/** What waits for a person in the conversation. */
export function usePending(thread: Thread, isDraft: boolean): readonly PendingApproval[] {
  const { data } = useQuery({
    queryKey: ['approvals', 'of', thread.id],
    queryFn: () => client.approvals.list.query({ conversation_id: thread.id, status: 'pending' }),
    enabled: !isDraft,
  });
  return data?.approvals ?? NONE;
}

const NONE: readonly PendingApproval[] = [];

/** Follows a run that this page has not read: one of before it was loaded, or one that was begun elsewhere. Answers whether it is known that there is none. */
export function useNewestRun(thread: Thread, view: ThreadView, isDraft: boolean): boolean {
  const { data, isFetched } = useQuery({
    queryKey: ['runs', 'newest', thread.id],
    queryFn: () => client.runs.list.query({ conversation_id: thread.id, limit: 1 }),
    enabled: !isDraft,
  });
  const newest = data?.runs[0];
  useEffect(() => {
    if (newest && view.status === 'idle') thread.follow(newest.given_id, { isLive: newest.status === 'running' });
  }, [thread, newest, view.status]);
  return isFetched && !newest;
}

/** A message that waits until the servers of the agent have started, whose tools it may be about. */
export function useHeldMessage(agent: Agent, isIdle: boolean, send: (content: AGUIContent) => void) {
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
