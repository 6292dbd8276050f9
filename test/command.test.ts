/** The command as its operator meets it: what it prints and how it ends when it is asked for something it cannot do. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from './support/temporary-folder.ts';

const MAIN = fileURLToPath(new URL('../server/main.ts', import.meta.url));

interface Ended {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command with no variable of this machine but the path, until it ends by itself. */
async function run(args: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
  await using home = await temporaryFolder();
  const folders = { AGENT_RUNTIMES_DATA_DIR: join(home.path, 'data'), AGENT_RUNTIMES_PORT: '0' };
  const env = {
    PATH: process.env.PATH,
    HOME: home.path,
    AGENT_RUNTIMES_LOG_LEVEL: 'silent',
    ...folders,
    ...environment,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env, timeout: 15_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

const UNKNOWN_MODEL =
  "agent-runtimes: Unknown model 'nope'. Write provider:name with one of these providers: openai, anthropic, google, ollama, lmstudio, vllm, llamacpp, openai-compatible; or demo:rules\n";

test.each([
  ['the option --model', ['--model', 'nope'], {}],
  ['the variable AGENT_MODEL', [], { AGENT_MODEL: 'nope' }],
])('a default model that no provider has, given by %s, is refused before the server listens', async (_, args, set) => {
  expect(await run(args, set)).toEqual({ code: 1, stdout: '', stderr: UNKNOWN_MODEL });
});
