/** Installs packages of Debian where that may be done. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const DEADLINE_MS = 300_000;
const LOCK_SECONDS = 120;

/** Why nothing can be installed here; undefined where it can, which needs Debian and root. */
export function whyNotApt(): string | undefined {
  if (process.getuid?.() !== 0) return 'installing needs root';
  return existsSync('/usr/bin/apt-get') ? undefined : 'this machine has no apt-get';
}

/** Runs apt-get without a question, such as `update`, and `install` with names; returns in one line why it failed, undefined when it did not. */
export function aptGet(command: 'update' | 'install', packages: readonly string[] = []): string | undefined {
  const more = command === 'install' ? ['-y', '--no-install-recommends', ...packages] : [];
  // Another process may be installing at the moment.
  const args = ['-qq', '-o', `DPkg::Lock::Timeout=${LOCK_SECONDS}`, command, ...more];
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, stderr } = spawnSync('apt-get', args, {
    env: environment,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: DEADLINE_MS,
    killSignal: 'SIGKILL',
  });
  return status === 0 ? undefined : `apt-get ${command} failed: ${stderr?.trim().split('\n').at(-1)}`;
}
