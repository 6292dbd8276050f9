import { Link } from '../ui/link.tsx';
import { countOf } from '../ui/text.tsx';
import { lackedBy, pathTo, type Selection, type Server } from './selection.ts';
import { ServerActions } from './server-actions.tsx';
import { ServerLog } from './server-log.tsx';
import { ServerState } from './server-state.tsx';
import { ToolList } from './tool-list.tsx';

const ORIGIN_WORDS = { config: 'the config file', custom: 'added here', catalog: 'the catalog' };

/** One server: what it is, why it does not run, its tools and its log. */
export function ServerDetail({
  server,
  now,
  all,
}: {
  readonly server: Server;
  readonly now: Selection;
  readonly all: readonly Server[];
}) {
  const { id, name, description, error, tools } = server;
  const lacked = lackedBy(server);
  const viewLink = (view: Selection['view'], words: string) => (
    <Link href={pathTo(now, { view })} aria-current={now.view === view ? 'page' : undefined}>
      {words}
    </Link>
  );
  return (
    <div className="stack">
      <header className="servers-head">
        <h2>{name}</h2>
        <ServerState server={server} />
      </header>
      {description && <p className="servers-text">{description}</p>}
      <ServerActions server={server} now={now} />
      {error && (
        <div className="failure" role="alert">
          <p className="servers-text">{error}</p>
        </div>
      )}
      {lacked.length > 0 && (
        <p className="servers-warn">
          It does not start without {lacked.length === 1 ? 'the variable' : 'the variables'} {lacked.join(', ')}.
        </p>
      )}
      <Facts server={server} all={all} now={now} />
      <Problems server={server} />
      <nav className="servers-tabs" aria-label="Views of the server">
        {viewLink('tools', server.isRunning ? countOf(tools.length, 'tool') : 'Tools')}
        {viewLink('log', 'Log')}
      </nav>
      {now.view === 'tools' ? (
        <ToolList server={server} now={now} />
      ) : (
        <ServerLog key={`${server.origin} ${id}`} server={server} />
      )}
    </div>
  );
}

function Facts({
  server,
  all,
  now,
}: {
  readonly server: Server;
  readonly all: readonly Server[];
  readonly now: Selection;
}) {
  const { id, origin, transport, command, args = [], url, envVars, requiredEnvVars, enabled } = server;
  const twins = all.filter((one) => one.id === id && one !== server);
  const variables = [...new Set([...requiredEnvVars, ...envVars])];
  return (
    <dl className="facts">
      <dt>Id</dt>
      <dd>
        <code>{id}</code>
      </dd>
      <dt>From</dt>
      <dd>{ORIGIN_WORDS[origin]}</dd>
      <dt>Transport</dt>
      <dd>{transport}</dd>
      <dt>{command ? 'Command' : 'Address'}</dt>
      <dd>
        <code>{command ? [command, ...args].join(' ') : url}</code>
      </dd>
      {variables.length > 0 && (
        <>
          <dt>{command ? 'Variables' : 'Variables, headers'}</dt>
          <dd>
            {variables.map((variable) => (
              <span key={variable} className="servers-variable">
                <code>{variable}</code>
                {requiredEnvVars.includes(variable) && <small> needed</small>}
              </span>
            ))}
          </dd>
        </>
      )}
      {origin !== 'catalog' && (
        <>
          <dt>Starts by itself</dt>
          <dd>{enabled ? 'yes' : 'no, it is disabled'}</dd>
        </>
      )}
      {twins.map((twin) => (
        <Twin key={twin.origin} twin={twin} now={now} />
      ))}
    </dl>
  );
}

/** Another server of the same id. */
function Twin({ twin, now }: { readonly twin: Server; readonly now: Selection }) {
  return (
    <>
      <dt>Same id</dt>
      <dd>
        <Link href={pathTo(now, { tool: undefined, origin: twin.origin })}>
          {twin.name}, from {ORIGIN_WORDS[twin.origin]}
        </Link>
      </dd>
    </>
  );
}

function Problems({ server: { problems } }: { readonly server: Server }) {
  if (!problems.length) return null;
  return (
    <details className="servers-problems" open>
      <summary>{countOf(problems.length, 'problem')} of its tools</summary>
      <ul>
        {problems.map(({ tool, detail }) => (
          <li key={`${tool} ${detail}`}>
            {tool && <code>{tool}</code>} {detail}
          </li>
        ))}
      </ul>
    </details>
  );
}
