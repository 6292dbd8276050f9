import { useQuery } from '@tanstack/react-query';
import { client } from '../api.ts';
import { pathOf } from '../route.ts';
import { Link } from '../ui/link.tsx';
import { Answer, Empty } from '../ui/states.tsx';
import { Ago, countOf, dollarsOf, durationOf } from '../ui/text.tsx';

const NEWEST = 8;

/** The newest runs of an agent, and what all of them came to. */
export function AgentRuns({ agentId }: { readonly agentId: string }) {
  const runs = useQuery({
    queryKey: ['runs', 'of-agent', agentId],
    queryFn: () => client.runs.list.query({ agent_id: agentId, limit: NEWEST }),
  });
  return (
    <section className="agents-section">
      <h3>Runs</h3>
      <Cost agentId={agentId} />
      <Answer of={runs}>
        {({ runs: found }) =>
          found.length ? (
            <>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard. */}
              <section className="table" tabIndex={0} aria-label="Newest runs">
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Run</th>
                      <th scope="col">State</th>
                      <th scope="col" className="number">
                        Took
                      </th>
                      <th scope="col" className="number">
                        Tokens
                      </th>
                      <th scope="col" className="number">
                        Cost
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {found.map((run) => (
                      <tr key={run.id}>
                        <td>
                          <Link href={pathOf(['runs', run.id])}>
                            <Ago at={run.started_at} />
                          </Link>
                        </td>
                        <td>
                          <span className={`chip ${run.status}`}>{run.status}</span>
                        </td>
                        <td className="number">
                          {run.ended_at && durationOf(Date.parse(run.ended_at) - Date.parse(run.started_at))}
                        </td>
                        <td className="number">
                          {(run.usage.prompt_tokens + run.usage.completion_tokens).toLocaleString()}
                        </td>
                        <td className="number">{run.ended_at && dollarsOf(run.cost)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </section>
              <p>
                <Link href={pathOf(['runs'], { agent: agentId })}>All runs of this agent</Link>
              </p>
            </>
          ) : (
            <Empty>
              Nobody has asked it anything yet. <Link href={pathOf(['chat', agentId])}>Chat with it</Link>
            </Empty>
          )
        }
      </Answer>
    </section>
  );
}

function Cost({ agentId }: { readonly agentId: string }) {
  const usage = useQuery({
    queryKey: ['usage', 'of-agent', agentId],
    queryFn: () => client.usage.get.query({ group_by: 'agent', agent_id: agentId }),
  });
  return (
    <Answer of={usage} rows={1}>
      {({ total }) => (
        <p>
          {`${countOf(total.runs, 'run')} ended, ${countOf(total.usage.prompt_tokens, 'token')} in and ${total.usage.completion_tokens.toLocaleString()} out, cost ${dollarsOf(total.cost)}`}
          {total.unpriced_steps > 0 && ` without ${countOf(total.unpriced_steps, 'answer')} of unknown price`}
        </p>
      )}
    </Answer>
  );
}
