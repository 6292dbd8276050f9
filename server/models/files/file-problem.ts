/** Why a file cannot be given to a model: a clause that may follow a colon, such as `its server answered 404`. Nothing secret is in it. */
export class FileProblem extends Error {
  override readonly name = 'FileProblem';
  readonly code: 'file-not-fetched' | 'file-not-taken' | 'file-too-large';

  constructor(code: FileProblem['code'], clause: string, options?: ErrorOptions) {
    super(clause, options);
    this.code = code;
  }

  /** Whether it is at an address whose name nobody here knows, as where a proxy is the only way out. */
  get isUnknownHere(): boolean {
    return UNKNOWN_HERE.has(Object(this.cause).code);
  }
}

/** What a look-up says of a name that it does not know. */
const UNKNOWN_HERE: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ENODATA']);
