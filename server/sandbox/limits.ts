/** The bounds every sandbox is held to. Times are milliseconds, sizes are characters unless named otherwise. */
export interface SandboxLimits {
  /** How long code gets to end by itself after an interrupt, before its interpreter is ended. */
  readonly graceMs: number;
  /** How long an interpreter may take to start. */
  readonly startMs: number;
  /** The most stdout and stderr kept of one execution, together. */
  readonly maxOutput: number;
  /** The most displayed values and the largest one kept of one execution. */
  readonly maxDisplays: number;
  readonly maxDisplay: number;
  /** The heap of the local-eval interpreter. */
  readonly memoryMb: number;
  /** The resident memory at which a local-eval process is ended. */
  readonly maxResidentMb: number;
}

/** The bounds in force unless a server is given others. */
export const defaultLimits: SandboxLimits = {
  graceMs: 1500,
  startMs: 20_000,
  maxOutput: 1_000_000,
  maxDisplays: 200,
  maxDisplay: 5_000_000,
  memoryMb: 256,
  maxResidentMb: 700,
};
