"""Why a run did not end well."""

from __future__ import annotations

from typing import Any

import httpx


class AGUIError(Exception):
    """Every error of a client; ``code`` says which, in a word that does not change."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class AGUIConnectionError(AGUIError):
    """No answer (``unreachable``), a stream that broke (``connection-lost``) or that is none (``malformed-event``)."""


class AGUIRunError(AGUIError):
    """The run failed; ``code`` is that of its ``RUN_ERROR``."""


class AGUIRefusedError(AGUIError):
    """The server refused the run before it began."""

    def __init__(self, status_code: int, code: str, detail: str, errors: list[dict[str, Any]]) -> None:
        super().__init__(code, detail)
        self.status_code = status_code
        self.errors = errors


async def refusal_of(response: httpx.Response) -> AGUIRefusedError:
    """Reads the error that a response carries; one of a proxy in between has no code of ours."""
    status = response.status_code
    try:
        await response.aread()
        body = response.json()
    except (httpx.TransportError, ValueError):
        body = None
    if isinstance(body, dict) and isinstance(body.get("detail"), str):
        return AGUIRefusedError(status, body.get("code") or "refused", body["detail"], body.get("errors") or [])
    return AGUIRefusedError(status, "refused", f"The server answered {status}", [])
