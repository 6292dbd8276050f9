"""Calls the tools of MCP servers from code, through the sandbox's own bridge or over HTTP, with the same results."""

import asyncio
import functools
import json
import os
import sys
import types

try:
    import _sandbox_bridge as _bridge
except ImportError:
    _bridge = None

__all__ = [
    "call_tool",
    "call_tool_raw",
    "call_tool_sync",
    "ToolError",
    "ToolNotFoundError",
    "ToolInputError",
    "ToolDeniedError",
    "ToolLimitError",
    "ToolTransportError",
]


def _make_errors():
    class ToolError(RuntimeError):
        """A tool failed; `server` and `tool` say which, `content` holds what it answered when that is more than text."""

        def __init__(self, message, server=None, tool=None, content=None):
            super().__init__(message)
            self.server, self.tool, self.content = server, tool, content

    class ToolNotFoundError(ToolError):
        """No such server or tool, or the server does not run."""

    class ToolInputError(ToolError, ValueError):
        """The arguments do not fit; nothing was called."""

    class ToolDeniedError(ToolError, PermissionError):
        """The agent may not call this."""

    class ToolLimitError(ToolError):
        """Too many calls, or too large a result."""

    class ToolTransportError(ToolError, ConnectionError):
        """The call did not get through, or its answer did not come back."""

    for value in list(locals().values()):
        value.__module__, value.__qualname__ = __name__, value.__name__
    return types.SimpleNamespace(**locals())


# One set for the life of the interpreter, so that `except ToolError` of earlier code still catches after the servers have changed.
_errors = sys.modules.get("_tool_errors") or _make_errors()
sys.modules["_tool_errors"] = _errors
ToolError = _errors.ToolError
ToolNotFoundError = _errors.ToolNotFoundError
ToolInputError = _errors.ToolInputError
ToolDeniedError = _errors.ToolDeniedError
ToolLimitError = _errors.ToolLimitError
ToolTransportError = _errors.ToolTransportError

_KINDS = {
    "tool": ToolError,
    "not_found": ToolNotFoundError,
    "invalid_input": ToolInputError,
    "denied": ToolDeniedError,
    "limit": ToolLimitError,
    "transport": ToolTransportError,
}

if _bridge is not None:

    def _request(server, tool, text):
        return f'{{"server": {json.dumps(server)}, "tool": {json.dumps(tool)}, "arguments": {text}}}'

    def _send(server, tool, text):
        return json.loads(_bridge.call_sync(_request(server, tool, text)))

    async def _send_async(server, tool, text):
        return json.loads(await _bridge.call_async(_request(server, tool, text)))

else:
    import http.client
    import threading
    import time
    import urllib.parse

    _local = threading.local()
    # A connection that rests longer may be closed by the server just when it is used again, and a call must not be sent twice.
    _MAX_REST = 30
    _TIMEOUT = 300

    def _connection(url):
        held = getattr(_local, "connection", None)
        key = (url.scheme, url.netloc)
        if held is not None and _local.key == key and time.monotonic() - _local.used < _MAX_REST:
            return held
        if held is not None:
            held.close()
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        _local.connection, _local.key = kind(url.hostname, url.port, timeout=_TIMEOUT), key
        return _local.connection

    def _send(server, tool, text):
        address = os.environ.get("AGENT_RUNTIMES_MCP_PROXY_URL", "")
        token = os.environ.get("AGENT_RUNTIMES_MCP_PROXY_TOKEN", "")
        url = urllib.parse.urlsplit(address)
        if not url.hostname:
            return _failure("AGENT_RUNTIMES_MCP_PROXY_URL is not set")
        path = f"{url.path.rstrip('/')}/{urllib.parse.quote(server, safe='')}/tools/{urllib.parse.quote(tool, safe='')}"
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        connection = _connection(url)
        try:
            connection.request("POST", path, f'{{"arguments": {text}}}'.encode(), headers)
            response = connection.getresponse()
            status, body = response.status, response.read()
            _local.used = time.monotonic()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            _local.connection = None
            return _failure(f"The MCP proxy at {url.netloc} did not answer: {type(error).__name__}: {error}")
        except BaseException:
            # Interrupted in the middle: the rest of the answer would be taken for the next one.
            connection.close()
            _local.connection = None
            raise
        try:
            answer = json.loads(body)
        except ValueError:
            return _failure(f"The MCP proxy at {url.netloc} answered {status} without JSON")
        if "success" in answer:
            return answer
        kind = {401: "denied", 403: "denied", 404: "not_found", 413: "invalid_input"}.get(status, "transport")
        return {"success": False, "kind": kind, "error": str(answer.get("detail", status))}

    def _failure(error):
        return {"success": False, "kind": "transport", "error": error}

    async def _send_async(server, tool, text):
        return await asyncio.to_thread(_send, server, tool, text)


def _to_json(server, tool, arguments):
    try:
        return json.dumps(arguments, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ToolInputError(f"The arguments of {tool} must be JSON values: {error}", server, tool) from None


def _read(answer, server, tool):
    if answer.get("success"):
        return answer.get("result")
    kind = _KINDS.get(answer.get("kind") or "tool", ToolError)
    raise kind(answer.get("error") or f"{tool} failed", server, tool, answer.get("content"))


async def call_tool(server, tool, arguments=None):
    """Calls a tool by the names its server uses. Returns a dict, a list, or text; raises ToolError when it fails."""
    return _read(await _send_async(server, tool, _to_json(server, tool, arguments or {})), server, tool)


def call_tool_sync(server, tool, arguments=None):
    """As call_tool, where nothing can be awaited."""
    return _read(_send(server, tool, _to_json(server, tool, arguments or {})), server, tool)


async def call_tool_raw(server, tool, arguments=None):
    """As call_tool, but returns the whole answer as a dict and never raises for a tool that failed."""
    return await _send_async(server, tool, _to_json(server, tool, arguments or {}))


def tool(server, name, signature, parameters, required, is_open):
    """Turns the declaration of a tool into a function that calls it. `parameters`: Python name to the tool's own, in order."""
    order = list(parameters)
    own_names = set(parameters.values())

    def refuse(problem):
        raise ToolInputError(f"{problem}; it is {signature}", server, name)

    def bind(label, args, named):
        if len(args) == 1 and not named and isinstance(args[0], dict):
            passed = {parameters.get(key, key) for key in args[0]}
            if passed.issuperset(required) and (is_open or passed <= own_names):
                args, named = (), args[0]
        if len(args) > len(order):
            refuse(f"{label}() takes at most {len(order)} positional arguments, not {len(args)}")
        bound = {parameters[key]: value for key, value in zip(order, args)}
        for key, value in named.items():
            own = parameters.get(key, key)
            if own not in own_names and not is_open:
                refuse(f"{label}() has no argument {key!r}")
            if own in bound:
                refuse(f"{label}() was given {key!r} twice")
            bound[own] = value
        bound = {key: value for key, value in bound.items() if value is not None or key in required}
        missing = [key for key in order if parameters[key] in required and parameters[key] not in bound]
        if missing:
            refuse(f"{label}() needs {', '.join(missing)}")
        return bound

    def decorate(stub):
        @functools.wraps(stub)
        async def call(*args, **named):
            return await call_tool(server, name, bind(stub.__name__, args, named))

        @functools.wraps(stub)
        def call_sync(*args, **named):
            return call_tool_sync(server, name, bind(stub.__name__, args, named))

        call.sync, call.server, call.tool = call_sync, server, name
        return call

    return decorate
