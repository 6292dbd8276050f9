/** The port of whatever runs an agent's Python: an interpreter of ours, or a kernel of a Jupyter server. */
import type { CallProgress } from '../runs/call-watch.ts';

/** Which implementation runs the code. */
export type SandboxVariant = 'local-eval' | 'local-jupyter';

/** One value in several representations, by mime type, such as `text/plain` and `image/png` (base64). */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** What an execution shows while it runs. */
export type OutputEvent =
  | { readonly type: 'stdout' | 'stderr'; readonly text: string }
  | { readonly type: 'display'; readonly data: MimeBundle };

/** A Python exception; `traceback` is plain text without terminal colours. */
export interface PythonError {
  readonly name: string;
  readonly message: string;
  readonly traceback: string;
}

/** How an execution ended. `killed`: the interpreter died or was ended, for another reason than time. */
export type ExecutionStatus = 'ok' | 'error' | 'exit' | 'timeout' | 'cancelled' | 'killed';

/** How one execution ended, and what it showed. */
export interface Execution {
  readonly status: ExecutionStatus;
  readonly stdout: string;
  readonly stderr: string;
  /** The value of the last expression; null when there is none or it is None. */
  readonly result: MimeBundle | null;
  /** What the code displayed, in order. */
  readonly displays: readonly MimeBundle[];
  /** Set whenever the status is neither `ok` nor `exit`. */
  readonly error: PythonError | null;
  /** Set when the status is `exit`. */
  readonly exitCode: number | null;
  /** Whether part of the output was dropped because it was over a limit. */
  readonly isTruncated: boolean;
  /** Whether variables of earlier executions are gone: found so at the start, or lost in this execution. */
  readonly variablesLost: boolean;
  /** Sentences a reader of the result must know: why variables are lost, what was cut. */
  readonly notices: readonly string[];
}

/** The answer to a tool call from code, as Python reads it. A tool's own failure is `success: false`, never an exception. */
export type ToolCallAnswer =
  | {
      readonly success: true;
      readonly result?: unknown;
      readonly content?: readonly unknown[];
      readonly structured_content?: unknown;
    }
  | {
      readonly success: false;
      readonly error: string;
      readonly kind: 'tool' | 'not_found' | 'invalid_input' | 'denied' | 'limit' | 'transport';
      readonly content?: readonly unknown[];
    };

/** Calls a tool for code in a sandbox; ends soon after `signal` aborts. Calls `onStart` when it is allowed and goes to its server. */
export type ToolCallHandler = (
  server: string,
  tool: string,
  args: Readonly<Record<string, unknown>>,
  options: { readonly signal: AbortSignal; readonly onStart?: CallProgress['start'] | undefined },
) => Promise<ToolCallAnswer>;

/** How one execution is to run. */
export interface RunOptions {
  readonly timeoutMs: number;
  /** Interrupts the code, which keeps its variables when it ends within the grace time. */
  readonly signal: AbortSignal;
  /** Called in order with each piece of output as it comes. */
  readonly onOutput: (event: OutputEvent) => void;
  readonly onToolCall: ToolCallHandler;
}

/** Python files by their path below a folder that is on `sys.path`, such as `generated/client.py`. */
export type PythonModules = Readonly<Record<string, string>>;

/** One interpreter with its variables. Whoever holds it runs one execution at a time and closes it. */
export interface Sandbox {
  readonly variant: SandboxVariant;
  /** Whether an interpreter is alive now, or about to be. False for good once it has died or was closed. */
  readonly isRunning: boolean;
  /** Resolves when code can run; rejects naming the step that failed. Starting twice gives one interpreter. */
  start(): Promise<void>;
  /** Never rejects for what the code does; rejects when there is nothing to run it. */
  run(code: string, options: RunOptions): Promise<Execution>;
  /** Replaces the Python modules that were set before; those already imported are forgotten, so that code imports the new ones. */
  setModules(modules: PythonModules): Promise<void>;
  /** Sets environment variables of the interpreter. */
  setEnvironment(variables: Readonly<Record<string, string>>): Promise<void>;
  /** Ends the interpreter; closing twice is fine. */
  close(): Promise<void>;
  /** Ends a process of this machine at once, without waiting. */
  kill(): void;
}
