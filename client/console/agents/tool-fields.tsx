import { type AgentFields, type Change, idOf } from './agent-fields.ts';
import { Field } from './field.tsx';
import { ListField } from './list-field.tsx';
import { useServers } from './questions.ts';
import { findServer } from './server-choice.ts';

const MAX_TOOL_NAME = 64;

interface Props {
  readonly fields: AgentFields;
  readonly change: Change;
}

/** Which tool calls wait for a person; the tools of the chosen servers are offered. */
export function ToolApprovalsField({ fields, change }: Props) {
  const servers = useServers().data ?? [];
  const suggestions = fields.servers.flatMap((selection) => {
    const tools = findServer(servers, selection)?.tools ?? [];
    return ['*', ...tools.map(({ name }) => name)].map((name) => toToolName(idOf(selection), name));
  });
  return (
    <ListField
      name="approvals"
      label="Tools that ask first"
      hint="Names of tools, such as github__create_issue; * is any text. Their calls wait for the approval of a person."
      values={fields.approvals}
      suggestions={[...suggestions.filter((name) => name.length <= MAX_TOOL_NAME), '*']}
      onChange={(approvals) => change({ approvals })}
    />
  );
}

/** By which a model calls the tool of a server. */
const toToolName = (serverId: string, name: string) => `${serverId}__${name}`.replaceAll(/[^A-Za-z0-9_*-]/g, '_');

/** Whether the agent calls its tools from Python. */
export function CodemodeField({ fields: { codemode }, change }: Props) {
  return (
    <Field
      name="enable_codemode"
      label="Codemode"
      hint="With it the agent finds its tools itself, and calls them from Python that it writes."
    >
      {(control) => (
        <select
          {...control}
          value={codemode === null ? '' : codemode ? 'on' : 'off'}
          onChange={({ target }) => change({ codemode: target.value === '' ? null : target.value === 'on' })}
        >
          <option value="">As the server is started</option>
          <option value="on">On</option>
          <option value="off">Off</option>
        </select>
      )}
    </Field>
  );
}
