import { useMutation } from '@tanstack/react-query';
import { client, queries } from '../api.ts';
import { pathOf } from '../route.ts';
import { Icon } from '../ui/icon.tsx';
import { Link } from '../ui/link.tsx';
import { Answer, Failure } from '../ui/states.tsx';
import { type Agent, idOf, type ServerSelection } from './agent-fields.ts';
import { useServers } from './questions.ts';
import { dotOf, findServer, type McpServer } from './server-choice.ts';

/** The MCP servers of an agent with their states, and what starts and stops them. */
export function AgentServers({ agent }: { readonly agent: Agent }) {
  const servers = useServers();
  if (!agent.selected_mcp_servers.length) return null;
  return (
    <section className="agents-section">
      <h3>MCP servers</h3>
      <Answer of={servers}>
        {(all) => (
          <ul className="agents-plain">
            {agent.selected_mcp_servers.map((selection) => (
              <li className="agents-server" key={JSON.stringify(selection)}>
                <Server selection={selection} server={findServer(all, selection)} />
              </li>
            ))}
          </ul>
        )}
      </Answer>
      <StartStop agentId={agent.id} />
    </section>
  );
}

function Server({
  selection,
  server,
}: {
  readonly selection: ServerSelection;
  readonly server: McpServer | undefined;
}) {
  if (!server) {
    return (
      <>
        <span className="dot failed" aria-hidden="true" />
        {idOf(selection)}
        <small>there is no such server any more</small>
      </>
    );
  }
  return (
    <>
      <span className={`dot ${dotOf(server)}`} aria-hidden="true" />
      <Link href={pathOf(['servers', server.id])}>{server.name}</Link>
      <small>{server.error ? `${server.status}: ${server.error}` : server.status}</small>
    </>
  );
}

function StartStop({ agentId }: { readonly agentId: string }) {
  const change = useMutation({
    mutationFn: (action: 'start' | 'stop') => client.agentMcpServers[action].mutate({ agent_id: agentId }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['servers'] }),
  });
  return (
    <>
      <p className="actions agents-start">
        <button type="button" disabled={change.isPending} onClick={() => change.mutate('start')}>
          <Icon name="play" />
          Start its servers
        </button>
        <button type="button" disabled={change.isPending} onClick={() => change.mutate('stop')}>
          <Icon name="stop" />
          Stop its servers
        </button>
      </p>
      <p role="status" className="soft">
        {change.isPending ? 'Wait for the servers…' : change.data?.message}
      </p>
      {change.data?.failed_servers.map(({ server_id, error }) => (
        <p className="agents-refused" key={server_id}>
          <Link href={pathOf(['servers', server_id])}>{server_id}</Link>: {error}
        </p>
      ))}
      {change.isError && <Failure cause={change.error} />}
    </>
  );
}
