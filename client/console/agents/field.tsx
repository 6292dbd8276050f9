/** A field of the form: its label, its control, what it is for, and what the server said against it. */
import { createContext, type ReactNode, useContext, useId } from 'react';

/** What was refused, by the first segment of its path, such as `model`. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>;

/** What was refused last. */
export const Refusals = createContext<FieldErrors>({});

/** What a control carries so that its label, its hint and its errors belong to it. */
export interface ControlProps {
  readonly id: string;
  readonly name: string;
  readonly 'aria-describedby': string;
  readonly 'aria-invalid'?: true;
}

/** One field with one control. `name` is what the server calls it. */
export function Field({
  name,
  label,
  hint,
  children,
}: {
  readonly name: string;
  readonly label: string;
  readonly hint?: ReactNode;
  readonly children: (control: ControlProps) => ReactNode;
}) {
  const id = useId();
  const errors = useContext(Refusals)[name];
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, name, 'aria-describedby': `${id}-hint`, ...(errors && { 'aria-invalid': true }) })}
      <Said id={`${id}-hint`} errors={errors} hint={hint} />
    </div>
  );
}

/** Several controls that are one field. */
export function Group({
  name,
  label,
  hint,
  children,
}: {
  readonly name: string;
  readonly label: string;
  readonly hint?: ReactNode;
  readonly children: ReactNode;
}) {
  const id = useId();
  const errors = useContext(Refusals)[name];
  return (
    <fieldset aria-describedby={`${id}-hint`} className="agents-group">
      <legend>{label}</legend>
      {children}
      {/* Where the focus goes when it is refused. */}
      <div tabIndex={-1} {...(errors && { 'data-refused': true })}>
        <Said id={`${id}-hint`} errors={errors} hint={hint} />
      </div>
    </fieldset>
  );
}

function Said({
  id,
  errors,
  hint,
}: {
  readonly id: string;
  readonly errors: readonly string[] | undefined;
  readonly hint: ReactNode;
}) {
  return (
    <div id={id}>
      {errors?.map((error) => (
        <p className="agents-refused" key={error}>
          {error}
        </p>
      ))}
      {hint && <small>{hint}</small>}
    </div>
  );
}
