import { useQuery } from '@tanstack/react-query';
import { useState, useSyncExternalStore } from 'react';
import { client } from '../api.ts';
import { Conversation } from '../chat/conversation.tsx';
import type { Agent } from '../chat/greeting.tsx';
import { draftIdOf, openThread } from '../chat/open-thread.ts';
import { SurfaceChoice } from '../chat/surface-choice.tsx';
import type { Thread } from '../chat/thread.ts';
import { go, pathOf, useRoute } from '../route.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Link } from '../ui/link.tsx';
import { Answer, Empty } from '../ui/states.tsx';
import { Code } from '../ui/text.tsx';

/** Talks with an agent: `chat/{agent}/{conversation}`, the first agent where none is named. */
export function ChatPage() {
  const { parts } = useRoute();
  const [agentId, threadId] = parts;
  const agents = useQuery({ queryKey: ['agents', 'list'], queryFn: () => client.agents.list.query() });
  return (
    <Answer of={agents}>
      {({ agents: found }) => {
        const agent = agentId === undefined ? found[0] : found.find(({ id }) => id === agentId);
        if (agent) return <Chat agent={agent} agents={found} threadId={threadId} />;
        return <NoAgent agentId={agentId} />;
      }}
    </Answer>
  );
}

function Chat({
  agent,
  agents,
  threadId,
}: {
  readonly agent: Agent;
  readonly agents: readonly Agent[];
  readonly threadId: string | undefined;
}) {
  const id = threadId ?? draftIdOf(agent.id);
  const thread = openThread(agent.id, id);
  return (
    <div className="chat">
      <header className="chat-head">
        <h1 className="visually-hidden">Chat with {agent.name}</h1>
        <label>
          <span className="visually-hidden">Agent</span>
          <select value={agent.id} onChange={(event) => go(pathOf(['chat', event.target.value]))}>
            {agents.map(({ id: value, name }) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <small className="chat-model">{agent.model}</small>
        <SurfaceChoice />
        <SharedState thread={thread} />
      </header>
      <Conversation key={`${agent.id} ${id}`} agent={agent} thread={thread} isDraft={threadId === undefined} />
    </div>
  );
}

/** Shows the state that page and agent share, when there is any. */
function SharedState({ thread }: { readonly thread: Thread }) {
  const { state } = useSyncExternalStore(thread.subscribe, thread.view);
  const [isOpen, setOpen] = useState(false);
  if (state === undefined) return null;
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        State
      </button>
      {isOpen && (
        <Dialog title="State shared with the agent" onClose={() => setOpen(false)}>
          <Code text={JSON.stringify(state, null, 2)} label="state" />
        </Dialog>
      )}
    </>
  );
}

function NoAgent({ agentId }: { readonly agentId: string | undefined }) {
  return (
    <div className="pane">
      <Empty>
        <h1>{agentId === undefined ? 'There is no agent yet' : `There is no agent ${agentId}`}</h1>
        <p>
          <Link href={agentId === undefined ? pathOf(['agents']) : pathOf(['chat'])}>
            {agentId === undefined ? 'Make one' : 'Talk with another'}
          </Link>
        </p>
      </Empty>
    </div>
  );
}
