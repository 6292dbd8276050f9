import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { problemOf } from '../api.ts';
import { FieldView } from '../forms/field-view.tsx';
import { isRecord } from '../forms/form-values.ts';
import { toForm } from '../forms/schema-fields.ts';
import { placeIssues, readPlace } from '../forms/server-issues.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Failure } from '../ui/states.tsx';
import { lackedBy, type Server } from './selection.ts';
import { startServer } from './start-stop.ts';

const TEXT = { type: 'string', format: 'password' };
/** Where the further variables stand in the value of the form, which no variable can be called. */
const FURTHER = 'further variables';

// There is no JSON in this form: what is secret is read in no other place than where it is typed.
const onInvalid = () => undefined;

/** Asks for the variables that a server needs, and starts it with them. */
export function VariablesDialog({ server, onClose }: { readonly server: Server; readonly onClose: () => void }) {
  const [form] = useState(() => formOf(server));
  const [value, setValue] = useState<unknown>({});
  const start = useMutation({ mutationFn: () => startServer(server, variablesIn(value)), onSuccess: onClose });
  const given = Object.keys(variablesIn(value));
  const errors = start.isError ? (problemOf(start.error).errors ?? []) : [];
  const issues = errors.map(({ path, message }) => ({ path: placeOfVariable(path, given), message }));
  const messages = placeIssues(form, value, issues);
  return (
    <Dialog title={`Start ${server.name}`} onClose={onClose}>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          start.mutate();
        }}
      >
        <p className="soft">
          They are for this server alone, and kept in memory until it stops. They are never shown again.
        </p>
        <div className="form">
          <FieldView field={form} path={[]} value={value} onChange={setValue} context={{ messages, onInvalid }} />
        </div>
        {start.isError && !errors.length && <Failure cause={start.error} />}
        <p className="actions">
          <button type="submit" className="primary" disabled={start.isPending}>
            Start
          </button>
          {start.isPending && <small role="status">It is starting…</small>}
        </p>
      </form>
    </Dialog>
  );
}

function formOf(server: Server) {
  const needed = lackedBy(server).length ? lackedBy(server) : server.requiredEnvVars;
  return toForm({
    type: 'object',
    properties: {
      ...Object.fromEntries(needed.map((name) => [name, TEXT])),
      [FURTHER]: { type: 'object', title: 'Further variables', additionalProperties: TEXT },
    },
    // What is set where this server runs need not be given again.
    required: lackedBy(server),
  });
}

/** The variables in the value of the form; what is empty is not given. */
function variablesIn(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  const { [FURTHER]: further, ...named } = value;
  const all = Object.entries({ ...named, ...(isRecord(further) && further) });
  return Object.fromEntries(
    all.filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== ''),
  );
}

/** Errors tell the position of a variable: `env_vars.0.name`. */
function placeOfVariable(path: string, given: readonly string[]) {
  const [, position] = readPlace(path);
  const name = given[Number(position)];
  return name === undefined ? [] : [name];
}
