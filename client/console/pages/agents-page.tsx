import { AgentDetail } from '../agents/agent-detail.tsx';
import { AgentList } from '../agents/agent-list.tsx';
import { NewAgent } from '../agents/new-agent.tsx';
import { pathOf, useRoute } from '../route.ts';
import { Link } from '../ui/link.tsx';

/** The agents: a list, and beside it the one that is selected, or a new one. */
export function AgentsPage() {
  const { parts, query } = useRoute();
  const [id, tab] = parts;
  // An agent may be called `new`: its address has a tab.
  const isNew = id === 'new' && tab === undefined;
  return (
    <div className="agents" data-selected={id !== undefined}>
      <AgentList selectedId={isNew ? undefined : id} />
      {id !== undefined && (
        <section className="pane detail" aria-label={isNew ? 'New agent' : id}>
          <Link className="agents-back" href={pathOf(['agents'], { q: query.get('q') ?? '' })}>
            All agents
          </Link>
          {isNew ? <NewAgent /> : <AgentDetail id={id} tab={tab} />}
        </section>
      )}
    </div>
  );
}
