import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import type { Outputs } from '../index.ts';
import { client, queries } from './api.ts';
import { go, pathOf, useRoute } from './route.ts';
import { DeleteButton } from './ui/confirm.tsx';
import { Icon } from './ui/icon.tsx';
import { Link } from './ui/link.tsx';
import { Answer, Empty } from './ui/states.tsx';
import { Ago } from './ui/text.tsx';

type Conversation = Outputs['conversations']['list']['conversations'][number];

const PAGE = 50;

/** The newest conversations, or those in which something was said, each led to in the chat of its agent. */
export function ConversationList() {
  const { page, parts } = useRoute();
  const [agentId] = page === 'chat' ? parts : [];
  const [wanted, setWanted] = useState('');
  const query = useDeferredValue(wanted.trim());
  const conversations = useInfiniteQuery({
    queryKey: ['conversations', query],
    // A search that is typed over is not looked for any more.
    queryFn: ({ pageParam: cursor, signal }) =>
      client.conversations.list.query({ limit: PAGE, ...(query && { query }), ...(cursor && { cursor }) }, { signal }),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });
  return (
    <section className="conversations" aria-label="Conversations">
      <header className="head">
        <h2>Conversations</h2>
        <Link className="quiet" href={pathOf(['chat', ...(agentId ? [agentId] : [])])} aria-label="New conversation">
          <Icon name="plus" />
        </Link>
      </header>
      <input
        type="search"
        className="conversation-search"
        placeholder="Search"
        aria-label="Search conversations"
        maxLength={200}
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
      <Answer of={conversations}>
        {({ pages }) => {
          const found = pages.flatMap((one) => one.conversations);
          if (!found.length && !conversations.hasNextPage) {
            return <Empty>{query ? 'Nothing was said about that.' : 'What you say to an agent is kept here.'}</Empty>;
          }
          return (
            <ul className="list">
              {found.map((one) => (
                <Entry key={`${one.agent_id} ${one.id}`} conversation={one} />
              ))}
              {conversations.hasNextPage && (
                <li>
                  <button
                    type="button"
                    className="quiet more"
                    disabled={conversations.isFetchingNextPage}
                    onClick={() => void conversations.fetchNextPage()}
                  >
                    More
                  </button>
                </li>
              )}
            </ul>
          );
        }}
      </Answer>
    </section>
  );
}

function Entry({ conversation: { id, agent_id, title, updated_at } }: { readonly conversation: Conversation }) {
  const { page, parts } = useRoute();
  const [, example] = /^example:(.+)$/.exec(agent_id) ?? [];
  const isCurrent = page === 'chat' && parts[0] === agent_id && parts[1] === id;
  return (
    <li>
      <Link
        href={example ? pathOf(['examples', example]) : pathOf(['chat', agent_id, id])}
        aria-current={isCurrent ? 'page' : undefined}
      >
        <span>{title || 'Without a title'}</span>
        <small>
          <Ago at={updated_at} />
        </small>
      </Link>
      <DeleteButton
        what={`the conversation "${title || id}"`}
        act={() => client.conversations.delete.mutate({ conversation_id: id })}
        onDone={() => {
          void queries.invalidateQueries({ queryKey: ['conversations'] });
          if (isCurrent) go(pathOf(['chat', agent_id]));
        }}
      />
    </li>
  );
}
