/** The bounds every sandbox is held to. Times are milliseconds, sizes are characters unless named otherwise. */
export interface SandboxLimits {
  /** How much processor time code gets to end by itself after an interrupt, before its interpreter is ended; a busy machine may take five times as long to give it that. */
  readonly graceMs: number;
  /** How long an interpreter that starts may give no sign of life; to compute is one, where that can be seen. */
  readonly startMs: number;
  /** How long an interpreter may take to start in all. */
  readonly startTotalMs: number;
  /** How long code in a kernel gets to end by itself after an interrupt, before its kernel is ended. */
  readonly kernelGraceMs: number;
  /** After how long a second kernel is started beside one that is not ready. */
  readonly kernelLateMs: number;
  /** How long a kernel that starts may give no sign of life. */
  readonly kernelStartMs: number;
  /** How long a Jupyter server may be out of reach before its kernel is given up. */
  readonly serverLostMs: number;
  /** How often a local-eval process that has nothing to run is asked whether it really does nothing. */
  readonly idleCheckMs: number;
  /** The most stdout and stderr kept of one execution, together. */
  readonly maxOutput: number;
  /** The most displayed values kept of one execution, the largest one, and all of them together. */
  readonly maxDisplays: number;
  readonly maxDisplay: number;
  readonly maxDisplayTotal: number;
  /** The most memory that the local-eval interpreter gives to Python. */
  readonly memoryMb: number;
  /** The resident memory at which a local-eval process is ended. */
  readonly maxResidentMb: number;
}

/** The bounds in force unless a server is given others. */
export const defaultLimits: SandboxLimits = {
  graceMs: 1500,
  startMs: 60_000,
  startTotalMs: 15 * 60_000,
  kernelGraceMs: 10_000,
  kernelLateMs: 10_000,
  kernelStartMs: 60_000,
  serverLostMs: 10_000,
  idleCheckMs: 3000,
  maxOutput: 1_000_000,
  maxDisplays: 200,
  maxDisplay: 5_000_000,
  maxDisplayTotal: 20_000_000,
  memoryMb: 256,
  maxResidentMb: 700,
};
