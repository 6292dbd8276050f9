import { createHash } from 'node:crypto';

const MAX_LENGTH = 64;

/**
 * The name by which a model calls the tool of a server: `server__tool`, in the characters and the length every provider accepts. It is cut
 * and ends in a hash where it would be too long or is in `taken`. The same input has the same name every time.
 */
export function toToolName(serverId: string, toolName: string, taken: ReadonlyMap<string, unknown>): string {
  const name = `${serverId}__${toolName}`.replace(/[^A-Za-z0-9_-]/g, '_');
  if (name.length <= MAX_LENGTH && !taken.has(name)) return name;
  for (let attempt = 0; ; attempt++) {
    const hash = createHash('sha256').update(`${serverId}\0${toolName}\0${attempt}`).digest('hex').slice(0, 8);
    const unique = `${name.slice(0, MAX_LENGTH - 9)}_${hash}`;
    if (!taken.has(unique)) return unique;
  }
}
