/** What all fields of a form are made of. */
import { type ReactNode, useId } from 'react';
import type { Path } from './form-values.ts';
import type { Field } from './schema-fields.ts';

/** What all fields of a form share. */
export interface FormContext {
  /** What the server said is wrong, by place. */
  readonly messages: ReadonlyMap<string, readonly string[]>;
  /** Told which places hold a text that is no JSON. */
  readonly onInvalid: (path: Path, isInvalid: boolean) => void;
}

/** One field, where it stands and what it holds. */
export interface FieldProps {
  readonly field: Field;
  readonly path: Path;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  readonly context: FormContext;
  /** What follows its label, such as a way to remove it. */
  readonly after?: ReactNode;
}

/** A label, its type and limits, its description, its control, and what is wrong with it. */
export function Labelled({
  field,
  messages,
  after,
  controlId,
  children,
}: {
  readonly field: Field;
  readonly messages: readonly string[] | undefined;
  readonly after?: ReactNode;
  readonly controlId?: string;
  readonly children: (ids: { readonly describedBy: string }) => ReactNode;
}) {
  const id = useId();
  return (
    <div className="field form-field">
      <div className="form-label">
        {controlId ? (
          <label htmlFor={controlId}>
            <FieldName field={field} />
          </label>
        ) : (
          <FieldName field={field} />
        )}
        {after}
      </div>
      <small id={id}>{field.description}</small>
      {children({ describedBy: `${id} ${id}-wrong` })}
      <div id={`${id}-wrong`}>
        <Messages of={messages} />
      </div>
    </div>
  );
}

/** The name of a field, whether it must be filled in, and what it takes. */
export function FieldName({ field }: { readonly field: Field }) {
  return (
    <>
      <span>{field.label}</span>
      {field.isRequired && <span className="form-required"> required</span>} <small>{field.type}</small>
    </>
  );
}

/** What the server said is wrong here. */
export function Messages({ of }: { readonly of: readonly string[] | undefined }) {
  if (!of?.length) return null;
  return (
    <div className="form-wrong" role="alert">
      {of.map((message) => (
        <p key={message}>{message}</p>
      ))}
    </div>
  );
}
