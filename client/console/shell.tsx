/** What is around every page: the menu, the conversations, and how the server is. */
import { useQuery } from '@tanstack/react-query';
import { Suspense, useEffect, useState, useSyncExternalStore } from 'react';
import { client, keyRefusal, serverRoot } from './api.ts';
import { ConversationList } from './conversation-list.tsx';
import { KeyDialog } from './key-dialog.tsx';
import { followNow, useIsConnected, useLiveEvents } from './live.ts';
import { PAGES } from './pages.ts';
import { pathOf, useRoute } from './route.ts';
import { Icon } from './ui/icon.tsx';
import { Link } from './ui/link.tsx';
import { PageBoundary } from './ui/page-boundary.tsx';
import { Empty, Loading } from './ui/states.tsx';

/** The whole console. */
export function Shell() {
  const route = useRoute();
  const isRefused = useSyncExternalStore(keyRefusal.subscribe, keyRefusal.get);
  const [isOpen, setOpen] = useState(false);
  const page = PAGES.find(({ id }) => id === route.page);
  useLiveEvents();
  useEffect(() => {
    document.title = page ? `${page.title} · agent-runtimes` : 'agent-runtimes';
  }, [page]);
  // A page that was chosen in the menu is what is wanted, not the menu.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is what closes it.
  useEffect(() => setOpen(false), [route]);
  return (
    <div className="shell" data-open={isOpen}>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <button
        type="button"
        className="quiet burger"
        aria-label="Menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="menu" />
      </button>
      {isOpen && <button type="button" className="scrim" aria-label="Close the menu" onClick={() => setOpen(false)} />}
      <Menu current={route.page} />
      <main id="main" tabIndex={-1}>
        {!isRefused && <Unheard />}
        <PageBoundary key={route.page}>
          <Suspense
            fallback={
              <div className="pane">
                <Loading />
              </div>
            }
          >
            {page ? <page.View /> : <NoPage />}
          </Suspense>
        </PageBoundary>
      </main>
      {isRefused && <KeyDialog />}
    </div>
  );
}

function Menu({ current }: { readonly current: string }) {
  const approvals = useQuery({
    queryKey: ['approvals', 'pending'],
    queryFn: () => client.approvals.list.query({ status: 'pending' }),
  });
  const waiting = approvals.data?.approvals.length ?? 0;
  return (
    <nav className="side" aria-label="Console">
      <Link className="brand" href={pathOf(['chat'])}>
        <span className="logo" aria-hidden="true" />
        agent-runtimes
      </Link>
      <ul className="menu">
        {PAGES.map(({ id, title, icon }) => (
          <li key={id}>
            <Link href={pathOf([id])} aria-current={id === current ? 'page' : undefined}>
              <Icon name={icon} />
              {title}
              {id === 'approvals' && waiting > 0 && (
                <span className="count" title={`${waiting} waiting`}>
                  {waiting}
                </span>
              )}
            </Link>
          </li>
        ))}
      </ul>
      <ConversationList />
      <Foot />
    </nav>
  );
}

// A break that is as short as a new start of the server is not worth a word.
const SILENT_MS = 2_000;

/** Says that what is shown may be old, also where the menu is closed. */
function Unheard() {
  const isConnected = useIsConnected();
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    if (isConnected) return undefined;
    const timer = setTimeout(() => setLong(true), SILENT_MS);
    return () => {
      clearTimeout(timer);
      setLong(false);
    };
  }, [isConnected]);
  return (
    <div role="status">
      {isLong && !isConnected && (
        <p className="unheard">
          The server is not heard: what is shown may be old. It is asked again until it answers.
          <button type="button" onClick={followNow}>
            Ask now
          </button>
        </p>
      )}
    </div>
  );
}

function Foot() {
  const isConnected = useIsConnected();
  return (
    <footer className="foot">
      <span className={`dot ${isConnected ? 'running' : 'failed'}`} aria-hidden="true" />
      <span>{isConnected ? 'connected' : 'the server is not heard'}</span>
      <a href={`${serverRoot}/docs`}>API</a>
    </footer>
  );
}

function NoPage() {
  return (
    <div className="pane">
      <Empty>
        <h1>There is no such page</h1>
        <p>
          <Link href={pathOf(['chat'])}>Go to the chat</Link>
        </p>
      </Empty>
    </div>
  );
}
