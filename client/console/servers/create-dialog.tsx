import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Inputs } from '../../index.ts';
import { client, problemOf, queries } from '../api.ts';
import { isRecord } from '../forms/form-values.ts';
import { toForm } from '../forms/schema-fields.ts';
import { SchemaForm } from '../forms/schema-form.tsx';
import { readPlace } from '../forms/server-issues.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Failure } from '../ui/states.tsx';
import { PROGRAM, REMOTE } from './new-server.ts';

const FORMS = { program: toForm(PROGRAM), remote: toForm(REMOTE) };
type Kind = keyof typeof FORMS;

/** Adds a server: a program of this machine, or one at an address. `onCreated` is told its id. */
export function CreateDialog({
  onClose,
  onCreated,
}: {
  readonly onClose: () => void;
  readonly onCreated: (id: string) => void;
}) {
  const [kind, setKind] = useState<Kind>('program');
  const [value, setValue] = useState<unknown>(FORMS.program.initial);
  const [isInvalid, setInvalid] = useState(false);
  const creation = useMutation({
    // The server says what is wrong with it.
    mutationFn: () => client.mcpServers.create.mutate(value as Inputs['mcpServers']['create']),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['servers'] });
      onCreated(id);
    },
  });
  const errors = creation.isError ? (problemOf(creation.error).errors ?? []) : [];
  const choose = (next: Kind) => {
    setKind(next);
    // What both have in common stays.
    const names = Object.keys((next === 'program' ? PROGRAM : REMOTE).properties);
    const kept = Object.entries(isRecord(value) ? value : {}).filter(([name]) => names.includes(name));
    setValue({ ...(isRecord(FORMS[next].initial) && FORMS[next].initial), ...Object.fromEntries(kept) });
  };
  return (
    <Dialog title="Add a server" onClose={onClose}>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          creation.mutate();
        }}
      >
        <label className="field">
          Kind
          <select value={kind} onChange={({ target }) => choose(target.value === 'remote' ? 'remote' : 'program')}>
            <option value="program">A program on the server's machine</option>
            <option value="remote">A server at an address</option>
          </select>
        </label>
        <SchemaForm
          key={kind}
          form={FORMS[kind]}
          value={value}
          onChange={setValue}
          issues={errors.map(({ path, message }) => ({ path: readPlace(path), message }))}
          onInvalid={setInvalid}
        />
        {creation.isError && !errors.length && <Failure cause={creation.error} />}
        <p className="actions">
          <button type="submit" className="primary" disabled={isInvalid || !isRecord(value) || creation.isPending}>
            Add
          </button>
        </p>
      </form>
    </Dialog>
  );
}
