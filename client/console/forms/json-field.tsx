import { useEffect, useId, useRef, useState } from 'react';
import { isSame } from './form-values.ts';

/** JSON to edit. What is no JSON is said and told to nobody; nothing at all is undefined. */
export function JsonField({
  label,
  value,
  rows = 4,
  describedBy,
  onChange,
  onInvalid,
}: {
  readonly label: string;
  readonly value: unknown;
  readonly rows?: number;
  readonly describedBy?: string;
  readonly onChange: (value: unknown) => void;
  /** Told whether what stands there is no JSON, each time that changes. */
  readonly onInvalid?: (isInvalid: boolean) => void;
}) {
  const id = useId();
  const [draft, setDraft] = useState(() => toText(value));
  const read = readJson(draft);
  const draftRef = useRef(draft);
  draftRef.current = draft;
  const tell = useRef(onInvalid);
  tell.current = onInvalid;
  // A change from elsewhere wins over a text that says something else; a mere difference in spaces is the writer's.
  useEffect(() => {
    const now = readJson(draftRef.current);
    if ('value' in now && isSame(now.value, value)) return;
    setDraft(toText(value));
    tell.current?.(false);
  }, [value]);
  useEffect(() => () => tell.current?.(false), []);
  const change = (text: string) => {
    setDraft(text);
    const next = readJson(text);
    onInvalid?.(!('value' in next));
    if ('value' in next) onChange(next.value);
  };
  return (
    <>
      <textarea
        className="mono"
        aria-label={label}
        aria-invalid={!('value' in read)}
        aria-describedby={[describedBy, id].filter(Boolean).join(' ')}
        spellCheck={false}
        rows={rows}
        value={draft}
        onChange={(event) => change(event.target.value)}
      />
      <small id={id} role="status" className="form-wrong">
        {'fault' in read && `This is no JSON: ${read.fault}`}
      </small>
    </>
  );
}

function toText(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value, null, 2);
}

function readJson(text: string): { readonly value: unknown } | { readonly fault: string } {
  if (text.trim() === '') return { value: undefined };
  try {
    return { value: JSON.parse(text) };
  } catch (cause) {
    return { fault: cause instanceof Error ? cause.message : String(cause) };
  }
}
