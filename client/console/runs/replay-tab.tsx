import { useEffect, useMemo, useState } from 'react';
import { Icon } from '../ui/icon.tsx';
import { Empty, Failure, Loading } from '../ui/states.tsx';
import { Code, durationOf } from '../ui/text.tsx';
import { Gone } from './gone-events.tsx';
import type { Run, RunEvent } from './run-types.ts';
import { useRunEvents } from './use-run-events.ts';

const FRAME_MS = 100;
const SPEEDS = { '1': '1×', '4': '4×', all: 'all at once' } as const;
type Speed = keyof typeof SPEEDS;

/** Plays the events of a run again, at the pace they came. */
export function ReplayTab({ run }: { readonly run: Run }) {
  const { events, state, cause, retry } = useRunEvents(run.id);
  if (state === 'failed') return <Failure cause={cause} retry={retry} />;
  if (state === 'reading') {
    return run.status === 'running' ? <Empty>A run can be played again when it has ended.</Empty> : <Loading />;
  }
  return (
    <div className="stack">
      <Gone run={run} events={events} />
      <Player events={events} />
    </div>
  );
}

function Player({ events }: { readonly events: readonly RunEvent[] }) {
  const times = useMemo(() => timesOf(events), [events]);
  const endMs = times.at(-1) ?? 0;
  const [atMs, setAt] = useState(0);
  const [hasBegun, setBegun] = useState(false);
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<Speed>('1');
  useEffect(() => {
    if (!isPlaying) return undefined;
    const timer = setInterval(() => setAt((at) => Math.min(at + FRAME_MS * Number(speed), endMs)), FRAME_MS);
    return () => clearInterval(timer);
  }, [isPlaying, speed, endMs]);
  const isOver = atMs >= endMs;
  useEffect(() => {
    if (isOver && isPlaying) setPlaying(false);
  }, [isOver, isPlaying]);
  const play = () => {
    setBegun(true);
    if (speed === 'all') return setAt(endMs);
    if (isOver) setAt(0);
    setPlaying(!isPlaying);
  };
  const count = hasBegun ? times.filter((time) => time <= atMs).length : 0;
  return (
    <div className="stack">
      <div className="row runs-player">
        <button type="button" className="primary" onClick={play}>
          <Icon name={isPlaying ? 'stop' : 'play'} />
          {isPlaying ? 'Pause' : 'Play'}
        </button>
        <label className="row">
          Speed
          <select
            value={speed}
            onChange={({ target }) => {
              setSpeed(target.value as Speed);
              if (target.value === 'all') setPlaying(false);
            }}
          >
            {Object.entries(SPEEDS).map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <input
          type="range"
          aria-label="Position"
          aria-valuetext={durationOf(atMs)}
          min={0}
          max={endMs}
          value={atMs}
          onChange={({ target }) => {
            setBegun(true);
            setAt(Number(target.value));
          }}
        />
        <span className="soft">
          {durationOf(atMs)} of {durationOf(endMs)}
        </span>
      </div>
      <Scene events={events.slice(0, count)} />
    </div>
  );
}

/** What has been said and done up to a moment. */
function Scene({ events }: { readonly events: readonly RunEvent[] }) {
  const pieces = useMemo(() => piecesOf(events), [events]);
  if (!pieces.length) return <Empty>Play shows again what the run said and did, at its pace.</Empty>;
  return (
    <ol className="runs-scene" aria-label="What the run said and did">
      {pieces.map(({ type, text }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces come in order, and only the last one grows.
        <li key={index} data-type={type}>
          {type === 'text' ? text : <Piece type={type} text={text} />}
        </li>
      ))}
    </ol>
  );
}

const Piece = ({ type, text }: PieceOf) => (
  <>
    <span className={`chip ${type === 'error' ? 'failed' : ''}`}>{type}</span>
    {type === 'reasoning' || type === 'status' ? ` ${text}` : <Code text={text} label={`the event ${type}`} />}
  </>
);

interface PieceOf {
  readonly type: RunEvent['type'];
  readonly text: string;
}

/** What follows each other in the same voice is one piece. */
function piecesOf(events: readonly RunEvent[]): readonly PieceOf[] {
  const pieces: { type: RunEvent['type']; parts: string[] }[] = [];
  for (const event of events) {
    const last = pieces.at(-1);
    const { timestamp: _timestamp, type, ...rest } = event;
    const isSpeech = event.type === 'text' || event.type === 'reasoning';
    const part = isSpeech || event.type === 'status' ? event.content : JSON.stringify(rest, null, 2);
    if (isSpeech && last?.type === type) last.parts.push(part);
    else pieces.push({ type, parts: [part] });
  }
  return pieces.map(({ type, parts }) => ({ type, text: parts.join('') }));
}

/** When each event came, in milliseconds from the first; one without a time came with the one before. */
function timesOf(events: readonly RunEvent[]): readonly number[] {
  const first = events.find(({ timestamp }) => timestamp !== undefined)?.timestamp ?? 0;
  let last = 0;
  return events.map(({ timestamp }) => {
    if (timestamp !== undefined) last = Math.max(last, timestamp - first);
    return last;
  });
}
