/** Python that a kernel runs for us, unseen by the agent. Values travel as JSON inside a string literal, so none can become code. */
import { toPythonString } from '../python-string.ts';
import type { PythonModules } from '../sandbox.ts';

/** Marks a result that is a coroutine: a call that the code forgot to await. */
export const COROUTINE = 'application/vnd.agent-runtimes.coroutine';

/** The bounds of `runner.py`. */
const MAX_REPR = 100_000;
const MAX_JSON = 1_000_000;
const MAX_PARTS = 150_000;

/** Python that makes the kernel do as local-eval does: show values on one line and within bounds, data as data, and let code end without its kernel. */
export const behaviourCode = `
def _set_up():
    import inspect, json, sys
    from IPython.core.formatters import BaseFormatter, PlainTextFormatter

    waiting = sys.modules["_agent_waiting"] = type(sys)("_agent_waiting")

    class Waiting(BaseFormatter):
        def __call__(self, value):
            if not inspect.iscoroutine(value):
                return None
            waiting.coroutine = value
            return True

    class Plain(PlainTextFormatter):
        def __call__(self, value):
            try:
                text = repr(value)
            except Exception as error:
                text = f"<repr failed: {type(error).__name__}: {error}>"
            left = len(text) - ${MAX_REPR}
            return text if left <= 0 else f"{text[:${MAX_REPR}]}... [{left} more characters]"

    def to_json(value):
        try:
            text = json.dumps(value, allow_nan=False)
            parts = sum(text.count(mark) for mark in "[{,") + 3 * text.count(":")
            return json.loads(text) if len(text) <= ${MAX_JSON} and parts <= ${MAX_PARTS} else None
        except Exception:
            return None

    def leave(code=None):
        raise SystemExit(code)

    def no_input(prompt=""):
        raise EOFError("input() has nobody to ask here: pass the value in the code instead")

    shell = get_ipython()
    formatters = shell.display_formatter.formatters
    formatters["text/plain"] = Plain(parent=shell.display_formatter)
    formatters["${COROUTINE}"] = Waiting(parent=shell.display_formatter)
    for kind in (dict, list, tuple):
        formatters["application/json"].for_type(kind, to_json)
    shell.push({"exit": leave, "quit": leave, "input": no_input}, interactive=False)

try:
    _set_up()
finally:
    del _set_up
`;

/** Python that awaits the coroutine to which the code before came. */
export const awaitCode = 'await __import__("sys").modules["_agent_waiting"].coroutine';

/** Python that sets environment variables. */
export const environmentCode = (variables: Readonly<Record<string, string>>): string =>
  `import json, os\nos.environ.update(json.loads(${toPythonString(JSON.stringify(variables))}))\ndel json, os`;

/** Python that replaces the modules set before by these, in a temporary folder of the kernel. */
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
_set_modules(_json.loads(${toPythonString(JSON.stringify(modules))}))
del _set_modules, _json
`;
