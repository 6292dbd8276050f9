/** What the server tells the process at its start. */
export interface ChildConfig {
  readonly pyodideDir: string;
  /** The source of `runner.py`. */
  readonly runner: string;
  readonly memoryMb: number;
  readonly maxOutput: number;
  /** The folder to start from, made by `prepare`. */
  readonly prepared?: string;
  /** Set to make such a folder and end: a snapshot of the interpreter, and these files as JavaScript. */
  readonly prepare?: { readonly folder: string; readonly program: readonly string[] };
}

/** Reads the configuration from the environment, and leaves no variable there. */
export function takeConfig(): ChildConfig {
  const { env } = process;
  const config: ChildConfig = JSON.parse(env.SANDBOX_CONFIG ?? '');
  for (const name of Object.keys(env)) delete env[name];
  return config;
}
