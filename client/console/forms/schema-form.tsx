/** A form made from a JSON Schema, and beside it the same value as JSON. */
import { useEffect, useRef, useState } from 'react';
import { Messages } from './field-parts.tsx';
import { FieldView } from './field-view.tsx';
import type { Path } from './form-values.ts';
import { JsonField } from './json-field.tsx';
import type { Field } from './schema-fields.ts';
import { type Issue, placeIssues, placeOf } from './server-issues.ts';

/** The form, with a switch to its JSON. `onInvalid` is told whether something stands in it that cannot be sent. */
export function SchemaForm({
  form,
  value,
  onChange,
  issues,
  onInvalid,
}: {
  readonly form: Field;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  readonly issues: readonly Issue[];
  readonly onInvalid: (isInvalid: boolean) => void;
}) {
  const [isRaw, setRaw] = useState(false);
  const [invalid, setInvalid] = useState<ReadonlySet<string>>(new Set());
  const note = (path: Path, isWrong: boolean) =>
    setInvalid((before) => {
      const place = placeOf(path);
      if (before.has(place) === isWrong) return before;
      const now = new Set(before);
      if (isWrong) now.add(place);
      else now.delete(place);
      return now;
    });
  const isInvalid = invalid.size > 0;
  const tell = useRef(onInvalid);
  tell.current = onInvalid;
  useEffect(() => tell.current(isInvalid), [isInvalid]);
  const messages = placeIssues(form, value, issues);
  return (
    <div className="form">
      <fieldset className="form-switch" aria-label="Edit as">
        <button type="button" aria-pressed={!isRaw} disabled={isInvalid} onClick={() => setRaw(false)}>
          Form
        </button>
        <button type="button" aria-pressed={isRaw} disabled={isInvalid} onClick={() => setRaw(true)}>
          JSON
        </button>
      </fieldset>
      {isRaw ? (
        <>
          <JsonField
            label="Arguments as JSON"
            value={value}
            rows={12}
            onChange={onChange}
            onInvalid={(now) => note([], now)}
          />
          <Messages of={issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '))} />
        </>
      ) : (
        <FieldView field={form} path={[]} value={value} onChange={onChange} context={{ messages, onInvalid: note }} />
      )}
    </div>
  );
}
