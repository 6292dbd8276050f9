import { client, queries } from '../api.ts';
import { go, pathOf, useRoute } from '../route.ts';
import { DeleteButton } from '../ui/confirm.tsx';
import { Icon } from '../ui/icon.tsx';
import { Link } from '../ui/link.tsx';
import { Answer } from '../ui/states.tsx';
import { type Agent, fieldsOf } from './agent-fields.ts';
import { AgentForm } from './agent-form.tsx';
import { AgentOverview } from './agent-overview.tsx';
import { CallFrom } from './call-from.tsx';
import { useAgent } from './questions.ts';

const TABS = [
  ['overview', 'Overview'],
  ['edit', 'Edit'],
  ['call', 'Call it from'],
] as const;

/** One agent, on the tab that is in the address. */
export function AgentDetail({ id, tab }: { readonly id: string; readonly tab: string | undefined }) {
  return <Answer of={useAgent(id)}>{(agent) => <Detail agent={agent} tab={tab ?? 'overview'} />}</Answer>;
}

function Detail({ agent, tab }: { readonly agent: Agent; readonly tab: string }) {
  const q = useRoute().query.get('q') ?? '';
  return (
    <>
      <header className="agents-head">
        <h2>{agent.name}</h2>
        <div className="row">
          <Link className="button primary" href={pathOf(['chat', agent.id])}>
            <Icon name="chat" />
            Chat
          </Link>
          <Link className="button" href={pathOf(['agents', 'new'], { from: agent.id })}>
            <Icon name="copy" />
            Duplicate
          </Link>
          <DeleteButton
            what={`the agent "${agent.name}"`}
            act={() => client.agents.delete.mutate({ agent_id: agent.id })}
            onDone={() => {
              go(pathOf(['agents']), { replace: true });
              // What is not there any more is not asked for again.
              queries.removeQueries({ queryKey: ['agents', 'one', agent.id] });
              void queries.invalidateQueries({ queryKey: ['agents', 'list'] });
            }}
          />
        </div>
      </header>
      <nav className="agents-tabs" aria-label={`Parts of ${agent.name}`}>
        {TABS.map(([name, title]) => (
          <Link
            key={name}
            href={pathOf(['agents', agent.id, name], { q })}
            aria-current={name === tab ? 'page' : undefined}
          >
            {title}
          </Link>
        ))}
      </nav>
      {tab === 'edit' ? (
        <AgentForm key={agent.id} initial={fieldsOf(agent)} agent={agent} />
      ) : tab === 'call' ? (
        <CallFrom agentId={agent.id} />
      ) : (
        <AgentOverview agent={agent} />
      )}
    </>
  );
}
