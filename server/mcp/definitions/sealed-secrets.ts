/** The secrets of custom servers as they are stored: by the variables that stand for them, each sealed for its server and variable. */
import type { SecretBox } from '../../secrets/secret-box.ts';
import type { ServerDefinition } from './server-definition.ts';

/** Sealed values by the names of their variables. */
export type SealedSecrets = Readonly<Record<string, string>>;

/** What is stored of the secrets of a definition: what it withholds, sealed where there is a box, and what could not be opened, as it was. */
export function sealSecrets(
  { id, withheld = {}, unopened = {} }: ServerDefinition,
  box: SecretBox | undefined,
): SealedSecrets {
  const sealed = box
    ? Object.entries(withheld).map(([name, value]) => [name, box.seal(value, purposeOf(id, name))] as const)
    : [];
  return { ...unopened, ...Object.fromEntries(sealed) };
}

/** A definition with the secrets that were stored of it, as far as it refers to them. `isStale`: some of them are to be sealed anew. */
export function unsealSecrets(
  definition: ServerDefinition,
  sealed: SealedSecrets,
  box: SecretBox | undefined,
): { readonly definition: ServerDefinition; readonly isStale: boolean } {
  const opened = Object.entries(sealed)
    .filter(([name]) => definition.requiredEnvVars.includes(name))
    .map(([name, text]) => ({ name, text, value: box?.open(text, purposeOf(definition.id, name)) }));
  const withheld = opened.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]));
  const unopened = opened.flatMap(({ name, text, value }) => (value === undefined ? [[name, text]] : []));
  return {
    definition: {
      ...definition,
      ...(withheld.length > 0 && { withheld: Object.fromEntries(withheld) }),
      ...(unopened.length > 0 && { unopened: Object.fromEntries(unopened) }),
    },
    isStale: opened.some(({ text, value }) => value !== undefined && !box?.isCurrent(text)),
  };
}

const purposeOf = (id: string, name: string) => `custom-server:${id}:env:${name}`;
