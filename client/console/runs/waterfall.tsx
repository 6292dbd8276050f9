import { type CSSProperties, type KeyboardEvent, memo, useEffect, useMemo, useState } from 'react';
import { serverNow } from '../api.ts';
import { go, pathOf, useRoute } from '../route.ts';
import { durationOf } from '../ui/text.tsx';
import { RowDetails } from './row-details.tsx';
import { noteOf } from './row-note.ts';
import type { Run, Step } from './run-types.ts';
import { type Mark, type Row, type Span, ticksOf, tookMs, toRows } from './waterfall-rows.ts';

// What is as it should be needs no word.
const USUAL = new Set(['finished', 'done']);
const TICK_MS = 1_000;
const SHOWN = 500;
// Behind it there is no room for what a tick says.
const LAST_TICK = 0.88;

/** The steps of a run and their tool calls on one axis of time; each opens to its details. */
export function Waterfall({ run, steps }: { readonly run: Run; readonly steps: readonly Step[] }) {
  const { rows, beganAt, lastMs } = useMemo(() => toRows(steps), [steps]);
  const [shown, setShown] = useState(SHOWN);
  const nowMs = useNow(run.status === 'running') - beganAt;
  const spanMs = run.status === 'running' ? Math.max(lastMs, nowMs) : lastMs;
  return (
    <div className="waterfall" style={{ '--span': spanMs } as CSSProperties}>
      <Axis spanMs={spanMs} />
      <ol aria-label="Steps and tool calls" onKeyDown={moveFocus}>
        {rows.slice(0, shown).map((row) => (
          <WaterfallRow key={row.key} row={row} runId={run.id} />
        ))}
      </ol>
      {rows.length > shown && (
        <button type="button" onClick={() => setShown(shown + SHOWN)}>
          Show more of {rows.length.toLocaleString()} rows
        </button>
      )}
      <Legend />
    </div>
  );
}

/** The time of the server, again each second as long as it matters. */
function useNow(isRunning: boolean): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(() => setNow(serverNow()), TICK_MS);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}

function Axis({ spanMs }: { readonly spanMs: number }) {
  return (
    <div className="waterfall-axis" aria-hidden="true">
      {ticksOf(spanMs * LAST_TICK).map((tick) => (
        <span key={tick} style={{ '--from': tick } as CSSProperties}>
          {tick === 0 ? '0' : durationOf(tick)}
        </span>
      ))}
    </div>
  );
}

// Bars follow the axis by style alone: a row is drawn again only when what it tells has changed.
const WaterfallRow = memo(function WaterfallRow({ row, runId }: { readonly row: Row; readonly runId: string }) {
  const { query, parts } = useRoute();
  const isOpen = query.get('row') === row.key;
  const path = pathOf(['runs', ...parts], { ...Object.fromEntries(query), row: isOpen ? undefined : row.key });
  const took = tookMs(row);
  const note = noteOf(row);
  const indent = { '--depth': Math.min(row.depth, 5) } as CSSProperties;
  if (row.kind === 'more') {
    return (
      <li className="waterfall-more" style={indent}>
        {row.title}
      </li>
    );
  }
  return (
    <li data-kind={row.kind} data-failed={row.isFailed} data-status={row.status}>
      <button type="button" aria-expanded={isOpen} onClick={() => go(path, { replace: true })}>
        <span className="waterfall-name" style={indent}>
          {row.kind === 'model' && <span className="soft">{row.step.step}</span>} {row.title}
          <small>{[USUAL.has(row.status) ? '' : row.status, note].filter(Boolean).map((word) => ` · ${word}`)}</small>
        </span>
        <span className="waterfall-track" aria-hidden="true">
          {row.spans.map((span) => (
            <Bar key={`${span.kind} ${span.from}`} span={span} />
          ))}
          {row.marks.map((mark) => (
            <MarkLine key={`${mark.kind} ${mark.at}`} mark={mark} />
          ))}
        </span>
        <span className="visually-hidden">begins at {durationOf(row.from)}, took </span>
        <span className="waterfall-took">{took === null ? '…' : durationOf(took)}</span>
      </button>
      {isOpen && <RowDetails row={row} runId={runId} />}
    </li>
  );
});

const Bar = ({ span }: { readonly span: Span }) => (
  <span
    className={`bar-${span.kind}`}
    style={{ '--from': span.from, '--to': span.to ?? 'var(--span)' } as CSSProperties}
  />
);

const MarkLine = ({ mark }: { readonly mark: Mark }) => (
  <span className={`mark-${mark.kind}`} title={mark.title} style={{ '--from': mark.at } as CSSProperties} />
);

const LEGEND = [
  ['bar-first', 'until the first token'],
  ['bar-said', 'the model says'],
  ['bar-queued', 'queued'],
  ['bar-ran', 'the tool runs'],
  ['bar-waiting', 'waits for an answer'],
  ['bar-failed', 'failed, tried again'],
] as const;

function Legend() {
  return (
    <ul className="waterfall-legend" aria-label="What the bars mean">
      {LEGEND.map(([name, meaning]) => (
        <li key={name}>
          <span className={name} aria-hidden="true" />
          {meaning}
        </li>
      ))}
    </ul>
  );
}

const MOVES: Readonly<Record<string, (index: number, count: number) => number>> = {
  ArrowDown: (index, count) => Math.min(index + 1, count - 1),
  ArrowUp: (index) => Math.max(index - 1, 0),
  Home: () => 0,
  End: (_index, count) => count - 1,
};

/** From row to row with the arrows, beside the tabulator. */
function moveFocus(event: KeyboardEvent<HTMLOListElement>): void {
  const move = MOVES[event.key];
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>(':scope > li > button')];
  const index = document.activeElement instanceof HTMLElement ? rows.indexOf(document.activeElement) : -1;
  if (!move || index < 0) return;
  event.preventDefault();
  rows[move(index, rows.length)]?.focus();
}
