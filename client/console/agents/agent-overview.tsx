import type { ReactNode } from 'react';
import { pathOf } from '../route.ts';
import { Link } from '../ui/link.tsx';
import { Ago, Code } from '../ui/text.tsx';
import type { Agent } from './agent-fields.ts';
import { AgentRuns } from './agent-runs.tsx';
import { AgentServers } from './agent-servers.tsx';

/** What an agent is, what it uses, and what it did. */
export function AgentOverview({ agent }: { readonly agent: Agent }) {
  return (
    <>
      {agent.description && <p>{agent.description}</p>}
      <Facts agent={agent} />
      {agent.system_prompt && (
        <section className="agents-section agents-prose">
          <h3>System prompt</h3>
          <Code text={agent.system_prompt} label="System prompt" />
        </section>
      )}
      {agent.output_schema && (
        <section className="agents-section">
          <h3>Output schema</h3>
          <Code text={JSON.stringify(agent.output_schema, null, 2)} label="Output schema" />
        </section>
      )}
      <AgentServers agent={agent} />
      <AgentRuns agentId={agent.id} />
    </>
  );
}

function Facts({ agent }: { readonly agent: Agent }) {
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['Id', <code key="id">{agent.id}</code>],
    ['Model', agent.model],
    [
      'State',
      <span className={`chip ${agent.status}`} key="state">
        {agent.status}
      </span>,
    ],
    ['Skills', agent.skills.join(', ') || 'none'],
    ['Tools that ask first', agent.approvals.tools.join(', ') || 'none'],
    ['Codemode', agent.codemode ? 'on' : 'off'],
    ['Agents it may ask', <AskedAgents key="agents" ids={agent.agents} />],
    ['Most steps of a run', agent.max_steps],
    ['Temperature', agent.temperature ?? 'the default of the model'],
    ['Offered to MCP clients', agent.offer_as_tool ? 'yes' : 'no'],
    ['Durable runs', agent.durable ? 'yes' : 'no'],
    ['Created', <Ago key="created" at={agent.created_at} />],
    ['Changed', <Ago key="changed" at={agent.updated_at} />],
  ];
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name} className="agents-fact">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function AskedAgents({ ids }: { readonly ids: readonly string[] }) {
  if (!ids.length) return 'none';
  return ids.map((id, index) => (
    <span key={id}>
      {index > 0 && ', '}
      <Link href={pathOf(['agents', id, 'overview'])}>{id}</Link>
    </span>
  ));
}
