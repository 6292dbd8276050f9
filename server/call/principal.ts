/**
 * Whom a request comes from, as far as API keys tell callers apart: a conversation, and all that hangs on it, belongs to whoever began it,
 * and its id is one of theirs: others may use the same text.
 */
export interface Principal {
  /** The name of the key, the same after a restart; undefined without one. */
  readonly name: string | undefined;
  /** Whether it sees what others have begun. */
  readonly seesAll: boolean;
}

/** The caller where no key is asked for, and the server itself. */
export const EVERYBODY: Principal = { name: undefined, seesAll: true };

/** The caller who has shown no valid key where one is asked for. */
export const NOBODY: Principal = { name: undefined, seesAll: false };

/** Whether a principal may see what `owner` began. Without an owner it was begun when no key was asked for, and everybody may see it. */
export const maySee = ({ name, seesAll }: Principal, owner: string | null): boolean =>
  seesAll || owner === null || owner === name;
