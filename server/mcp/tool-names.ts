import { createHash } from 'node:crypto';

const MAX_LENGTH = 64;

/** The tools that have a name already. */
type Taken = ReadonlyMap<string, unknown>;

/**
 * The name by which a model calls the tool of a server: `server__tool`, in the characters and the length every provider accepts. It is cut
 * and ends in a hash where it would be too long or is in `taken`. The same input has the same name every time.
 */
export const toToolName = (serverId: string, toolName: string, taken: Taken): string =>
  toFreeName(`${serverId}__${toolName}`, `${serverId}\0${toolName}`, taken);

/** The name of the tool that asks an agent: `ask_<id>`, made like that of {@link toToolName}. */
export const toAskName = (agentId: string, taken: Taken): string => toFreeName(`ask_${agentId}`, agentId, taken);

function toFreeName(wanted: string, identity: string, taken: Taken): string {
  const name = wanted.replace(/[^A-Za-z0-9_-]/g, '_');
  if (name.length <= MAX_LENGTH && !taken.has(name)) return name;
  for (let attempt = 0; ; attempt++) {
    const hash = createHash('sha256').update(`${identity}\0${attempt}`).digest('hex').slice(0, 8);
    const unique = `${name.slice(0, MAX_LENGTH - 9)}_${hash}`;
    if (!taken.has(unique)) return unique;
  }
}
