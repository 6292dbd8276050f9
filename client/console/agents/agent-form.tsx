import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useEffect, useMemo, useRef, useState } from 'react';
import { client, queries } from '../api.ts';
import { go, pathOf } from '../route.ts';
import { Link } from '../ui/link.tsx';
import { Failure } from '../ui/states.tsx';
import { AdvancedFields } from './advanced-fields.tsx';
import { type Agent, type AgentFields, type Change, changesOf, isSame, toNewAgent } from './agent-fields.ts';
import { ServersField, SkillsField } from './choice-fields.tsx';
import { Field, Refusals } from './field.tsx';
import { useLeaveQuestion } from './leave-question.tsx';
import { ModelField } from './model-field.tsx';
import { refusalsOf } from './refusals.ts';
import { CodemodeField, ToolApprovalsField } from './tool-fields.tsx';

/** Creates an agent from `initial`, or changes `agent`. */
export function AgentForm({
  initial,
  agent,
}: {
  readonly initial: AgentFields;
  /** The agent that is changed; absent: a new one is made. */
  readonly agent?: Agent;
}) {
  // What the server tells meanwhile does not change what is being written.
  const [before] = useState(initial);
  const [fields, setFields] = useState(before);
  const form = useRef<HTMLFormElement>(null);
  const isDirty = !isSame(before, fields);
  const { question, release } = useLeaveQuestion(isDirty, () => setFields(before));
  const save = useMutation({
    mutationFn: async () =>
      agent
        ? client.agents.update.mutate({ agent_id: agent.id, ...changesOf(before, fields) })
        : client.agents.create.mutate(toNewAgent(fields)),
    onSuccess: async ({ id }) => {
      release();
      await queries.invalidateQueries({ queryKey: ['agents'] });
      go(pathOf(['agents', id, 'overview']), { replace: true });
    },
  });
  const refusals = useMemo(() => (save.error ? refusalsOf(save.error) : {}), [save.error]);
  useEffect(() => {
    if (refusals && Object.keys(refusals).length) showFirstRefused(form.current);
  }, [refusals]);
  const change: Change = (some) => setFields((all) => ({ ...all, ...some }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!save.isPending) save.mutate();
  };
  return (
    <Refusals value={refusals ?? {}}>
      <form ref={form} className="stack agents-form" onSubmit={submit} noValidate>
        <WhoFields fields={fields} change={change} isNew={!agent} />
        <ModelField value={fields.model} onChange={(model) => change({ model })} />
        <ServersField selected={fields.servers} onChange={(servers) => change({ servers })} />
        <ToolApprovalsField fields={fields} change={change} />
        <CodemodeField fields={fields} change={change} />
        <SkillsField selected={fields.skills} onChange={(skills) => change({ skills })} />
        <AdvancedFields fields={fields} change={change} />
        {save.error && !refusals && <Failure cause={save.error} />}
        <p className="actions agents-save">
          <button type="submit" className="primary" disabled={save.isPending || (agent && !isDirty)}>
            {agent ? 'Save' : 'Create agent'}
          </button>
          <Link className="button" href={pathOf(agent ? ['agents', agent.id, 'overview'] : ['agents'])}>
            Cancel
          </Link>
          {isDirty && <small>Not saved yet</small>}
        </p>
      </form>
      {question}
    </Refusals>
  );
}

function WhoFields({
  fields,
  change,
  isNew,
}: {
  readonly fields: AgentFields;
  readonly change: Change;
  readonly isNew: boolean;
}) {
  return (
    <>
      <Field name="name" label="Name" hint={isNew ? 'For people. A name or an id is needed.' : 'For people.'}>
        {(control) => (
          <input {...control} value={fields.name} onChange={({ target }) => change({ name: target.value })} />
        )}
      </Field>
      {isNew && (
        <Field name="id" label="Id" hint="In every address of the agent, and kept for good. Empty: made from the name.">
          {(control) => (
            <input
              {...control}
              value={fields.id}
              placeholder="my-agent"
              spellCheck={false}
              onChange={({ target }) => change({ id: target.value })}
            />
          )}
        </Field>
      )}
      <Field name="description" label="Description" hint="What it is for. Other agents and MCP clients are told it.">
        {(control) => (
          <input
            {...control}
            value={fields.description}
            onChange={({ target }) => change({ description: target.value })}
          />
        )}
      </Field>
      <Field name="system_prompt" label="System prompt" hint="What the model is told before every conversation.">
        {(control) => (
          <textarea
            {...control}
            rows={6}
            value={fields.systemPrompt}
            onChange={({ target }) => change({ systemPrompt: target.value })}
          />
        )}
      </Field>
    </>
  );
}

/** Leads to the first field that was refused, also where it is folded away. */
function showFirstRefused(form: HTMLFormElement | null): void {
  const first = form?.querySelector<HTMLElement>('[aria-invalid], [data-refused]');
  const folded = first?.closest('details');
  if (folded) folded.open = true;
  first?.focus();
}
