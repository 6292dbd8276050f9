/**
 * What the tables and the maps of this server know a conversation or a run by: the id that its owner gave it, in the namespace of that
 * owner. Without an owner it is the id itself. It is told to nobody.
 */
export const toOwnedKey = (owner: string | null, id: string): string =>
  owner === null ? id : JSON.stringify([owner, id]);
