"""Values as they are shown: in the forms that they have, each within bounds. The same file serves local-eval and kernels."""

import base64
import sys
from types import BuiltinFunctionType, FunctionType, ModuleType

from own_modules import own_json as json

MAX_REPR = 100_000
MAX_JSON = 1_000_000
MAX_BUNDLE = 5_000_000
MAX_KINDS = 32
# The most elements of one value that the server reads; a key counts as three.
MAX_PARTS = 150_000
MAX_VARIABLES = 200
MAX_NAME = 100
MAX_SHORT = 120
MAX_ITEMS = 8
MAX_DEPTH = 3


def to_text(value):
    """A value as Python shows it."""
    try:
        text = str.__str__(repr(value))
    except Exception as error:
        text = f"<repr failed: {type(error).__name__}: {error}>"
    left = len(text) - MAX_REPR
    return text if left <= 0 else f"{text[:MAX_REPR]}... [{left} more characters]"


def to_data(value):
    """A value as plain data; None when it is none, or too much."""
    try:
        text = json.dumps(value, allow_nan=False)
        return json.loads(text) if len(text) <= MAX_JSON and _count_parts(text) <= MAX_PARTS else None
    except Exception:
        return None


def _count_parts(encoded):
    return sum(encoded.count(mark) for mark in "[{,") + 3 * encoded.count(":")


def to_mime(value):
    """A value in all its forms, within bounds together."""
    bundle = {"text/plain": to_text(value)}
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
        data = to_data(value)
        if data is not None:
            _add(bundle, "application/json", data)
    return bundle


def _add(bundle, kind, data):
    """Adds one representation, when it and those before it are within bounds together."""
    encoded = "" if isinstance(data, str) else json.dumps(data)
    size = len(kind) + (len(data) if isinstance(data, str) else len(encoded))
    taken = sum(len(known) + len(text if isinstance(text, str) else json.dumps(text)) for known, text in bundle.items())
    if _count_parts(encoded) <= MAX_PARTS and taken + size <= MAX_BUNDLE and len(bundle) < MAX_KINDS:
        bundle[kind] = data


def _json_value(value):
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    return json.loads(json.dumps(value, allow_nan=False))


class AgentRuntimesVariables:
    """Tells the server which variables code has. Code of the server finds it by its name, with no name that code can change."""

    namespace = {}
    # What was there before any code.
    given = {}

    def show():
        sys.stdout.write(json.dumps(_list_variables(AgentRuntimesVariables.namespace, AgentRuntimesVariables.given)))


def _list_variables(namespace, given):
    own = [
        (name, value)
        for name, value in list(namespace.items())
        if type(name) is str and name[:1] != "_" and given.get(name, given) is not value and not _is_imported(value)
    ]
    shorten = _Shortener()
    listed = [
        {
            "name": name[:MAX_NAME],
            "type": _name_of(type(value)),
            "repr": shorten.text(value),
            "size": shorten.size(value),
        }
        for name, value in own[-MAX_VARIABLES:]
    ]
    return {"variables": listed, "more": len(own) - len(listed)}


def _name_of(kind):
    return type.__dict__["__name__"].__get__(kind)[:MAX_NAME]


def _module_of(kind):
    # No attribute that a metaclass could make up.
    found = type.__getattribute__(kind, "__module__")
    return found if type(found) is str else ""


def _is_imported(value):
    """Whether a value is a module, or a function or a class that the code has not written itself."""
    kind = type(value)
    if issubclass(kind, ModuleType):
        return True
    if kind is FunctionType or kind is BuiltinFunctionType:
        return type(value.__module__) is str and value.__module__ != "__main__"
    return issubclass(kind, type) and _module_of(value) != "__main__"


class _Shortener:
    """Shows values in a few words, and runs none of the code of an agent for it, which could go on for ever."""

    may_ask = True

    def text(self, value):
        text = self._ask(lambda: self._text(value, MAX_DEPTH)) or f"<{_name_of(type(value))}>"
        return text if len(text) <= MAX_SHORT else f"{text[: MAX_SHORT - 1]}…"

    def size(self, value):
        """How many elements it has; None where it has none."""
        if _module_of(type(value)) == "__main__":
            return None
        size = self._ask(lambda: len(value))
        return size if type(size) is int else None

    def _ask(self, answer):
        if not self.may_ask:
            return None
        try:
            return answer()
        except KeyboardInterrupt:
            # It took too long: the rest is told without it.
            self.may_ask = False
        except BaseException:
            pass
        return None

    def _text(self, value, depth):
        kind = type(value)
        if kind in (str, bytes, bytearray):
            return repr(value[:MAX_SHORT])
        if kind is int and value.bit_length() > 2000:
            return f"<int of {value.bit_length()} bits>"
        if kind is dict:
            pair = lambda item: ": ".join(self._text(one, depth - 1) for one in item)
            return f"{{{self._join(value.items(), depth, pair)}}}"
        for known, (before, after) in {list: "[]", tuple: "()", set: "{}"}.items():
            if kind is known:
                return before + self._join(value, depth, lambda item: self._text(item, depth - 1)) + after
        if issubclass(kind, type) or kind is FunctionType:
            what, name = ("function", value.__name__) if kind is FunctionType else ("class", _name_of(value))
            return f"<{what} {name}>"
        if _module_of(kind) == "__main__":
            return f"<{_name_of(kind)} object>"
        return str.__str__(repr(value))

    def _join(self, items, depth, show):
        if depth <= 0:
            return "…"
        shown = []
        for item in items:
            if len(shown) == MAX_ITEMS:
                return ", ".join([*shown, "…"])
            shown.append(show(item))
        return ", ".join(shown)
