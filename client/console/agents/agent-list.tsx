import { go, pathOf, useRoute } from '../route.ts';
import { Icon } from '../ui/icon.tsx';
import { Link } from '../ui/link.tsx';
import { Answer, Empty } from '../ui/states.tsx';
import { countOf } from '../ui/text.tsx';
import { type Agent, idOf } from './agent-fields.ts';
import { useAgents } from './questions.ts';

// More are found by their names, not by reading.
const SHOWN = 200;

/** All agents, narrowed by what is searched for. */
export function AgentList({ selectedId }: { readonly selectedId: string | undefined }) {
  const { parts, query } = useRoute();
  const search = query.get('q') ?? '';
  const agents = useAgents();
  const setSearch = (q: string) =>
    go(pathOf(['agents', ...parts], { ...Object.fromEntries(query), q }), { replace: true });
  return (
    <section className="pane agents-list" aria-label="Agents">
      <header className="agents-head">
        <h1>Agents</h1>
        <Link className="button" href={pathOf(['agents', 'new'])}>
          <Icon name="plus" />
          New agent
        </Link>
      </header>
      <input
        type="search"
        className="agents-search"
        aria-label="Search agents"
        placeholder="Search by name, model, server or skill"
        value={search}
        onChange={({ target }) => setSearch(target.value)}
      />
      <Answer of={agents}>{(all) => <Found all={all} search={search} selectedId={selectedId} />}</Answer>
    </section>
  );
}

function Found({
  all,
  search,
  selectedId,
}: {
  readonly all: readonly Agent[];
  readonly search: string;
  readonly selectedId: string | undefined;
}) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = all.filter((agent) => words.every((word) => textOf(agent).includes(word)));
  if (!all.length) return <Empty>There is no agent yet. Create one, or start the server with --demo.</Empty>;
  if (!found.length) return <Empty>No agent matches “{search}”.</Empty>;
  return (
    <>
      <ul className="cards">
        {found.slice(0, SHOWN).map((agent) => (
          <li key={agent.id}>
            <Link
              href={pathOf(['agents', agent.id, 'overview'], { q: search })}
              aria-current={agent.id === selectedId ? 'page' : undefined}
            >
              <span className="agents-card">
                <strong>{agent.name}</strong>
                <small>{factsOf(agent)}</small>
              </span>
              <span className={`chip ${agent.status}`}>{agent.status}</span>
            </Link>
          </li>
        ))}
      </ul>
      {found.length > SHOWN && (
        <p className="soft">{`${countOf(found.length - SHOWN, 'more agent')}: search for them.`}</p>
      )}
    </>
  );
}

const factsOf = ({ id, name, model, selected_mcp_servers: servers, skills }: Agent) =>
  [
    ...(id === name ? [] : [id]),
    model,
    ...(servers.length ? [servers.map(idOf).join(', ')] : []),
    ...(skills.length ? [countOf(skills.length, 'skill')] : []),
  ].join(' · ');

const textOf = ({ id, name, description, model, selected_mcp_servers: servers, skills, status }: Agent) =>
  [id, name, description, model, status, ...servers.map(idOf), ...skills].join(' ').toLowerCase();
