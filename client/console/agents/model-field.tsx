import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Outputs } from '../../index.ts';
import { client } from '../api.ts';
import { Field } from './field.tsx';

type Offered = Outputs['configure']['models'];
type OfferedModel = Offered['models'][number];

const OTHER = 'other';
const AN_OFFERED = 'offered ';

/** The model of an agent: one of those that the server knows, with what each needs, or any other by its name. */
export function ModelField({
  value,
  onChange,
}: {
  /** Empty: the default of the server. */
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const offered = useQuery({ queryKey: ['models'], queryFn: () => client.configure.models.query() });
  const [isTyped, setTyped] = useState(false);
  const models = offered.data?.models ?? [];
  const chosen = models.find(({ id }) => id === value);
  const isOther = isTyped || (value !== '' && !chosen);
  const choose = (choice: string) => {
    setTyped(choice === OTHER);
    if (choice !== OTHER) onChange(choice.slice(AN_OFFERED.length));
  };
  return (
    <>
      <Field
        name={isOther ? 'model-choice' : 'model'}
        label="Model"
        hint={isOther || !chosen ? undefined : hintOf(chosen)}
      >
        {(control) => (
          <select
            {...control}
            value={isOther ? OTHER : AN_OFFERED + value}
            onChange={(event) => choose(event.target.value)}
          >
            <option value={AN_OFFERED}>{defaultLabel(offered.data)}</option>
            {[...Map.groupBy(models, ({ provider }) => provider)].map(([provider, group]) => (
              <optgroup label={provider} key={provider}>
                {group.map((model) => (
                  <option value={AN_OFFERED + model.id} key={model.id}>
                    {`${model.label}${model.is_ready ? '' : ` – needs ${model.needs ?? 'a key'}`}`}
                  </option>
                ))}
              </optgroup>
            ))}
            <option value={OTHER}>Another model…</option>
          </select>
        )}
      </Field>
      {isOther && (
        <Field name="model" label="Name of the model" hint="provider:name, such as openai:gpt-4o">
          {(control) => (
            <input {...control} value={value} spellCheck={false} onChange={(event) => onChange(event.target.value)} />
          )}
        </Field>
      )}
    </>
  );
}

const defaultLabel = (offered: Offered | undefined) =>
  `The default of the server${offered?.default_model ? ` (${offered.default_model})` : ''}`;

/** What a model needs and costs; nothing of the default of the server, which may be another one tomorrow. */
function hintOf({ needs, is_ready: isReady, price }: OfferedModel): string {
  const key =
    needs === null
      ? 'It needs no key.'
      : isReady
        ? `Its key ${needs} is set.`
        : `Its key ${needs} is not set: set it where the server is started. Until then prompts fail.`;
  return price ? `${key} $${price.input} in and $${price.output} out for a million tokens.` : key;
}
