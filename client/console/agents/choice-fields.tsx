import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../api.ts';
import { pathOf } from '../route.ts';
import { Link } from '../ui/link.tsx';
import { Answer, Empty } from '../ui/states.tsx';
import { countOf } from '../ui/text.tsx';
import { idOf, type ServerSelection } from './agent-fields.ts';
import { Group } from './field.tsx';
import { useServers } from './questions.ts';
import { dotOf, findServer, inOrder, type McpServer, selectionOf } from './server-choice.ts';

/** Which MCP servers the agent may use, each with its state. */
export function ServersField({
  selected,
  onChange,
}: {
  readonly selected: readonly ServerSelection[];
  readonly onChange: (selected: readonly ServerSelection[]) => void;
}) {
  const servers = useServers();
  return (
    <Group
      name="selected_mcp_servers"
      label="MCP servers"
      hint="The agent may call their tools. They start when it is used, or on its page."
    >
      <Answer of={servers}>{(all) => <ServerChoices all={all} selected={selected} onChange={onChange} />}</Answer>
    </Group>
  );
}

function ServerChoices({
  all,
  selected,
  onChange,
}: {
  readonly all: readonly McpServer[];
  readonly selected: readonly ServerSelection[];
  readonly onChange: (selected: readonly ServerSelection[]) => void;
}) {
  // As it was at first: nothing moves while it is clicked.
  const [first] = useState(selected);
  const unknown = selected.filter((selection) => !findServer(all, selection));
  const without = (server: McpServer) => selected.filter((selection) => findServer(all, selection) !== server);
  if (!all.length && !unknown.length) {
    return (
      <Empty>
        There are no MCP servers. <Link href={pathOf(['servers'])}>Add one</Link>
      </Empty>
    );
  }
  return (
    <ul className="agents-choices">
      {inOrder(all, first).map((server) => (
        <li key={`${server.origin} ${server.id}`}>
          <label className="check">
            <input
              type="checkbox"
              checked={without(server).length < selected.length}
              onChange={({ target }) =>
                onChange(target.checked ? [...selected, selectionOf(all, server)] : without(server))
              }
            />
            <span className="agents-choice">
              {server.name}
              <small>{wordsOf(server)}</small>
            </span>
            <span className={`dot ${dotOf(server)}`} aria-hidden="true" />
            <small>{server.status}</small>
          </label>
        </li>
      ))}
      {unknown.map((selection) => (
        <li key={JSON.stringify(selection)}>
          <label className="check">
            <input type="checkbox" checked onChange={() => onChange(selected.filter((one) => one !== selection))} />
            <span className="agents-choice">
              {idOf(selection)}
              <small>There is no such server any more.</small>
            </span>
          </label>
        </li>
      ))}
    </ul>
  );
}

function wordsOf({ id, origin, tools, isAvailable, isRunning, requiredEnvVars }: McpServer): string {
  const state = isRunning ? countOf(tools.length, 'tool') : isAvailable ? '' : `needs ${requiredEnvVars.join(', ')}`;
  return [id, origin, state].filter(Boolean).join(' · ');
}

/** Which skills the agent may use. */
export function SkillsField({
  selected,
  onChange,
}: {
  /** null: those that the server is started with. */
  readonly selected: readonly string[] | null;
  readonly onChange: (selected: readonly string[] | null) => void;
}) {
  const skills = useQuery({ queryKey: ['skills'], queryFn: () => client.skills.list.query() });
  return (
    <Group name="skills" label="Skills" hint="The agent reads one when a task needs it.">
      <Answer of={skills}>
        {({ skills: all }) => {
          const known = all.map(({ name, description }) => ({ name, description }));
          const gone = (selected ?? [])
            .filter((name) => !all.some((skill) => skill.name === name))
            .map((name) => ({ name, description: 'There is no such skill any more.' }));
          const defaults = all.filter((skill) => skill.default).map(({ name }) => name);
          return (
            <>
              <label className="check">
                <input
                  type="checkbox"
                  checked={selected === null}
                  onChange={({ target }) => onChange(target.checked ? null : defaults)}
                />
                {`Those the server is started with (${defaults.join(', ') || 'none'})`}
              </label>
              {selected !== null && (
                <ul className="agents-choices">
                  {[...known, ...gone].map(({ name, description }) => (
                    <li key={name}>
                      <label className="check">
                        <input
                          type="checkbox"
                          checked={selected.includes(name)}
                          onChange={({ target }) =>
                            onChange(target.checked ? [...selected, name] : selected.filter((one) => one !== name))
                          }
                        />
                        <span className="agents-choice">
                          {name}
                          <small>{description}</small>
                        </span>
                      </label>
                    </li>
                  ))}
                </ul>
              )}
            </>
          );
        }}
      </Answer>
    </Group>
  );
}
