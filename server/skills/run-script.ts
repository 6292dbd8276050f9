import { readFile } from 'node:fs/promises';
import { ApiError } from '../call/errors.ts';
import type { ToolOutcome } from '../runs/toolset.ts';
import type { ExecuteOptions, ManagedExecution } from '../sandbox/agent-execution.ts';
import { toPythonString } from '../sandbox/python-string.ts';
import { shortenText } from '../sandbox/shorten-text.ts';
import { type Skill, SkillError } from './skill.ts';
import { readFileWithin } from './skill-files.ts';

/** Runs Python where the scripts of skills are to run. */
export type Execute = (code: string, options: ExecuteOptions) => Promise<ManagedExecution>;

/** How a script is to run. `args` are those of a command line: no shell reads them. */
export interface ScriptRun {
  readonly script: string;
  readonly args: readonly string[];
  readonly stdin: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const MAX_FILES_SIZE = 4_194_304;

/** Runs a script, which sees the files of its skill beside it, the files and variables of the sandbox, and nothing of this machine. */
export async function runScript(skill: Skill, run: ScriptRun, execute: Execute): Promise<ToolOutcome> {
  const code = await toCode(skill, run);
  try {
    return report(await execute(code, { timeoutMs: run.timeoutMs, signal: run.signal }));
  } catch (cause) {
    // That there is nothing to run code is something a model can say; a fault of this server is not.
    if (!(cause instanceof ApiError)) throw cause;
    return { result: { success: false, execution_ok: false, execution_error: cause.message }, isError: true };
  }
}

async function toCode(skill: Skill, { script, args, stdin }: ScriptRun): Promise<string> {
  const runner = await readFile(new URL('./script-runner.py', import.meta.url), 'utf8');
  const files: Record<string, string> = {};
  let left = MAX_FILES_SIZE;
  for (const path of skill.files) {
    const bytes = await readFileWithin(skill.folder, path, MAX_FILES_SIZE);
    left -= bytes.length;
    if (left < 0) throw new SkillError(`The files of the skill '${skill.name}' are larger than 4 MB together`);
    files[path] = bytes.toString('base64');
  }
  const job = JSON.stringify({ script, args, stdin, files });
  // In a scope of its own: the variables of the agent's code are none of the runner's.
  return `(lambda scope: (exec(${toPythonString(runner)}, scope), scope["run"](${toPythonString(job)}))[1])({"__name__": "skill_runner", "__builtins__": __builtins__})`;
}

function report(execution: ManagedExecution): ToolOutcome {
  const { status, error, stdout, stderr, isTruncated, notices } = execution;
  const exitCode = status === 'ok' ? Number(execution.result?.['text/plain']) : null;
  return {
    // A script that exits with a failure has run; it is an error of the tool only when it could not.
    isError: status !== 'ok',
    result: {
      success: exitCode === 0,
      exit_code: exitCode,
      stdout: shortenText(stdout),
      stderr: shortenText(stderr),
      execution_ok: status === 'ok',
      ...(error && { execution_error: shortenText(`${error.name}: ${error.message}`) }),
      ...(isTruncated && { truncated: true }),
      ...(notices.length > 0 && { notices: [...notices] }),
      execution_time: Math.round(execution.durationMs) / 1000,
    },
  };
}
