"""The events of a run, and how they are read from a stream."""

from __future__ import annotations

import codecs
import json
import re
from typing import Any, AsyncIterable, AsyncIterator

from .errors import AGUIConnectionError

_MAX_EVENT_CHARS = 16 * 1024 * 1024


class AGUIEvent(dict):
    """An event as it came; its keys are attributes too, in snake_case: ``event.message_id`` is ``event["messageId"]``."""

    def __getattr__(self, name: str) -> Any:
        for key in (re.sub(r"_([a-z])", lambda match: match[1].upper(), name), name):
            if key in self:
                return self[key]
        raise AttributeError(f"{self.get('type')} has no {name}")


async def read_events(chunks: AsyncIterable[bytes]) -> AsyncIterator[AGUIEvent]:
    """The events of a ``text/event-stream``, as they come; one that is cut off by the end of the stream is dropped."""
    data: list[str] = []
    held = 0
    async for line in _read_lines(chunks):
        if line:
            field, _, value = line.partition(":")
            if field == "data":
                data.append(value[1:] if value.startswith(" ") else value)
                held += len(value)
                if held > _MAX_EVENT_CHARS:
                    raise _too_long()
        elif data:
            yield _parse("\n".join(data))
            data, held = [], 0


async def _read_lines(chunks: AsyncIterable[bytes]) -> AsyncIterator[str]:
    """Lines end with CR LF, LF or CR and with nothing else: JSON may hold the other characters that Python splits at."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    pieces: list[str] = []
    held = 0
    after_cr = False
    async for chunk in chunks:
        text = decoder.decode(chunk)
        if not text:
            continue
        # The LF of a CR LF that was cut in two: its CR has ended the line already.
        if after_cr and text[0] == "\n":
            text = text[1:]
        after_cr = text.endswith("\r") if text else False
        first, *others = re.split(r"\r\n|\n|\r", text)
        pieces.append(first)
        held += len(first)
        for line in others:
            yield "".join(pieces)
            pieces, held = [line], len(line)
        if held > _MAX_EVENT_CHARS:
            raise _too_long()


def _parse(data: str) -> AGUIEvent:
    try:
        event = json.loads(data)
    except ValueError as cause:
        raise AGUIConnectionError("malformed-event", "The server sent an event that is not JSON") from cause
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        raise AGUIConnectionError("malformed-event", "The server sent an event without a type")
    return AGUIEvent(event)


def _too_long() -> AGUIConnectionError:
    return AGUIConnectionError("malformed-event", f"An event is longer than {_MAX_EVENT_CHARS} characters")
