"""Makes a kernel do as local-eval does, and keeps what carries its results out of reach of its code. Runs before any code of an agent.

Who executes this file gives it `get_ipython`.
"""

import builtins
import concurrent.futures.thread  # noqa: F401 - calls of tools need it, and code may take away what finds modules
import inspect
import os
import sys

import jupyter_client.session
from IPython.core.formatters import BaseFormatter, PlainTextFormatter
from own_modules import GivenModules, give_own_modules, private, repair_sys
from own_modules import own_json as json
from shown_values import AgentRuntimesVariables, to_data, to_text

# Nobody else is to reach what carries the results.
del sys.modules["own_modules"], sys.modules["shown_values"]
traceback = private("traceback")

# Marks a result that is a coroutine: a call that the code forgot to await.
COROUTINE = "application/vnd.agent-runtimes.coroutine"

_shell = get_ipython()  # noqa: F821
_streams = sys.stdout, sys.stderr
_given = GivenModules()
_environment = {}


class AgentRuntimesKernel:
    """What the server tells this kernel to do. Code of the server finds it by its name, with no name that code can change."""

    coroutine = None

    def set_modules(files):
        _given.replace(json.loads(files))

    def set_environment(variables):
        _environment.update(json.loads(variables))
        os.environ.update(_environment)


class Coroutine(BaseFormatter):
    def __call__(self, value):
        if not inspect.iscoroutine(value):
            return None
        AgentRuntimesKernel.coroutine = value
        return True


class Plain(PlainTextFormatter):
    def __call__(self, value):
        return to_text(value)


def leave(code=None):
    raise SystemExit(code)


def no_input(prompt=""):
    raise EOFError("input() has nobody to ask here: pass the value in the code instead")


def repair():
    """Sets right what code may have changed for the whole kernel, so that the next execution can be followed."""
    repair_sys()
    _given.offer()
    for name, value in _environment.items():
        os.environ.setdefault(name, value)
    sys.stdout, sys.stderr = _streams
    for stream, own in _attributes:
        for name in [*vars(stream)]:
            if name not in own and hasattr(type(stream), name):
                delattr(stream, name)
    for name, value in _names.items():
        _shell.user_ns.setdefault(name, value)
    _shell.user_ns["__builtins__"] = _shown


def with_fallback(structured_traceback):
    """Tells errors as IPython does, and as Python does where that fails: it loads modules when it is first used."""

    def tell(kind, error, frames=None, *args, **options):
        try:
            return structured_traceback(kind, error, frames, *args, **options)
        except Exception:
            return "".join(traceback.format_exception(kind, error, frames or None)).splitlines()

    return tell


for _stream in _streams:
    # A closed one would wait for the thread that reads from it, for ever.
    _stream.close = _stream.flush
_attributes = [(stream, frozenset(vars(stream))) for stream in _streams]
_formatters = _shell.display_formatter.formatters
_formatters["text/plain"] = Plain(parent=_shell.display_formatter)
_formatters[COROUTINE] = Coroutine(parent=_shell.display_formatter)
for _kind in (dict, list, tuple):
    _formatters["application/json"].for_type(_kind, to_data)
for _teller in (_shell.InteractiveTB, _shell.SyntaxTB):
    _teller.structured_traceback = with_fallback(_teller.structured_traceback)
_shell.push({"exit": leave, "quit": leave, "input": no_input}, interactive=False)
builtins.input = no_input
jupyter_client.session.json = json
_shown = give_own_modules()
_names = {**_shell.user_ns}
AgentRuntimesVariables.namespace, AgentRuntimesVariables.given = _shell.user_ns, _names
_shell.events.register("pre_execute", repair)
_shell.events.register("post_execute", repair)
repair()
