import type { AgentFields, Change } from './agent-fields.ts';
import { Field } from './field.tsx';
import { ListField } from './list-field.tsx';
import { useAgents } from './questions.ts';

interface Props {
  readonly fields: AgentFields;
  readonly change: Change;
}

/** What most agents leave as it is. */
export function AdvancedFields({ fields, change }: Props) {
  return (
    <details>
      <summary>Limits, other agents, output</summary>
      <div className="stack">
        <LimitFields fields={fields} change={change} />
        <AskedAgentsField fields={fields} change={change} />
        <Field name="offer_as_tool" label="MCP clients at /api/v1/mcp" hint={undefined}>
          {(control) => (
            <select
              {...control}
              value={fields.offerAsTool ? 'on' : 'off'}
              onChange={({ target }) => change({ offerAsTool: target.value === 'on' })}
            >
              <option value="on">are offered it as a tool</option>
              <option value="off">are not offered it</option>
            </select>
          )}
        </Field>
        <Field
          name="durable"
          label="Durable runs"
          hint="They go on without readers, and on another process when theirs is gone."
        >
          {(control) => (
            <select
              {...control}
              value={fields.durable ? 'on' : 'off'}
              onChange={({ target }) => change({ durable: target.value === 'on' })}
            >
              <option value="off">no</option>
              <option value="on">yes</option>
            </select>
          )}
        </Field>
        <Field
          name="output_schema"
          label="Output schema"
          hint="A JSON Schema of what its answers are, unless a prompt says otherwise. Empty: they are text."
        >
          {(control) => (
            <textarea
              {...control}
              className="mono"
              rows={6}
              spellCheck={false}
              placeholder={'{ "type": "object", "properties": { "degrees": { "type": "number" } } }'}
              value={fields.outputSchema}
              onChange={({ target }) => change({ outputSchema: target.value })}
            />
          )}
        </Field>
      </div>
    </details>
  );
}

function LimitFields({ fields, change }: Props) {
  return (
    <>
      <Field
        name="max_steps"
        label="Most steps of a run"
        hint="How often the model may be asked, 1 to 200; the usual is 20."
      >
        {(control) => (
          <input
            {...control}
            type="number"
            min={1}
            max={200}
            value={fields.maxSteps}
            onChange={({ target }) => change({ maxSteps: target.value })}
          />
        )}
      </Field>
      <Field name="temperature" label="Temperature" hint="0 to 2; empty: the default of the model.">
        {(control) => (
          <input
            {...control}
            type="number"
            min={0}
            max={2}
            step={0.1}
            value={fields.temperature}
            onChange={({ target }) => change({ temperature: target.value })}
          />
        )}
      </Field>
    </>
  );
}

function AskedAgentsField({ fields, change }: Props) {
  const agents = useAgents().data ?? [];
  return (
    <ListField
      name="agents"
      label="Agents it may ask"
      hint="Each by its id; it is the tool ask_<id> of this agent."
      values={fields.agents}
      suggestions={agents.map(({ id }) => id).filter((id) => id !== fields.id)}
      onChange={(ids) => change({ agents: ids })}
    />
  );
}
