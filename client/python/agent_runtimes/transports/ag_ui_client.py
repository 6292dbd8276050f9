"""Talks to an agent over AG-UI."""

from __future__ import annotations

from typing import Any, AsyncIterator, Mapping, Sequence
from uuid import uuid4

import httpx

from .ag_ui_events import AGUIEvent, read_events
from .ag_ui_history import Message, add_result, apply_event
from .errors import AGUIConnectionError, AGUIRunError, refusal_of

# A server that is alive sends at least a comment every 15 seconds.
_TIMEOUT = httpx.Timeout(60.0, connect=10.0)


class AGUIClient:
    """One conversation with one agent; keeps what was said and sends it with each run.

    >>> async with AGUIClient("http://localhost:8765/api/v1/ag-ui/my-agent/") as client:
    ...     async for event in client.run("Hello!"):
    ...         print(event)
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        headers: Mapping[str, str] | None = None,
        thread_id: str | None = None,
        messages: Sequence[Message] = (),
        tools: Sequence[Mapping[str, Any]] = (),
        timeout: httpx.Timeout | float | None = _TIMEOUT,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.url = _with_trailing_slash(url)
        self.thread_id = thread_id or str(uuid4())
        self.messages: list[Message] = list(messages)
        self.tools = list(tools)
        authorization = {} if api_key is None else {"Authorization": f"Bearer {api_key}"}
        self._http = httpx.AsyncClient(
            headers={"Accept": "text/event-stream, application/json", **(headers or {}), **authorization},
            timeout=timeout,
            transport=transport,
        )

    async def __aenter__(self) -> AGUIClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Closes the connections; a run in progress ends with them."""
        await self._http.aclose()

    async def run(
        self,
        message: str | None = None,
        *,
        state: Any = None,
        context: Sequence[Mapping[str, str]] = (),
        forwarded_props: Mapping[str, Any] | None = None,
        resume: Sequence[Mapping[str, Any]] = (),
    ) -> AsyncIterator[AGUIEvent]:
        """Says something, or lets the agent go on, and yields the events of its answer up to ``RUN_FINISHED``.

        ``resume`` answers the interrupts the run before has ended with, all of them:
        ``{"interruptId": …, "status": "resolved", "payload": {"approved": True}}``.

        Raises an ``AGUIError`` when the server refuses the run, the run fails, or its stream breaks. A message that was refused is not kept.
        """
        said = None if message is None else {"id": str(uuid4()), "role": "user", "content": message}
        body = {
            "protocolVersion": "1.0",
            "threadId": self.thread_id,
            "runId": str(uuid4()),
            "messages": self.messages + ([said] if said else []),
            "tools": self.tools,
            "context": list(context),
            "forwardedProps": dict(forwarded_props or {}),
            **({} if state is None else {"state": state}),
            **({"resume": list(resume)} if resume else {}),
        }
        request = self._http.build_request("POST", self.url, json=body)
        try:
            response = await self._http.send(request, stream=True)
        except httpx.TransportError as cause:
            raise AGUIConnectionError("unreachable", f"No answer from {self.url}") from cause
        try:
            if not response.is_success:
                raise await refusal_of(response)
            if said:
                self.messages.append(said)
            async for event in read_events(response.aiter_bytes()):
                apply_event(self.messages, event)
                yield event
                if event["type"] == "RUN_FINISHED":
                    return
                if event["type"] == "RUN_ERROR":
                    raise AGUIRunError(event.get("code") or "run-failed", event.get("message") or "The run failed")
        except httpx.TransportError as cause:
            raise AGUIConnectionError("connection-lost", "The stream of the run broke") from cause
        finally:
            await response.aclose()
        raise AGUIConnectionError("connection-lost", "The stream of the run ended before the run did")

    def add_tool_result(self, tool_call_id: str, result: Any) -> None:
        """Answers a call of one of ``tools``: text, or any JSON value. The next run carries it to the agent."""
        add_result(self.messages, str(uuid4()), tool_call_id, result)


def _with_trailing_slash(url: str) -> str:
    path, mark, query = url.partition("?")
    return path.rstrip("/") + "/" + mark + query
