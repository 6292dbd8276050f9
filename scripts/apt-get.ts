/** Installs packages of Debian where that may be done. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const DEADLINE_MS = 300_000;
const LOCK_SECONDS = 120;
/** What Debian asks before it starts a service that it has installed. */
const POLICY = '/usr/sbin/policy-rc.d';
const NO_SERVICES =
  '#!/bin/sh\n# While the tests of agent-runtimes install what they need: nothing that is installed starts.\nexit 101\n';

/** Why nothing can be installed here; undefined where it can, which needs Debian and root. */
export function whyNotApt(): string | undefined {
  if (process.getuid?.() !== 0) return 'installing needs root';
  return existsSync('/usr/bin/apt-get') ? undefined : 'this machine has no apt-get';
}

/** Reads anew what there is to install; returns in one line why it could not, undefined when it could. */
export function updatePackages(): string | undefined {
  return aptGet('update');
}

/** Installs packages that are not installed, of any version, and starts none of the services that are in them; returns in one line why it could not, undefined when it could. */
export function installPackages(...names: string[]): string | undefined {
  const isOurs = !existsSync(POLICY) || readFileSync(POLICY, 'utf8') === NO_SERVICES;
  if (isOurs) writeFileSync(POLICY, NO_SERVICES, { mode: 0o755 });
  try {
    return aptGet('install', '-y', '--no-upgrade', '--no-install-recommends', ...names);
  } finally {
    if (isOurs) rmSync(POLICY);
  }
}

function aptGet(command: string, ...more: string[]): string | undefined {
  // Another process may be installing at the moment.
  const args = ['-qq', '-o', `DPkg::Lock::Timeout=${LOCK_SECONDS}`, command, ...more];
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, stderr } = spawnSync('apt-get', args, { env: environment, encoding: 'utf8', timeout: DEADLINE_MS });
  return status === 0 ? undefined : `apt-get ${command} failed: ${stderr?.trim().split('\n').at(-1)}`;
}
