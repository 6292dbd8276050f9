import { memo, useEffect, useState } from 'react';
import { Icon } from '../ui/icon.tsx';
import { Code, Copy, durationOf } from '../ui/text.tsx';
import type { Executions, OutputPart, ShownExecution } from './executions.ts';
import { MimeView } from './mime-view.tsx';

const WORDS: Readonly<Record<ShownExecution['status'], readonly [word: string, style: string]>> = {
  running: ['running', 'running'],
  ok: ['done', 'finished'],
  error: ['exception', 'failed'],
  exit: ['ended itself', 'waiting'],
  timeout: ['timed out', 'failed'],
  cancelled: ['interrupted', 'waiting'],
  killed: ['killed', 'failed'],
  stopped: ['stopped', 'waiting'],
  refused: ['not run', 'failed'],
};

/** One execution: its code, what it shows while it runs, and what came of it. */
export const ExecutionView = memo(function ExecutionView({
  one,
  executions,
  onReuse,
}: {
  readonly one: ShownExecution;
  readonly executions: Executions;
  /** Puts its code into the editor. */
  readonly onReuse: (code: string) => void;
}) {
  const [word, style] = WORDS[one.status];
  return (
    <article className="sandbox-execution" aria-label={`Execution ${one.id + 1}`} aria-busy={one.status === 'running'}>
      <header className="row">
        <span className={`chip ${style}`}>{word}</span>
        <small>
          <Took one={one} />
        </small>
        <span className="sandbox-tools">
          {one.status === 'running' && (
            <button type="button" onClick={() => executions.stop(one.id)}>
              <Icon name="stop" /> Stop
            </button>
          )}
          <button
            type="button"
            className="quiet"
            aria-label={`Edit the code of execution ${one.id + 1} again`}
            onClick={() => onReuse(one.code)}
          >
            <Icon name="edit" />
          </button>
          <Copy text={one.code} label={`Copy the code of execution ${one.id + 1}`} />
        </span>
      </header>
      <details className="sandbox-form">
        <summary className="sandbox-first-line">{one.code.trim().split('\n', 1)[0]}</summary>
        <Code text={one.code} label={`code ${one.id + 1}`} />
      </details>
      {one.parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: output only grows at its end.
        <Part key={index} part={part} of={`${one.id + 1}.${index + 1}`} />
      ))}
      <Outcome one={one} />
    </article>
  );
});

/** `of`: its number, by which those who hear the page tell it from others. */
function Part({ part, of }: { readonly part: OutputPart; readonly of: string }) {
  if (part.type === 'display') return <MimeView bundle={part.data} label={`display ${of}`} />;
  if (part.type === 'stdout') return <Code text={plainOf(part.text)} label={`output ${of}`} />;
  return (
    <div className="sandbox-stderr">
      <h3>errors</h3>
      <Code text={plainOf(part.text)} label={`errors ${of}`} />
    </div>
  );
}

function Outcome({ one: { id, execution, problem, status, parts } }: { readonly one: ShownExecution }) {
  if (problem) {
    return (
      <div className="failure" role="alert">
        <p>{problem.detail}</p>
        {problem.code && <code>{problem.code}</code>}
      </div>
    );
  }
  if (!execution) return null;
  const { error, result, notices, truncated, exit_code: code } = execution;
  const isSilent = status === 'ok' && !result && parts.length === 0;
  return (
    <>
      {result && <MimeView bundle={result} label={`result ${id + 1}`} />}
      {error && (
        <div className="sandbox-exception" role="alert">
          <p>
            <strong>{error.name}</strong>
            {error.message && `: ${plainOf(error.message)}`}
          </p>
          {error.traceback && <Code text={plainOf(error.traceback)} label={`traceback ${id + 1}`} />}
        </div>
      )}
      {code !== null && <p className="soft">It ended with the code {code}.</p>}
      {notices.map((notice) => (
        <p key={notice} className="sandbox-notice">
          {notice}
        </p>
      ))}
      {truncated && <p className="sandbox-notice">Some of the output was over a limit and is left out.</p>}
      {isSilent && <p className="soft">It printed and returned nothing.</p>}
    </>
  );
}

/** How long it ran; while it does, the time since it was asked for. */
function Took({ one: { execution, startedAt, endedAt, status } }: { readonly one: ShownExecution }) {
  const now = useNow(status === 'running');
  if (!execution) return durationOf((endedAt ?? now) - startedAt);
  const { duration_ms: took, queued_ms: waited, tool_calls: calls } = execution;
  return [durationOf(took), waited >= 100 && `waited ${durationOf(waited)}`, calls > 0 && `${calls} calls of tools`]
    .filter(Boolean)
    .join(', ');
}

function useNow(isTicking: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isTicking) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [isTicking]);
  return now;
}

const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*[A-Za-z]`, 'g');

/** A text without the marks that colour it on a terminal. */
const plainOf = (text: string): string => text.replace(COLOURS, '');
