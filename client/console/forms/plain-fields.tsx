/** The fields with one control: text, number, yes or no, one of several. */
import { useEffect, useId, useRef, useState } from 'react';
import { type FieldProps, Labelled } from './field-parts.tsx';
import { isSame, readNumber } from './form-values.ts';
import type { Field } from './schema-fields.ts';
import { placeOf } from './server-issues.ts';

type PlainField = Extract<Field, { readonly kind: 'text' | 'number' | 'boolean' | 'choice' | 'json' }>;

interface ControlProps<Of> {
  readonly field: Of;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  readonly attributes: {
    readonly id: string;
    readonly 'aria-describedby': string;
    readonly 'aria-required': boolean;
    readonly 'aria-invalid': boolean;
  };
}

/** A labelled control. */
export function Control({ field, path, value, onChange, context, after }: FieldProps & { readonly field: PlainField }) {
  const id = useId();
  const messages = context.messages.get(placeOf(path));
  return (
    <Labelled field={field} messages={messages} after={after} controlId={id}>
      {({ describedBy }) => {
        const attributes = {
          id,
          'aria-describedby': describedBy,
          'aria-required': field.isRequired,
          'aria-invalid': Boolean(messages?.length),
        };
        const props = { value, onChange, attributes };
        if (field.kind === 'text') return <TextControl {...props} field={field} />;
        if (field.kind === 'choice') return <ChoiceControl {...props} field={field} />;
        return field.kind === 'boolean' ? (
          <BooleanControl {...props} field={field} />
        ) : (
          <NumberControl {...props} field={field} />
        );
      }}
    </Labelled>
  );
}

function TextControl({ field, value, onChange, attributes }: ControlProps<Extract<Field, { kind: 'text' }>>) {
  const text = typeof value === 'string' ? value : '';
  const change = (next: string) => onChange(next === '' && !field.isRequired ? undefined : next);
  if (field.isLong) {
    return <textarea {...attributes} rows={1} value={text} onChange={(event) => change(event.target.value)} />;
  }
  return (
    <input
      {...attributes}
      type={field.isSecret ? 'password' : 'text'}
      autoComplete="off"
      value={text}
      onChange={(event) => change(event.target.value)}
    />
  );
}

/** What is typed stays as it is typed, also on the way to a number: `1.`, `-`. */
function NumberControl({ field, value, onChange, attributes }: ControlProps<PlainField>) {
  const [text, setText] = useState(() => toText(value));
  const typed = useRef(text);
  typed.current = text;
  useEffect(() => {
    if (!isSame(readNumber(typed.current) ?? '', value ?? '')) setText(toText(value));
  }, [value]);
  const change = (next: string) => {
    setText(next);
    const read = readNumber(next);
    // In a list a place is never nothing.
    onChange(read === undefined && field.isRequired && value !== undefined ? '' : read);
  };
  return (
    <input
      {...attributes}
      type="text"
      inputMode="decimal"
      autoComplete="off"
      value={text}
      onChange={(event) => change(event.target.value)}
    />
  );
}

function toText(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : '';
}

function BooleanControl({ field, value, onChange, attributes }: ControlProps<PlainField>) {
  const choices = [true, false].map((choice) => ({ label: String(choice), value: choice }));
  return <ChoiceControl field={{ ...field, kind: 'choice', choices }} {...{ value, onChange, attributes }} />;
}

function ChoiceControl({ field, value, onChange, attributes }: ControlProps<Extract<Field, { kind: 'choice' }>>) {
  const place = value === undefined ? -1 : field.choices.findIndex((choice) => isSame(choice.value, value));
  return (
    <select
      {...attributes}
      value={place < 0 ? '' : place}
      onChange={({ target }) => onChange(target.value === '' ? undefined : field.choices[Number(target.value)]?.value)}
    >
      {(!field.isRequired || place < 0) && <option value="">not set</option>}
      {field.choices.map(({ label }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the values of a schema stay where they are.
        <option key={at} value={at}>
          {label}
        </option>
      ))}
    </select>
  );
}
