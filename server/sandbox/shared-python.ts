import { readFileSync } from 'node:fs';
import { toPythonString } from './python-string.ts';

/** In the order in which they import each other. */
const MODULES = ['own_modules', 'shown_values'];

/** Python that makes modules of what local-eval and kernels share, for the code after it to import. */
export const sharedPython = (): string => ['import sys, types', ...MODULES.map(toModuleCode), ''].join('\n');

function toModuleCode(name: string): string {
  const source = readFileSync(new URL(`./${name}.py`, import.meta.url), 'utf8');
  const module = `sys.modules[${toPythonString(name)}]`;
  return `${module} = types.ModuleType(${toPythonString(name)})\nexec(${toPythonString(source)}, ${module}.__dict__)`;
}
