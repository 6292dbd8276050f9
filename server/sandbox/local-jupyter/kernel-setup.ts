/** Python that a kernel runs for us, unseen by the agent. Values travel as JSON inside a string literal, so none can become code. */
import type { PythonModules } from '../sandbox.ts';

const toLiteral = (value: unknown): string => JSON.stringify(toAscii(JSON.stringify(value)));
const toAscii = (json: string): string =>
  json.replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Sets environment variables. */
export const environmentCode = (variables: Readonly<Record<string, string>>): string =>
  `import json, os\nos.environ.update(json.loads(${toLiteral(variables)}))\ndel json, os`;

/** Replaces the modules given before by these, in a temporary folder of the kernel. */
export const modulesCode = (modules: PythonModules): string => `
def _set_modules(modules):
    import atexit, importlib, os, shutil, sys, tempfile
    state = sys.modules.setdefault("_agent_modules", type(sys)("_agent_modules"))
    for name in list(sys.modules):
        if name.split(".")[0] in getattr(state, "names", ()):
            del sys.modules[name]
    old = getattr(state, "folder", None)
    if old is None:
        atexit.register(lambda: shutil.rmtree(state.folder, ignore_errors=True))
    else:
        sys.path[:] = [path for path in sys.path if path != old]
        shutil.rmtree(old, ignore_errors=True)
    state.folder = tempfile.mkdtemp(prefix="agent-modules-")
    state.names = {path.split("/")[0].removesuffix(".py") for path in modules}
    for path, text in modules.items():
        target = os.path.join(state.folder, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w", encoding="utf-8") as file:
            file.write(text)
    sys.path.insert(0, state.folder)
    importlib.invalidate_caches()

import json as _json
_set_modules(_json.loads(${toLiteral(modules)}))
del _set_modules, _json
`;
