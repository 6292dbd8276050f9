import { randomBytes } from 'node:crypto';
import { NewAgentId } from '../../contract/ids.ts';

const MAX_LENGTH = 64;

/** An id for an agent of this name that `isTaken` does not know: `Ünïcode Agent` becomes `unicode-agent`, then `unicode-agent-2`. */
export function toAgentId(name: string, isTaken: (id: string) => boolean): string {
  const slug = toSlug(name);
  // A name in another script, or one that is a word of the API's paths, gives an id without a meaning.
  const stem = NewAgentId.safeParse(slug).success ? slug : `agent-${randomBytes(4).toString('hex')}`;
  let id = stem;
  for (let number = 2; isTaken(id); number += 1) id = `${stem}-${number}`;
  return id;
}

const toSlug = (name: string) =>
  name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_LENGTH)
    .replaceAll(/^-|-$/g, '');
