"""Runs an agent's code in one namespace that lives as long as the interpreter. The same file serves both local engines."""

import ast
import asyncio
import builtins
import inspect
import io
import linecache
import os
import signal
import sys
import textwrap
import time

from own_modules import GivenModules, give_own_modules, private, repair_sys
from own_modules import own_json as json
from shown_values import AgentRuntimesVariables, to_mime

# Nobody else is to reach what carries the results.
del sys.modules["own_modules"], sys.modules["shown_values"]
traceback = private("traceback")

MAX_TRACEBACK = 20_000
# The files of the interpreter, its event loop and this runner: all that is at work while no code is.
_OF_PYTHON = (os.path.dirname(os.__file__), os.path.dirname(__file__), "<frozen ")

_bridge = None
_namespace = {}
_shown_builtins = builtins
_given = GivenModules()
_unsent = {"stdout": [], "stderr": []}
_cell = 0
_current = None
_unavailable = ""


class Writer(io.TextIOBase):
    """A text stream that hands whole lines to the bridge at once and the rest at the next flush. Closing it does no more than that."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, name):
        self.name = name

    def writable(self):
        return True

    def isatty(self):
        return False

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        parts = _unsent[self.name]
        parts.append(text)
        if len(parts) > 100 or len(text) > 4096 or "\n" in text:
            _send(self.name)
        return len(text)

    def flush(self):
        _send(self.name)

    def close(self):
        _send(self.name)


def _send(stream):
    """Hands what was written to the bridge; all writers of a stream share it."""
    parts = _unsent[stream]
    if not parts:
        return
    text = "".join(parts)
    parts.clear()
    try:
        _bridge.write(stream, text)
    except UnicodeEncodeError:
        _bridge.write(stream, text.encode("utf-8", "backslashreplace").decode())


def install(bridge, unavailable):
    """Connects this interpreter to its host: display(), input(), and modules of its own for code."""
    global _bridge, _unavailable, _shown_builtins
    _bridge = bridge
    _unavailable = unavailable
    builtins.display = display
    builtins.input = _no_input
    sys.modules.pop(__name__, None)
    sys.path[:] = [path for path in sys.path if path != os.path.dirname(__file__)]
    _shown_builtins = give_own_modules()
    AgentRuntimesVariables.namespace = _namespace
    _repair()


def _repair():
    """Sets right what code may have changed for the whole interpreter, so that the next execution can be followed."""
    repair_sys()
    _given.offer()
    signal.signal(signal.SIGINT, _on_interrupt)
    sys.stdout, sys.stderr, sys.stdin = Writer("stdout"), Writer("stderr"), io.StringIO()
    _namespace.setdefault("__name__", "__main__")
    _namespace["__builtins__"] = _shown_builtins


def _no_input(prompt=""):
    raise EOFError("input() has nobody to ask here: pass the value in the code instead")


def flush():
    """Hands on what was written so far."""
    _send("stdout")
    _send("stderr")


def _flush_all():
    """As flush, with the streams that code has put in the place of ours."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            pass  # what code has put there need not be a stream
    flush()


def display(*values):
    """Shows values in their richest form, as notebooks do."""
    flush()
    for value in values:
        _bridge.display(json.dumps(to_mime(value)))


def cancel():
    """Ends code that is waiting; code that computes is ended by an interrupt instead. Returns whether there was any."""
    return _current is not None and _current.cancel()


def _on_interrupt(_signal, frame):
    """Interrupts code, never the event loop below it: an exception there loses what would have woken the code, which then waits for ever."""
    while frame is not None and frame.f_code.co_filename.startswith(_OF_PYTHON):
        frame = frame.f_back
    if frame is not None:
        raise KeyboardInterrupt
    cancel()
    _bridge.interrupt_again()


async def run(code):
    """Runs one cell and returns its outcome as JSON."""
    global _current, _cell
    _cell += 1
    _repair()
    earlier = asyncio.all_tasks()
    _current = asyncio.ensure_future(_run(code, f"<cell {_cell}>"))
    try:
        outcome = await _current
    except BaseException as error:  # an interrupt that came between two steps of the cell
        outcome = {"status": "error", "result": None, "error": _describe(error), "exit_code": None}
    finally:
        _current = None
        repair_sys()
        await _end_tasks(earlier)
        _flush_all()
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
            _send("stderr")
            print(raised.code, file=Writer("stderr"))
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
    # Code can make any of this fail, or take so long that it is interrupted; what it came to is told all the same.
    try:
        if isinstance(error, ModuleNotFoundError) and _unavailable:
            error.add_note(_unavailable)
        if "'coroutine' object" in str(error):
            error.add_note("A call that returns a coroutine must be awaited: use `await`.")
        if isinstance(error, RuntimeError) and "event loop" in str(error):
            error.add_note("This code runs in an event loop already: use `await` in place of what starts one.")
    except BaseException:
        pass
    try:
        message = str.__str__(str(error))[:MAX_TRACEBACK]
    except BaseException:
        message = ""
    try:
        described = traceback.TracebackException.from_exception(error, compact=True)
        ours = next((i for i, frame in enumerate(described.stack) if frame.filename.startswith("<cell ")), None)
        del described.stack[: len(described.stack) if ours is None else ours]
        if described.stack and described.stack[-1].filename == __file__:
            del described.stack[-1]
        text = "".join(described.format())
    except BaseException:
        text = f"{type(error).__name__}: {message}"
    if len(text) > MAX_TRACEBACK:
        text = f"{text[: MAX_TRACEBACK // 2]}\n... cut ...\n{text[-MAX_TRACEBACK // 2 :]}"
    return {"name": type(error).__name__, "message": message, "traceback": text}


def set_modules(files):
    """Replaces the modules that were given before, and forgets what was imported of them."""
    _given.replace(json.loads(files))


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
