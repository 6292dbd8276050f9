import { memo, useState } from 'react';
import { go, pathOf, useRoute } from '../route.ts';
import { Empty, Failure, Loading } from '../ui/states.tsx';
import { Code, countOf } from '../ui/text.tsx';
import { Gone } from './gone-events.tsx';
import { clockOf } from './run-facts.tsx';
import type { Run, RunEvent } from './run-types.ts';
import { useRunEvents } from './use-run-events.ts';

const SHOWN = 500;
const PREVIEW_CHARS = 200;

/** The events of a run, as its stream tells them. */
export function EventsTab({ run }: { readonly run: Run }) {
  const { query, parts } = useRoute();
  const { events, more, state, cause, retry } = useRunEvents(run.id);
  const [shown, setShown] = useState(SHOWN);
  const type = query.get('type') ?? '';
  const types = [...new Set(events.map((event) => event.type)).add(type as RunEvent['type'])].filter(Boolean);
  const found = type ? events.filter((event) => event.type === type) : events;
  if (state === 'reading' && !events.length) return run.status === 'running' ? <Waits /> : <Loading />;
  return (
    <div className="stack">
      <div className="row">
        <label className="row">
          Type
          <select
            value={type}
            onChange={({ target }) =>
              go(pathOf(['runs', ...parts], { ...Object.fromEntries(query), type: target.value }), { replace: true })
            }
          >
            <option value="">All</option>
            {types.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <span className="soft" role="status">
          {countOf(found.length, 'event')}
          {state === 'reading' && ', and it goes on'}
        </span>
      </div>
      <ol className="runs-events" aria-label="Events">
        {found.slice(0, shown).map((event, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: events come in order, and stay as they are.
          <Event key={`${type} ${index}`} event={event} />
        ))}
      </ol>
      {found.length > shown && (
        <button type="button" onClick={() => setShown(shown + SHOWN)}>
          Show more
        </button>
      )}
      {more > 0 && <p className="soft">and {countOf(more, 'event')} more, which are not kept here</p>}
      {state === 'failed' && <Failure cause={cause} retry={retry} />}
      {state === 'ended' && <Gone run={run} events={events} />}
      {state === 'ended' && !found.length && <Empty>This run has no event of this type.</Empty>}
    </div>
  );
}

const Waits = () => <Empty>Its events are shown here as soon as it says something.</Empty>;

const Event = memo(function Event({ event }: { readonly event: RunEvent }) {
  const [isOpen, setOpen] = useState(false);
  const { timestamp, type, ...rest } = event;
  return (
    <li data-type={type}>
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          <time className="soft">{timestamp === undefined ? 'time unknown' : clockOf(timestamp)}</time>
          <span className={`chip ${type === 'error' ? 'failed' : ''}`}>{type}</span>
          <span className="runs-event-text">{JSON.stringify(rest).slice(0, PREVIEW_CHARS)}</span>
        </summary>
        {isOpen && <Code text={JSON.stringify(event, null, 2)} label={`the event ${type}`} />}
      </details>
    </li>
  );
});
