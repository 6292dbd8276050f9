/** Whom a request comes from, as far as API keys tell callers apart: conversations, and all that hangs on them, belong to who began them. */
export interface Principal {
  /** The name of the key, the same after a restart; undefined without one. */
  readonly name: string | undefined;
  /** Whether nothing is hidden from it. */
  readonly seesAll: boolean;
}

/** Whoever calls where no key is asked for, and the server itself. */
export const EVERYBODY: Principal = { name: undefined, seesAll: true };

/** Whoever has not shown a key where one is asked for. */
export const NOBODY: Principal = { name: undefined, seesAll: false };

/** What belongs to nobody was made when no key was asked for: everybody sees it. */
export const maySee = ({ name, seesAll }: Principal, owner: string | null): boolean =>
  seesAll || owner === null || owner === name;
