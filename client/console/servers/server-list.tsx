import { useEffect, useRef, useState } from 'react';
import { go } from '../route.ts';
import { Link } from '../ui/link.tsx';
import { Empty } from '../ui/states.tsx';
import { countOf } from '../ui/text.tsx';
import {
  filterServers,
  findSelected,
  lackedBy,
  pathTo,
  pathToServer,
  type Selection,
  type Server,
} from './selection.ts';
import { ServerState } from './server-state.tsx';

const SHOWS = {
  '': 'all',
  running: 'running',
  failed: 'failing',
  config: 'of the config file',
  custom: 'custom',
  catalog: 'of the catalog',
};

/** The servers, filtered by what the address says. */
export function ServerList({ now, all }: { readonly now: Selection; readonly all: readonly Server[] }) {
  const shown = filterServers(now, all);
  const selected = findSelected(now, all);
  return (
    <>
      <Filters now={now} />
      <p className="soft" role="status">
        {countOf(shown.length, 'server')}
        {shown.length !== all.length && ` of ${all.length}`}
      </p>
      {shown.length ? (
        <ul className="cards servers-list">
          {shown.map((server) => (
            <li key={`${server.origin} ${server.id}`}>
              <Link
                href={pathToServer(now, server, all)}
                aria-current={server === selected ? 'page' : undefined}
                className="servers-card"
              >
                <Card server={server} />
              </Link>
            </li>
          ))}
        </ul>
      ) : (
        <Empty>
          {all.length
            ? 'No server fits the filter.'
            : 'Servers come from the config file, from the catalog, and from those that are added here.'}
        </Empty>
      )}
    </>
  );
}

function Card({ server }: { readonly server: Server }) {
  const { id, name, origin, isRunning, tools, error, problems } = server;
  const lacked = lackedBy(server);
  return (
    <>
      <span className="servers-card-head">
        <strong>{name}</strong>
        {name !== id && <code>{id}</code>}
        <span className="chip">{origin}</span>
      </span>
      <span className="servers-card-head">
        <ServerState server={server} />
        {isRunning && <span className="soft">{countOf(tools.length, 'tool')}</span>}
        {problems.length > 0 && <span className="servers-warn">{countOf(problems.length, 'problem')}</span>}
        {lacked.length > 0 && <span className="servers-warn">needs {lacked.join(', ')}</span>}
      </span>
      {error && <span className="servers-why">{error}</span>}
    </>
  );
}

function Filters({ now }: { readonly now: Selection }) {
  return (
    <search className="row servers-filters">
      <Search now={now} />
      <label>
        <span className="visually-hidden">Show</span>
        <select value={now.show} onChange={(event) => go(pathTo(now, { show: event.target.value }), { replace: true })}>
          {Object.entries(SHOWS).map(([show, words]) => (
            <option key={show} value={show}>
              {words}
            </option>
          ))}
        </select>
      </label>
    </search>
  );
}

/** What is typed is in the box at once, and in the address. */
function Search({ now }: { readonly now: Selection }) {
  const [text, setText] = useState(now.words);
  const typed = useRef(text);
  typed.current = text;
  // Back and forward change the words, too.
  useEffect(() => {
    if (typed.current !== now.words) setText(now.words);
  }, [now.words]);
  return (
    <input
      type="search"
      aria-label="Search servers and tools"
      placeholder="Search servers and tools"
      value={text}
      onChange={({ target: { value } }) => {
        setText(value);
        go(pathTo(now, { words: value }), { replace: true });
      }}
    />
  );
}
