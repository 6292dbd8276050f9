import { useQuery } from '@tanstack/react-query';
import { client } from '../api.ts';
import { pathOf } from '../route.ts';
import { Icon } from '../ui/icon.tsx';
import { Link } from '../ui/link.tsx';
import { Answer, Empty } from '../ui/states.tsx';
import { Ago } from '../ui/text.tsx';

const STYLES: Readonly<Record<string, string>> = { ready: 'ready', busy: 'running', starting: 'waiting' };

/** Which agents have an interpreter now. */
export function Interpreters({ agentId }: { readonly agentId: string }) {
  const interpreters = useQuery({
    queryKey: ['sandbox', 'interpreters'],
    queryFn: () => client.sandbox.interpreters.query(),
  });
  return (
    <section aria-labelledby="sandbox-interpreters">
      <h2 id="sandbox-interpreters">Interpreters</h2>
      <Answer of={interpreters} rows={2}>
        {({ interpreters: found }) =>
          found.length ? (
            <ul className="sandbox-list">
              {found.map(({ agent_id: id, key, status, variant, last_used_at: usedAt, replica }) => (
                <li key={`${id} ${key} ${replica}`}>
                  <Link href={pathOf(['sandbox', id])} aria-current={id === agentId ? 'page' : undefined}>
                    {id}
                  </Link>
                  <span className={`chip ${STYLES[status] ?? ''}`}>{status}</span>
                  <small>
                    {variant}
                    {key !== null && `, key ${key}`}
                    {replica !== undefined && `, process ${replica}`}
                    {usedAt !== null && (
                      <>
                        , used <Ago at={usedAt} />
                      </>
                    )}
                  </small>
                </li>
              ))}
            </ul>
          ) : (
            <Empty>An agent that runs code has an interpreter for a while; it is shown here then.</Empty>
          )
        }
      </Answer>
    </section>
  );
}

/** What the code of an agent has kept. */
export function Variables({ agentId }: { readonly agentId: string }) {
  const variables = useQuery({
    queryKey: ['sandbox', 'variables', agentId],
    queryFn: () => client.sandbox.variables.query({ agent_id: agentId }),
  });
  return (
    <section aria-labelledby="sandbox-variables">
      <header className="row">
        <h2 id="sandbox-variables">Variables</h2>
        <button
          type="button"
          className="quiet"
          aria-label="Read the variables again"
          onClick={() => void variables.refetch()}
        >
          <Icon name="reload" />
        </button>
      </header>
      <Answer of={variables} rows={3}>
        {({ status, variables: found, more_variables: more }) => (
          <>
            {found.length === 0 && (
              <Empty>
                {status === 'busy'
                  ? 'Code runs; its variables are shown when it is done.'
                  : 'What code assigns is shown here.'}
              </Empty>
            )}
            {found.length > 0 && (
              <ul className="sandbox-list">
                {found.map(({ name, type, repr, size }) => (
                  <li key={name}>
                    <code className="sandbox-variable">{name}</code>
                    <small>
                      {type}
                      {size !== null && `, ${size.toLocaleString()}`}
                    </small>
                    <code className="sandbox-repr">{repr}</code>
                  </li>
                ))}
              </ul>
            )}
            {more > 0 && <p className="soft">And {more.toLocaleString()} older ones.</p>}
          </>
        )}
      </Answer>
    </section>
  );
}
