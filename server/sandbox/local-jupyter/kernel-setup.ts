/** Python that a kernel runs for us, unseen by the agent. Values travel as JSON inside a string literal, so none can become code. */
import { readFileSync } from 'node:fs';
import { toPythonString } from '../python-string.ts';
import type { PythonModules } from '../sandbox.ts';
import { sharedPython } from '../shared-python.ts';

/** Marks a result that is a coroutine: a call that the code forgot to await. */
export const COROUTINE = 'application/vnd.agent-runtimes.coroutine';

/** Finds the class of this name in `kernel.py`, with no name that code can have changed. */
const KERNEL =
  '[each for each in ().__class__.__mro__[1].__subclasses__() if each.__name__ == "AgentRuntimesKernel"][-1]';

/** Python that makes the kernel do as local-eval does, and keeps what carries its results out of reach of its code. */
export function behaviourCode(): string {
  const source = readFileSync(new URL('./kernel.py', import.meta.url), 'utf8');
  return `exec(${toPythonString(`${sharedPython()}${source}`)}, {"get_ipython": get_ipython})`;
}

/** Python that awaits the coroutine to which the code before came. */
export const awaitCode = `await ${KERNEL}.coroutine`;

/** Python that sets environment variables. */
export const environmentCode = (variables: Readonly<Record<string, string>>): string =>
  `${KERNEL}.set_environment(${toPythonString(JSON.stringify(variables))})`;

/** Python that replaces the modules set before by these. */
export const modulesCode = (modules: PythonModules): string =>
  `${KERNEL}.set_modules(${toPythonString(JSON.stringify(modules))})`;
