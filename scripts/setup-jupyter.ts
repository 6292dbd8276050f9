/**
 * Finds a Jupyter server with an IPython kernel on this machine, or installs Debian's packages when it may.
 * As a command it prints the Python that has them, or what is missing and exits 1: `node scripts/setup-jupyter.ts`.
 */
import { type FoundPython, findOrInstallPython, findPython } from './find-python.ts';

const NEEDS = {
  modules: ['jupyter_server', 'ipykernel'],
  packages: ['jupyter-server', 'python3-ipykernel'],
  script: 'scripts/setup-jupyter.ts',
};

/** Looks for a Python that can run `-m jupyter_server`; installs nothing. */
export const findJupyter = (): FoundPython => findPython(NEEDS);

/** As {@link findJupyter}, after an attempt to install what is missing. */
export const findOrInstallJupyter = (): FoundPython => findOrInstallPython(NEEDS);

if (import.meta.main) {
  const result = findOrInstallJupyter();
  console.log('python' in result ? result.python : result.missing);
  process.exitCode = 'python' in result ? 0 : 1;
}
