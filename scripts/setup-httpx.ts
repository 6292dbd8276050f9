/**
 * Finds a Python with httpx, which the Python client needs, or installs Debian's package when it may.
 * As a command it prints that Python, or what is missing and exits 1: `node scripts/setup-httpx.ts`.
 */
import { type FoundPython, findOrInstallPython, findPython } from './find-python.ts';

const NEEDS = { modules: ['httpx'], packages: ['python3-httpx'], script: 'scripts/setup-httpx.ts' };

/** Looks for a Python that has httpx; installs nothing. */
export const findHttpx = (): FoundPython => findPython(NEEDS);

if (import.meta.main) {
  const result = findOrInstallPython(NEEDS);
  console.log('python' in result ? result.python : result.missing);
  process.exitCode = 'python' in result ? 0 : 1;
}
