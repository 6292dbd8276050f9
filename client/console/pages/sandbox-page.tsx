import { useQuery } from '@tanstack/react-query';
import { client } from '../api.ts';
import { go, pathOf, useRoute } from '../route.ts';
import { SandboxControls } from '../sandbox/controls.tsx';
import { Interpreters, Variables } from '../sandbox/interpreters.tsx';
import { Workbench } from '../sandbox/workbench.tsx';
import { Link } from '../ui/link.tsx';
import { Answer, Empty } from '../ui/states.tsx';

/** Runs Python where an agent does: `sandbox/{agent}`, the first agent where none is named. */
export function SandboxPage() {
  const [agentId] = useRoute().parts;
  const agents = useQuery({ queryKey: ['agents', 'list'], queryFn: () => client.agents.list.query() });
  return (
    <div className="pane">
      <h1>Sandbox</h1>
      <Answer of={agents}>
        {({ agents: found }) => {
          const agent = agentId === undefined ? found[0] : found.find(({ id }) => id === agentId);
          if (!agent) return <NoAgent agentId={agentId} />;
          return (
            <>
              <label className="row sandbox-agent">
                Agent
                <select value={agent.id} onChange={(event) => go(pathOf(['sandbox', event.target.value]))}>
                  {found.map(({ id, name }) => (
                    <option key={id} value={id}>
                      {name}
                    </option>
                  ))}
                </select>
              </label>
              <div className="sandbox">
                <Workbench key={agent.id} agentId={agent.id} />
                <aside aria-label="Sandbox" className="sandbox-side">
                  <SandboxControls agentId={agent.id} />
                  <Variables agentId={agent.id} />
                  <Interpreters agentId={agent.id} />
                </aside>
              </div>
            </>
          );
        }}
      </Answer>
    </div>
  );
}

function NoAgent({ agentId }: { readonly agentId: string | undefined }) {
  return (
    <Empty>
      {agentId === undefined
        ? 'Python runs in the sandbox of an agent, and there is no agent yet. '
        : `There is no agent ${agentId}. `}
      <Link href={agentId === undefined ? pathOf(['agents']) : pathOf(['sandbox'])}>
        {agentId === undefined ? 'Make one' : 'Choose another'}
      </Link>
    </Empty>
  );
}
