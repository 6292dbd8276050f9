/** The page of an MCP server, in a frame that shares nothing with the console: it has no origin, and speaks through the bridge alone. */
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { client, serverRoot } from '../api.ts';
import { Icon } from '../ui/icon.tsx';
import { Failure, Loading } from '../ui/states.tsx';
import { type App, AppBridge, type AppWish } from './app-bridge.ts';
import { WishDialog } from './app-wish.tsx';
import { isFields } from './json-patch.ts';
import type { Thread } from './thread.ts';

const START_HEIGHT = 240;
const MIN_HEIGHT = 60;
const MAX_HEIGHT = 900;
/** How long the address of a page is waited for, and then its first word. */
const ADDRESS_MS = 30_000;
const SILENCE_MS = 15_000;
/** A page is loaded when it is so near to what is seen. */
const NEAR = '600px';

/** The page that an activity of the type `mcp-app` names, or its JSON when it names none. */
export function AppFrame({
  content,
  thread,
  json,
}: {
  readonly content: Readonly<Record<string, unknown>>;
  readonly thread: Thread;
  readonly json: ReactNode;
}) {
  const app = readApp(content);
  return app ? <AppBox app={app} thread={thread} /> : json;
}

function readApp({ uri, server, tool, input, result }: Readonly<Record<string, unknown>>): App | undefined {
  if (typeof uri !== 'string' || typeof server !== 'string') return undefined;
  return {
    uri,
    server,
    tool: typeof tool === 'string' ? tool : uri,
    input: isFields(input) ? input : {},
    result: isFields(result) ? result : { content: [] },
  };
}

function AppBox({ app, thread }: { readonly app: App; readonly thread: Thread }) {
  const box = useRef<HTMLElement>(null);
  const isNear = useNearness(box);
  const [tries, setTries] = useState(0);
  const again = () => setTries((count) => count + 1);
  const name = `${app.tool} of ${app.server}`;
  return (
    <section className="app" aria-label={name} ref={box}>
      <header className="app-head">
        <span className="app-name">{app.tool}</span>
        <small>{app.server}</small>
        <button type="button" className="quiet" aria-label={`Load ${name} again`} onClick={again}>
          <Icon name="reload" />
        </button>
      </header>
      {isNear ? <LoadedApp key={tries} {...{ app, thread, name, again }} /> : <Loading rows={3} />}
    </section>
  );
}

interface LoadedProps {
  readonly app: App;
  readonly thread: Thread;
  readonly name: string;
  readonly again: () => void;
}

/** The page, from an address that is good for this one time. */
function LoadedApp({ app, thread, name, again }: LoadedProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  const loads = useRef(0);
  const { url, cause } = useAddress(thread.agentId, app);
  const [height, setHeight] = useState(START_HEIGHT);
  const { isSilent, setReady, setLeft } = useSilence(url);
  const [wish, setWish] = useState<AskedWish>();
  useBridge({ app, thread, frame, setReady, setHeight, setWish });
  if (cause !== undefined) return <Failure cause={cause} retry={again} />;
  if (url === undefined) return <Loading rows={3} />;
  return (
    <>
      <iframe
        ref={frame}
        className="app-frame"
        title={name}
        src={url}
        sandbox="allow-scripts"
        referrerPolicy="no-referrer"
        style={{ height: Math.min(MAX_HEIGHT, Math.max(MIN_HEIGHT, height)) }}
        onLoad={() => {
          loads.current += 1;
          // Its address is used up: what it has gone to is no page of the server.
          if (loads.current > 1) setLeft();
        }}
      />
      {isSilent && <Failure cause={new Error(`The page ${name} does not answer`)} retry={again} />}
      {wish && <WishDialog name={name} wish={wish.wish} answer={wish.answer} thread={thread} />}
    </>
  );
}

interface AskedWish {
  readonly wish: AppWish;
  readonly answer: (isDone: boolean) => void;
}

function useBridge({
  app,
  thread,
  frame,
  setReady,
  setHeight,
  setWish,
}: {
  readonly app: App;
  readonly thread: Thread;
  readonly frame: RefObject<HTMLIFrameElement | null>;
  readonly setReady: () => void;
  readonly setHeight: (height: number) => void;
  readonly setWish: (wish: AskedWish | undefined) => void;
}): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: a page keeps its bridge for as long as it is there.
  useEffect(() => {
    let asked: AskedWish | undefined;
    const bridge = new AppBridge(thread.agentId, app, {
      frame: () => frame.current?.contentWindow,
      onReady: setReady,
      onHeight: setHeight,
      onWish: (wish) =>
        new Promise((resolve) => {
          // A page that asks while it is asked for something is not heard: nobody is to be drowned in questions.
          if (asked) return resolve(false);
          asked = {
            wish,
            answer: (isDone) => {
              asked = undefined;
              setWish(undefined);
              resolve(isDone);
            },
          };
          setWish(asked);
        }),
    });
    return () => {
      bridge.close();
      asked?.answer(false);
    };
  }, []);
}

/** An address that serves the page once. */
function useAddress(agentId: string, { uri, server }: App): { readonly url?: string; readonly cause?: unknown } {
  const [address, setAddress] = useState<{ readonly url?: string; readonly cause?: unknown }>({});
  useEffect(() => {
    const gone = new AbortController();
    const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(ADDRESS_MS)]);
    client.mcpUi.ticket.mutate({ agent_id: agentId, uri, server }, { signal }).then(
      ({ url }) => gone.signal.aborted || setAddress({ url: `${serverRoot}${url}` }),
      (cause: unknown) => gone.signal.aborted || setAddress({ cause }),
    );
    return () => gone.abort();
  }, [agentId, uri, server]);
  return address;
}

/** Whether a page has said nothing for too long, or is no longer there. */
function useSilence(url: string | undefined) {
  const [state, setState] = useState<'waiting' | 'ready' | 'silent'>('waiting');
  useEffect(() => {
    if (url === undefined || state !== 'waiting') return undefined;
    const timer = setTimeout(() => setState('silent'), SILENCE_MS);
    return () => clearTimeout(timer);
  }, [url, state]);
  return { isSilent: state === 'silent', setReady: () => setState('ready'), setLeft: () => setState('silent') };
}

/** Whether an element has come near to what is seen. */
function useNearness(box: RefObject<HTMLElement | null>): boolean {
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    if (!box.current) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        setNear(true);
        observer.disconnect();
      },
      { root: box.current.closest('.chat-scroll'), rootMargin: NEAR },
    );
    observer.observe(box.current);
    return () => observer.disconnect();
  }, [box]);
  return isNear;
}
