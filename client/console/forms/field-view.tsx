import { FieldName, type FieldProps, Labelled, Messages } from './field-parts.tsx';
import { canShow, furtherNames, newItem, withProperty } from './form-values.ts';
import { JsonField } from './json-field.tsx';
import { MapField } from './map-field.tsx';
import { Control } from './plain-fields.tsx';
import type { Field } from './schema-fields.ts';
import { placeOf } from './server-issues.ts';

/** A field as its kind and its value have it: what the kind cannot show is edited as JSON. */
export function FieldView(props: FieldProps) {
  const { field, value } = props;
  if (!canShow(field, value) || field.kind === 'json') return <JsonFieldView {...props} />;
  if (field.kind === 'group') return props.path.length ? <Group {...props} /> : <Fields {...props} />;
  if (field.kind === 'map') return <MapField {...props} field={field} />;
  if (field.kind === 'list') return <ListField {...props} field={field} />;
  return <Control {...props} field={field} />;
}

function JsonFieldView({ field, path, value, onChange, context, after }: FieldProps) {
  return (
    <Labelled field={field} messages={context.messages.get(placeOf(path))} after={after}>
      {({ describedBy }) => (
        <JsonField
          label={`${field.label} as JSON`}
          value={value}
          describedBy={describedBy}
          onChange={onChange}
          onInvalid={(isInvalid) => context.onInvalid(path, isInvalid)}
        />
      )}
    </Labelled>
  );
}

/** A nested object: a frame of its own, that an optional one has only once it is added. */
function Group(props: FieldProps) {
  const { field, path, value, onChange, context, after } = props;
  const messages = context.messages.get(placeOf(path));
  return (
    <fieldset>
      <legend>
        <FieldName field={field} />
        {after}
        {!field.isRequired && value !== undefined && (
          <button type="button" onClick={() => onChange(undefined)}>
            Remove {field.label}
          </button>
        )}
      </legend>
      {field.description && <small>{field.description}</small>}
      {value === undefined && !field.isRequired ? (
        <button type="button" className="form-add" onClick={() => onChange(newItem(field))}>
          Add {field.label}
        </button>
      ) : (
        <Fields {...props} />
      )}
      {path.length > 0 && value === undefined && <Messages of={messages} />}
    </fieldset>
  );
}

function Fields({ field, path, value, onChange, context }: FieldProps) {
  if (field.kind !== 'group') return null;
  const held = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const further = furtherNames(field, value);
  return (
    <div className="stack">
      <Messages of={context.messages.get(placeOf(path))} />
      {!field.fields.length && !path.length && <p className="soft">It takes no arguments.</p>}
      {field.fields.map(({ name, field: inner }) => (
        <FieldView
          key={name}
          field={inner}
          path={[...path, name]}
          value={held.find(([key]) => key === name)?.[1]}
          onChange={(next) => onChange(withProperty(value, name, next))}
          context={context}
        />
      ))}
      {further.length > 0 && <small>Beside these its JSON holds: {further.join(', ')}</small>}
    </div>
  );
}

/** A list: its items one below the other, each with a way to remove it. */
function ListField({
  field,
  path,
  value,
  onChange,
  context,
  after,
}: FieldProps & { readonly field: Extract<Field, { kind: 'list' }> }) {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  const isFull = field.maxItems !== undefined && items.length >= field.maxItems;
  const change = (next: readonly unknown[]) => onChange(next.length || field.isRequired ? next : undefined);
  return (
    <fieldset>
      <legend>
        <FieldName field={field} />
        {after}
      </legend>
      {field.description && <small>{field.description}</small>}
      {items.map((item, at) => (
        <FieldView
          // biome-ignore lint/suspicious/noArrayIndexKey: an item has nothing but its place.
          key={at}
          field={{ ...field.item, label: `${field.label} ${at + 1}` }}
          path={[...path, at]}
          value={item}
          onChange={(next) => change(items.with(at, next ?? newItem(field.item)))}
          context={context}
          after={
            <button
              type="button"
              aria-label={`Remove ${field.label} ${at + 1}`}
              onClick={() => change(items.toSpliced(at, 1))}
            >
              Remove
            </button>
          }
        />
      ))}
      <Messages of={context.messages.get(placeOf(path))} />
      <button
        type="button"
        className="form-add"
        disabled={isFull}
        onClick={() => change([...items, newItem(field.item)])}
      >
        Add to {field.label}
      </button>
    </fieldset>
  );
}
