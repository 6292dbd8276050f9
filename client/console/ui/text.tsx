/** Small pieces of text: times, durations, amounts, copies. */
import { type ReactNode, useEffect, useState } from 'react';
import { Icon } from './icon.tsx';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago a moment was; the moment itself is told on top of it. `at` is what the API gives: text of ISO 8601. */
export function Ago({ at }: { readonly at: string }) {
  useTick(30_000);
  const seconds = Math.max(0, (Date.now() - Date.parse(at)) / 1000);
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()}>
      {agoOf(seconds)}
    </time>
  );
}

function agoOf(seconds: number): string {
  if (seconds < MINUTE) return 'now';
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h`;
  return `${Math.floor(seconds / DAY)} d`;
}

/** Renders again every so often. */
function useTick(ms: number): void {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), ms);
    return () => clearInterval(timer);
  }, [ms]);
}

/** A duration in the unit that suits it: `82 ms`, `3.4 s`, `2 min 5 s`. */
export function durationOf(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < MINUTE * 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / MINUTE / 1000)} min ${Math.round((ms / 1000) % MINUTE)} s`;
}

/** An amount of dollars, with as many digits as it takes to be something; `unknown` where no price is known. */
export function dollarsOf(dollars: number | null): string {
  if (dollars === null) return 'unknown';
  return `$${dollars === 0 ? '0' : dollars < 0.01 ? dollars.toPrecision(2) : dollars.toFixed(2)}`;
}

/** A size in the unit that suits it: `312 B`, `2.0 kB`, `11 MB`. */
export function bytesOf(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  const [amount, unit] = bytes < 1e6 ? [bytes / 1e3, 'kB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
  return `${amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${unit}`;
}

/** A number with its noun: `1 tool`, `2 tools`. */
export const countOf = (count: number, noun: string): string =>
  `${count.toLocaleString()} ${count === 1 ? noun : `${noun}s`}`;

/** Copies a text. Pages that came over plain HTTP from another machine have no clipboard, and copy what is selected. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'visually-hidden';
  const focused = document.activeElement;
  (focused?.closest('dialog') ?? document.body).append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
}

/** Copies a text, and says so for a moment. */
export function Copy({ text, label = 'Copy' }: { readonly text: string; readonly label?: string }) {
  const [isDone, setDone] = useState(false);
  useEffect(() => {
    if (!isDone) return undefined;
    const timer = setTimeout(() => setDone(false), 1500);
    return () => clearTimeout(timer);
  }, [isDone]);
  return (
    <button
      type="button"
      className="quiet"
      aria-label={isDone ? 'Copied' : label}
      onClick={() => void copy(text).then(() => setDone(true))}
    >
      <Icon name={isDone ? 'check' : 'copy'} />
    </button>
  );
}

/** What scrolls by itself, reached with the keyboard. It is no landmark: a page may hold many. */
export function Scroll({
  label,
  className,
  children,
}: {
  readonly label: string;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard.
    <div role="group" tabIndex={0} aria-label={label} className={className}>
      {children}
    </div>
  );
}

/** Code or JSON as it is, to be read and copied. */
export function Code({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <div className="code-block">
      {/* biome-ignore lint/a11y/useSemanticElements: a group of text; no element means that. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard. */}
      <pre role="group" tabIndex={0} aria-label={label}>
        {text}
      </pre>
      <Copy text={text} label={`Copy ${label}`} />
    </div>
  );
}
