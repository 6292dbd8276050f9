/**
 * Finds a Python that can run the compatibility kits of A2A, or installs Debian's packages when it may; the kits are in the repository.
 * As a command it prints that Python, or what is missing and exits 1: `node scripts/setup-a2a-kits.ts`.
 */
import { type FoundPython, findOrInstallPython, findPython } from './find-python.ts';

const NEEDS = {
  modules: ['pytest', 'pytest_asyncio', 'httpx', 'requests', 'jsonschema'],
  packages: ['python3-pytest', 'python3-pytest-asyncio', 'python3-httpx', 'python3-requests', 'python3-jsonschema'],
  script: 'scripts/setup-a2a-kits.ts',
};

/** Looks for a Python that has what the kits import; installs nothing. */
export const findKitPython = (): FoundPython => findPython(NEEDS);

if (import.meta.main) {
  const result = findOrInstallPython(NEEDS);
  console.log('python' in result ? result.python : result.missing);
  process.exitCode = 'python' in result ? 0 : 1;
}
