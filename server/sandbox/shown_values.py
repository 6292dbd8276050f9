"""Values as they are shown: in the forms that they have, each within bounds. The same file serves local-eval and kernels."""

import base64

from own_modules import own_json as json

MAX_REPR = 100_000
MAX_JSON = 1_000_000
MAX_BUNDLE = 5_000_000
MAX_KINDS = 32
# The most elements of one value that the server reads; a key counts as three.
MAX_PARTS = 150_000


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
