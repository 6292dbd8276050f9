/**
 * Finds a Jupyter server with an IPython kernel on this machine, or installs Debian's packages when it may.
 * As a command it prints the Python that has them, or what is missing and exits 1: `node scripts/setup-jupyter.ts`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PACKAGES = ['jupyter-server', 'python3-ipykernel'];
const CANDIDATES = ['/usr/bin/python3', 'python3', 'python'];

/** A Python that can run `-m jupyter_server`, or why there is none. */
export type JupyterPython = { readonly python: string } | { readonly missing: string };

/** Looks for a Python with jupyter-server and ipykernel; installs nothing. */
export function findJupyter(): JupyterPython {
  const python = CANDIDATES.find((candidate) => {
    const code =
      'import importlib.util as u, sys; sys.exit(not (u.find_spec("jupyter_server") and u.find_spec("ipykernel")))';
    return spawnSync(candidate, ['-c', code], { timeout: 20_000 }).status === 0;
  });
  return python
    ? { python }
    : { missing: `no python3 with ${PACKAGES.join(' and ')} (run: node scripts/setup-jupyter.ts)` };
}

/** As {@link findJupyter}, after an attempt to install what is missing with apt-get, which needs Debian and root. */
export function findOrInstallJupyter(): JupyterPython {
  const found = findJupyter();
  if ('python' in found) return found;
  if (process.getuid?.() !== 0) return { missing: `${found.missing}; installing needs root` };
  if (!existsSync('/usr/bin/apt-get')) return { missing: `${found.missing}; this machine has no apt-get` };
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', ...PACKAGES],
  ]) {
    const { status, stderr } = spawnSync('apt-get', args, { env: environment, encoding: 'utf8', timeout: 300_000 });
    if (status !== 0) return { missing: `apt-get ${args[0]} failed: ${stderr?.trim().split('\n').at(-1)}` };
  }
  return findJupyter();
}

if (import.meta.main) {
  const result = findOrInstallJupyter();
  console.log('python' in result ? result.python : result.missing);
  process.exitCode = 'python' in result ? 0 : 1;
}
