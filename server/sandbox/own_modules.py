"""Gives code modules of its own: what it changes in them it changes for itself, and not for what carries its results.

What carries results, such as an event loop and what sends messages, goes on with the modules that it has imported, and finds them also
when it imports them later: that is told by the builtins of whoever imports. Code has builtins of its own, and imports copies, which hold
the same functions and classes at first. The same file serves local-eval and kernels.
"""

import builtins
import sys
from asyncio import _get_running_loop
from importlib.machinery import ModuleSpec, SourceFileLoader
from threading import local
from types import ModuleType

# What carries results uses these. None of them reads its own names to find what a program may choose there, but for the HOOKS.
COPIED = (
    "abc ast asyncio base64 binascii builtins calendar codecs collections contextlib contextvars copy datetime dis enum errno functools gc "
    "genericpath getpass hashlib hmac inspect io itertools json json.decoder json.encoder json.scanner keyword linecache math numbers "
    "opcode operator os pickle platform posixpath pprint queue re reprlib select selectors shutil signal stat string struct textwrap "
    "threading time token tokenize traceback types typing unicodedata uuid weakref zlib"
).split()
HOOKS = {"threading": ("excepthook",)}
# Less than this is too little for what carries results.
MIN_RECURSION = 500

_import = builtins.__import__
_settrace, _setprofile, _excepthook = sys.settrace, sys.setprofile, sys.excepthook
_of_sys = {name: getattr(sys, name) for name in ("meta_path", "modules", "path", "path_hooks")}
_originals = {}
_thread = local()
_modules = {}


class Copy(ModuleType):
    """A module of the code. What is a hook of the original is one of the copy."""

    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        if name in HOOKS.get(_originals[self].__name__, ()) and callable(value):
            setattr(_originals[self], name, value)


def private(name):
    """Imports a module without a parent anew, with what is below it, for the caller alone: its classes too are not those of the code."""

    def belongs(loaded):
        return loaded == name or loaded.startswith(f"{name}.")

    kept = {loaded: sys.modules.pop(loaded) for loaded in list(sys.modules) if belongs(loaded)}
    try:
        return _import(name)
    finally:
        for loaded in [*filter(belongs, sys.modules)]:
            del sys.modules[loaded]
        sys.modules.update(kept)


own_json = private("json")
shared_json = _import("json")


def give_own_modules():
    """Puts copies in the place of the modules that are imported from here on, and returns the copy of `builtins`."""
    copies = {}
    for name in COPIED:
        if name not in sys.modules:
            continue
        copy = copies[name] = Copy(name)
        copy.__dict__.update(sys.modules[name].__dict__)
        _originals[copy] = sys.modules[name]
    for name, copy in copies.items():
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(copies[parent], child, copy)
    copies["os"].path = copies["os.path"] = copies["posixpath"]
    sys.modules.update(copies)
    _modules.update(sys.modules)
    shown = copies["builtins"]

    def create_module(_loader, spec):
        """Makes a module that code imports: its builtins are those of the code, so that it sees what the code has changed in them."""
        if getattr(_thread, "imports_original", False):
            return None
        module = ModuleType(spec.name)
        module.__builtins__ = shown.__dict__
        return module

    SourceFileLoader.create_module = create_module
    builtins.__import__ = _import_original
    _tame_sys(shown.__dict__)
    return shown


def _tame_sys(shown):
    """Keeps what code does to the whole thread away from all frames but those whose builtins are `shown`."""
    setrecursionlimit = sys.setrecursionlimit

    def tame(install):
        def replaced(function):
            def watch(frame, event, arg):
                return function(frame, event, arg) if frame.f_builtins is shown else None

            install(None if function is None else watch)

        return replaced

    sys.settrace, sys.setprofile = tame(_settrace), tame(_setprofile)
    sys.setrecursionlimit = lambda limit: setrecursionlimit(max(limit, MIN_RECURSION))


def repair_sys():
    """Ends what code has begun for the whole thread and its event loop, so that the next execution can be followed."""
    _settrace(None)
    _setprofile(None)
    if not callable(sys.excepthook):
        sys.excepthook = _excepthook
    for name, value in _of_sys.items():
        if type(getattr(sys, name, None)) is not type(value):
            setattr(sys, name, value)
    for name, module in list(sys.modules.items()):
        if module is None and name in _modules:
            sys.modules[name] = _modules[name]
    loop = _get_running_loop()
    if loop is not None:
        loop.set_task_factory(None)


def _import_original(name, globals=None, locals=None, fromlist=(), level=0):
    before = getattr(_thread, "imports_original", False)
    _thread.imports_original = True
    try:
        found = _import(name, globals, locals, fromlist, level)
    finally:
        _thread.imports_original = before
    return _originals[found] if isinstance(found, Copy) else found


def _import_for_given(*args, **named):
    found = _import_original(*args, **named)
    return own_json if found is shared_json else found


class GivenModules:
    """Modules that the server gives to the code, as text: no other process can change them. They use the originals of all modules."""

    def __init__(self):
        self._files = {}
        self._origins = {}
        self._builtins = {**builtins.__dict__, "__import__": _import_for_given}

    def replace(self, files):
        """Takes these files, by path, in the place of those before, and forgets what was imported of either."""
        names = {path.split("/")[0].removesuffix(".py") for path in (*files, *self._files)}
        for name in list(sys.modules):
            if str(name).split(".")[0] in names:
                del sys.modules[name]
        self._files, self._origins = files, {}
        self.offer()

    def offer(self):
        """Lets code import the modules, also when it has taken away what finds them."""
        if self._files and self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def find_spec(self, name, path=None, target=None):
        # A package has its folder as its path, also where it is imported by another name.
        folder, name_there = next(iter(path or ()), None), name.rpartition(".")[2]
        base = name_there if folder is None else f"{folder}/{name_there}"
        for file in (f"{base}.py", f"{base}/__init__.py"):
            if file in self._files:
                self._origins[name] = file
                spec = ModuleSpec(name, self, origin=file, is_package=file.endswith("__init__.py"))
                if spec.submodule_search_locations is not None:
                    spec.submodule_search_locations.append(base)
                return spec
        return None

    def create_module(self, spec):
        module = ModuleType(spec.name)
        module.__builtins__ = self._builtins
        return module

    def exec_module(self, module):
        file = module.__spec__.origin
        exec(compile(self._files[file], file, "exec", dont_inherit=True), module.__dict__)

    def get_source(self, name):
        """The text of a module, for tracebacks."""
        return self._files.get(self._origins.get(name))
