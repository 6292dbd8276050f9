import { type KeyboardEvent, useId, useState } from 'react';
import { Icon } from '../ui/icon.tsx';
import { Field } from './field.tsx';

/** A field of several texts: those that are there, and one to type the next into. */
export function ListField({
  name,
  label,
  hint,
  values,
  suggestions,
  onChange,
}: {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly values: readonly string[];
  /** What is offered while one is typed; anything else may be typed too. */
  readonly suggestions: readonly string[];
  readonly onChange: (values: readonly string[]) => void;
}) {
  const [typed, setTyped] = useState('');
  const listId = useId();
  const add = () => {
    const text = typed.trim();
    setTyped('');
    if (text && !values.includes(text)) onChange([...values, text]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter in the field adds, and does not save the form.
    if (event.key !== 'Enter') return;
    event.preventDefault();
    add();
  };
  return (
    <Field name={name} label={label} hint={hint}>
      {(control) => (
        <>
          {values.length > 0 && (
            <ul className="chips">
              {values.map((value) => (
                <li className="chip agents-value" key={value}>
                  <code>{value}</code>
                  <button
                    type="button"
                    className="quiet"
                    aria-label={`Remove ${value}`}
                    onClick={() => onChange(values.filter((one) => one !== value))}
                  >
                    <Icon name="close" />
                  </button>
                </li>
              ))}
            </ul>
          )}
          <div className="row">
            <input
              {...control}
              className="agents-grow"
              list={listId}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              onKeyDown={onKeyDown}
              // What was typed and not added is meant all the same.
              onBlur={add}
            />
            <button type="button" disabled={!typed.trim()} onClick={add}>
              Add
            </button>
          </div>
          <datalist id={listId}>
            {suggestions
              .filter((one) => !values.includes(one))
              .map((one) => (
                <option value={one} key={one} />
              ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
