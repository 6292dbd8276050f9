"""Runs an agent's code in one namespace that lives as long as the interpreter. The same file serves both local engines."""

import ast
import asyncio
import base64
import builtins
import inspect
import io
import json
import linecache
import os
import shutil
import sys
import textwrap
import time
import traceback

MAX_REPR = 100_000
MAX_TRACEBACK = 20_000
MAX_JSON = 1_000_000
MAX_BUNDLE = 5_000_000
MAX_KINDS = 32
# The most elements of one value that the server reads; a key counts as three.
MAX_PARTS = 150_000

_bridge = None
_namespace = {"__name__": "__main__", "__builtins__": builtins, "__doc__": None}
_cell = 0
_current = None
_unavailable = ""
_top_level = []


class Writer(io.TextIOBase):
    """A text stream that hands whole lines to the bridge at once and the rest at the next flush."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, name):
        self.name = name
        self._parts = []
        self._size = 0

    def writable(self):
        return True

    def isatty(self):
        return False

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._parts.append(text)
        self._size += len(text)
        if self._size > 4096 or "\n" in text:
            self.flush()
        return len(text)

    def flush(self):
        if not self._size:
            return
        text = "".join(self._parts)
        self._parts.clear()
        self._size = 0
        try:
            _bridge.write(self.name, text)
        except UnicodeEncodeError:
            _bridge.write(self.name, text.encode("utf-8", "backslashreplace").decode())


def install(bridge, folder, unavailable):
    """Connects this interpreter to its host: streams, display(), input(); `folder` is where modules are put."""
    global _bridge, _unavailable
    _bridge = bridge
    _unavailable = unavailable
    sys.stdout, sys.stderr, sys.stdin = Writer("stdout"), Writer("stderr"), io.StringIO()
    builtins.display = display
    builtins.input = _no_input
    sys.path.insert(0, folder)


def _no_input(prompt=""):
    raise EOFError("input() has nobody to ask here: pass the value in the code instead")


def flush():
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        pass  # the code has replaced its own streams


def display(*values):
    """Shows values in their richest form, as notebooks do."""
    flush()
    for value in values:
        _bridge.display(json.dumps(to_mime(value)))


def to_mime(value):
    bundle = {}
    try:
        text = repr(value)
    except Exception as error:
        text = f"<repr failed: {type(error).__name__}: {error}>"
    bundle["text/plain"] = (
        text if len(text) <= MAX_REPR else f"{text[:MAX_REPR]}... [{len(text) - MAX_REPR} more characters]"
    )
    custom = getattr(type(value), "_repr_mimebundle_", None)
    if custom:
        try:
            made = custom(value)
            made = made[0] if isinstance(made, tuple) else made
            for kind, data in dict(made).items():
                _add(bundle, str(kind), _json_value(data))
        except Exception:
            pass
    for kind, name in (
        ("text/html", "_repr_html_"),
        ("text/markdown", "_repr_markdown_"),
        ("text/latex", "_repr_latex_"),
        ("image/svg+xml", "_repr_svg_"),
        ("image/png", "_repr_png_"),
        ("image/jpeg", "_repr_jpeg_"),
    ):
        method = getattr(type(value), name, None)
        if method and kind not in bundle:
            try:
                made = _json_value(method(value))
                if isinstance(made, str):
                    _add(bundle, kind, made)
            except Exception:
                pass
    if not isinstance(value, (str, int, float, bool, type(None))) and "application/json" not in bundle:
        try:
            encoded = json.dumps(value, allow_nan=False)
            if len(encoded) <= MAX_JSON:
                _add(bundle, "application/json", json.loads(encoded))
        except Exception:
            pass
    return bundle


def _add(bundle, kind, data):
    """Adds one representation, when it and those before it are within bounds together."""
    encoded = "" if isinstance(data, str) else json.dumps(data)
    size = len(kind) + (len(data) if isinstance(data, str) else len(encoded))
    parts = sum(encoded.count(mark) for mark in "[{,") + 3 * encoded.count(":")
    taken = sum(len(known) + len(text if isinstance(text, str) else json.dumps(text)) for known, text in bundle.items())
    if parts <= MAX_PARTS and taken + size <= MAX_BUNDLE and len(bundle) < MAX_KINDS:
        bundle[kind] = data


def _json_value(value):
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    json.dumps(value, allow_nan=False)
    return value


def cancel():
    """Ends code that is waiting; code that computes is ended by an interrupt instead."""
    if _current is not None and not _current.done():
        _current.cancel()


async def run(code):
    """Runs one cell and returns its outcome as JSON."""
    global _current, _cell
    _cell += 1
    earlier = asyncio.all_tasks()
    _current = asyncio.ensure_future(_run(code, f"<cell {_cell}>"))
    try:
        outcome = await _current
    except BaseException as error:  # an interrupt that came between two steps of the cell
        outcome = {"status": "error", "result": None, "error": _describe(error), "exit_code": None}
    finally:
        _current = None
        await _end_tasks(earlier)
        flush()
    # A lone surrogate has no UTF-8: it becomes an escape of JSON.
    return json.dumps(outcome, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


async def _end_tasks(earlier):
    left = [t for t in asyncio.all_tasks() if t not in earlier and t is not asyncio.current_task() and not t.done()]
    for task in left:
        task.cancel()
    if left:
        await asyncio.wait(left, timeout=0.2)


async def _run(code, filename):
    result = error = exit_code = None
    status = "ok"
    try:
        source = textwrap.dedent(code) if code[:1] in " \t" else code
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
        tree = ast.parse(source, filename, "exec")
        last = None
        if tree.body and isinstance(tree.body[-1], ast.Expr) and not source.rstrip().endswith(";"):
            last = ast.Expression(tree.body.pop().value)
        if tree.body:
            await _evaluate(tree, filename, "exec")
        if last is not None:
            value = await _evaluate(last, filename, "eval")
            if inspect.iscoroutine(value):
                value = await value
            if value is not None:
                _namespace["_"] = value
                result = to_mime(value)
    except SystemExit as raised:
        status = "exit"
        exit_code = _exit_code(raised.code)
        if not isinstance(raised.code, (int, type(None))):
            print(raised.code, file=sys.stderr)
    except BaseException as raised:
        status = "error"
        error = _describe(raised)
        raised.__traceback__ = None
    return {"status": status, "result": result, "error": error, "exit_code": exit_code}


def _exit_code(code):
    if code is None:
        return 0
    return int(code) if isinstance(code, int) and abs(code) < 1_000_000_000 else 1


async def _evaluate(tree, filename, mode):
    compiled = compile(tree, filename, mode, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    value = eval(compiled, _namespace)
    return await value if compiled.co_flags & inspect.CO_COROUTINE else value


def _describe(error):
    try:
        if isinstance(error, ModuleNotFoundError) and _unavailable:
            error.add_note(_unavailable)
        if "'coroutine' object" in str(error):
            error.add_note("A call that returns a coroutine must be awaited: use `await`.")
        if isinstance(error, RuntimeError) and "event loop" in str(error):
            error.add_note("This code runs in an event loop already: use `await` in place of what starts one.")
    except Exception:
        pass
    try:
        message = str(error)[:MAX_TRACEBACK]
    except Exception:
        message = ""
    try:
        described = traceback.TracebackException.from_exception(error, compact=True)
        ours = next((i for i, frame in enumerate(described.stack) if frame.filename.startswith("<cell ")), None)
        del described.stack[: len(described.stack) if ours is None else ours]
        text = "".join(described.format())
    except Exception:
        text = f"{type(error).__name__}: {message}"
    if len(text) > MAX_TRACEBACK:
        text = f"{text[: MAX_TRACEBACK // 2]}\n... cut ...\n{text[-MAX_TRACEBACK // 2 :]}"
    return {"name": type(error).__name__, "message": message, "traceback": text}


def set_modules(folder, modules):
    """Replaces the files in `folder` and forgets what was imported from it."""
    global _top_level
    modules = json.loads(modules)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder, exist_ok=True)
    for path, text in modules.items():
        target = os.path.join(folder, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w", encoding="utf-8") as file:
            file.write(text)
    names = {path.split("/")[0].removesuffix(".py") for path in modules}
    for name in list(sys.modules):
        if name.split(".")[0] in names | set(_top_level):
            del sys.modules[name]
    _top_level = sorted(names)
    # importlib.invalidate_caches() would load importlib.metadata, which takes ten times as long.
    sys.path_importer_cache.clear()


def set_environment(variables):
    os.environ.update(json.loads(variables))


_sleep = time.sleep


def _sleep_in_slices(seconds):
    flush()
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        _sleep(min(left, 0.02))
        if _bridge.interrupted():
            raise KeyboardInterrupt


def _refuse_to_run(_loop, _future):
    raise RuntimeError("This event loop is already running")


def adapt_to_webassembly():
    """Makes what blocks elsewhere, and cannot here, behave as in a notebook."""
    from pyodide import webloop

    # A sleep in WebAssembly runs no bytecode, so no interrupt would be seen before its end.
    time.sleep = _sleep_in_slices
    # The interpreter's own look for an interface that is taken away.
    asyncio.run = webloop._orig_run
    webloop.WebLoop.run_until_complete = _refuse_to_run
