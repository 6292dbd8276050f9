/** Which runs this process may write: where processes share a database, a run belongs to one of them at a time. */
export interface Ownership {
  /** The process, as rows of runs name it; null: it has its database alone. */
  readonly replica: string | null;
  /** How often the run was taken over until this process got it; undefined: it is none of this process. */
  fenceOf(runKey: string): number | undefined;
  /** Notes that the run belongs to this process from now on. */
  take(runKey: string, fence: number): void;
  /** Notes that it does no more. */
  drop(runKey: string): void;
}

/** Every run belongs to the process that has the database alone. */
export const SOLE_OWNER: Ownership = { replica: null, fenceOf: () => 0, take() {}, drop() {} };

/** The runs of one process of several. */
export function createOwnership(replica: string): Ownership {
  const fences = new Map<string, number>();
  return {
    replica,
    fenceOf: (runKey) => fences.get(runKey),
    take: (runKey, fence) => void fences.set(runKey, fence),
    drop: (runKey) => void fences.delete(runKey),
  };
}

/** A run that another process has taken over: nothing of it is stored here any more. */
export class RunLostError extends Error {
  override readonly name = 'RunLostError';

  constructor(runKey: string) {
    super(`The run ${runKey} was taken over by another process`);
  }
}
