import { useEffect, useRef, useState } from 'react';
import { FieldName, type FieldProps, Messages } from './field-parts.tsx';
import { isRecord, isSame } from './form-values.ts';
import type { Field } from './schema-fields.ts';

type Row = readonly [name: string, text: string];

/** Texts by name: a row each. A row without a name is not told; of two with one name the last counts. */
export function MapField({
  field,
  path,
  value,
  onChange,
  context,
  after,
}: FieldProps & { readonly field: Extract<Field, { kind: 'map' }> }) {
  const [rows, setRows] = useState(() => toRows(value));
  const current = useRef(rows);
  current.current = rows;
  useEffect(() => {
    if (!isSame(fromRows(current.current), isRecord(value) ? value : {})) setRows(toRows(value));
  }, [value]);
  const change = (next: readonly Row[]) => {
    setRows(next);
    const texts = fromRows(next);
    onChange(Object.keys(texts).length || field.isRequired ? texts : undefined);
  };
  const messages = [...context.messages].filter(([place]) => place.startsWith(JSON.stringify(path).slice(0, -1)));
  return (
    <fieldset>
      <legend>
        <FieldName field={field} />
        {after}
      </legend>
      {field.description && <small>{field.description}</small>}
      {rows.map(([name, text], at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row has nothing but its place.
        <div className="form-row" key={at}>
          <input
            aria-label={`${field.label}: name ${at + 1}`}
            placeholder="name"
            autoComplete="off"
            spellCheck={false}
            value={name}
            onChange={(event) => change(rows.with(at, [event.target.value, text]))}
          />
          <input
            aria-label={`${field.label}: value ${at + 1}`}
            placeholder="value"
            type={field.isSecret ? 'password' : 'text'}
            autoComplete="off"
            value={text}
            onChange={(event) => change(rows.with(at, [name, event.target.value]))}
          />
          <button
            type="button"
            aria-label={`Remove ${field.label} ${at + 1}`}
            onClick={() => change(rows.toSpliced(at, 1))}
          >
            Remove
          </button>
        </div>
      ))}
      <Messages of={messages.flatMap(([, said]) => said)} />
      <button type="button" className="form-add" onClick={() => setRows([...rows, ['', '']])}>
        Add to {field.label}
      </button>
    </fieldset>
  );
}

function toRows(value: unknown): readonly Row[] {
  return isRecord(value) ? Object.entries(value).map(([name, text]) => [name, String(text)] as const) : [];
}

const fromRows = (rows: readonly Row[]) => Object.fromEntries(rows.filter(([name]) => name.trim() !== ''));
