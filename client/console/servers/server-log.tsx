import { useEffect, useRef, useState } from 'react';
import { Empty } from '../ui/states.tsx';
import { Copy, countOf } from '../ui/text.tsx';
import { type FollowedLog, useLog } from './follow-log.ts';
import type { Server } from './selection.ts';

const STATES = {
  connecting: 'connecting',
  following: 'following',
  broken: 'broken off, it is tried again',
  removed: 'the server was deleted',
};

/** The log of a server as it is written: at its end unless the reader has scrolled up, or stopped it. */
export function ServerLog({ server }: { readonly server: Server }) {
  const log = useLog(server);
  const [paused, setPaused] = useState<FollowedLog>();
  const shown = paused ?? log;
  const text = shown.lines.map(({ line }) => line).join('\n');
  const last = (of: FollowedLog) => of.lines.at(-1)?.number ?? 0;
  const fresh = paused ? log.lines.filter(({ number }) => number > last(paused)).length : 0;
  return (
    <section aria-label="Log" className="stack">
      <div className="row">
        <button type="button" aria-pressed={paused !== undefined} onClick={() => setPaused(paused ? undefined : log)}>
          {paused ? 'Go on' : 'Pause'}
        </button>
        <Copy text={text} label="Copy the log" />
        <small role="status">
          {paused ? `paused, ${countOf(fresh, 'new line')}` : STATES[log.state]}
          {log.state === 'broken' && log.detail && `: ${log.detail}`}
        </small>
      </div>
      {shown.dropped > 0 && <small>{countOf(shown.dropped, 'earlier line')} left out</small>}
      {shown.lines.length ? (
        <Lines log={shown} />
      ) : (
        <Empty>What the server writes to its standard error stands here.</Empty>
      )}
    </section>
  );
}

function Lines({ log: { lines } }: { readonly log: FollowedLog }) {
  const ref = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new line moves the end.
  useEffect(() => {
    const box = ref.current;
    if (box && isAtEnd.current) box.scrollTop = box.scrollHeight;
  }, [lines]);
  return (
    <div
      ref={ref}
      className="servers-log"
      role="log"
      aria-live="off"
      aria-label="Lines"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard.
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollTop + clientHeight >= scrollHeight - 8;
      }}
    >
      {lines.map(({ number, at, line }) => (
        <div key={number} title={new Date(at).toLocaleString()}>
          {line || '\u00a0'}
        </div>
      ))}
    </div>
  );
}
