/** Finds a Python that has what the tests need, or installs Debian's packages of it when it may. */
import { spawnSync } from 'node:child_process';
import { installPackages, updatePackages, whyNotApt } from './apt-get.ts';

const CANDIDATES = ['/usr/bin/python3', 'python3', 'python'];

/** A Python that has the modules, or why there is none. */
export type FoundPython = { readonly python: string } | { readonly missing: string };

/** What a Python must have. */
interface PythonNeeds {
  readonly modules: readonly string[];
  /** The packages of Debian that bring the modules. */
  readonly packages: readonly string[];
  /** What to run to have them. */
  readonly script: string;
}

/** Looks for a Python with all the modules; installs nothing. */
export function findPython({ modules, packages, script }: PythonNeeds): FoundPython {
  const found = modules.map((name) => `u.find_spec("${name}")`).join(' and ');
  const code = `import importlib.util as u, sys; sys.exit(not (${found}))`;
  const python = CANDIDATES.find((candidate) => spawnSync(candidate, ['-c', code], { timeout: 20_000 }).status === 0);
  return python ? { python } : { missing: `no python3 with ${packages.join(' and ')} (run: node ${script})` };
}

/** As {@link findPython}, after an attempt to install what is missing with apt-get, which needs Debian and root. */
export function findOrInstallPython(needs: PythonNeeds): FoundPython {
  const found = findPython(needs);
  if ('python' in found) return found;
  const reason = whyNotApt();
  if (reason) return { missing: `${found.missing}; ${reason}` };
  const failure = updatePackages() ?? installPackages(...needs.packages);
  if (failure) return { missing: failure };
  return findPython(needs);
}
