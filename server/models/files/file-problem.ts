/** Why a file cannot be given to a model: a clause that may follow a colon, such as `its server answered 404`. Nothing secret is in it. */
export class FileProblem extends Error {
  override readonly name = 'FileProblem';
  readonly code: 'file-not-fetched' | 'file-not-taken' | 'file-too-large';

  constructor(code: FileProblem['code'], clause: string, options?: ErrorOptions) {
    super(clause, options);
    this.code = code;
  }
}
