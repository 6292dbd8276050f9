import { useQuery } from '@tanstack/react-query';
import { client, queries } from './api.ts';
import { go, pathOf, useRoute } from './route.ts';
import { DeleteButton } from './ui/confirm.tsx';
import { Icon } from './ui/icon.tsx';
import { Link } from './ui/link.tsx';
import { Answer, Empty } from './ui/states.tsx';
import { Ago } from './ui/text.tsx';

const SHOWN = 50;

/** The newest conversations, each led to in the chat of its agent. */
export function ConversationList() {
  const { page, parts } = useRoute();
  const [agentId, threadId] = page === 'chat' ? parts : [];
  const conversations = useQuery({
    queryKey: ['conversations', 'newest'],
    queryFn: () => client.conversations.list.query({ limit: SHOWN }),
  });
  return (
    <section className="conversations" aria-label="Conversations">
      <header className="head">
        <h2>Conversations</h2>
        <Link className="quiet" href={pathOf(['chat', ...(agentId ? [agentId] : [])])} aria-label="New conversation">
          <Icon name="plus" />
        </Link>
      </header>
      <Answer of={conversations}>
        {({ conversations: found }) =>
          found.length ? (
            <ul className="list">
              {found.map((one) => (
                <li key={`${one.agent_id} ${one.id}`}>
                  <Link
                    href={pathOf(['chat', one.agent_id, one.id])}
                    aria-current={one.id === threadId && one.agent_id === agentId ? 'page' : undefined}
                  >
                    <span>{one.title || 'Without a title'}</span>
                    <small>
                      <Ago at={one.updated_at} />
                    </small>
                  </Link>
                  <DeleteButton
                    what={`the conversation "${one.title || one.id}"`}
                    act={() => client.conversations.delete.mutate({ conversation_id: one.id })}
                    onDone={() => {
                      void queries.invalidateQueries({ queryKey: ['conversations'] });
                      if (one.id === threadId) go(pathOf(['chat', one.agent_id]));
                    }}
                  />
                </li>
              ))}
            </ul>
          ) : (
            <Empty>What you say to an agent is kept here.</Empty>
          )
        }
      </Answer>
    </section>
  );
}
