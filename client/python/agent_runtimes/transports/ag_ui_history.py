"""Puts the messages of a conversation together from the events of its runs."""

from __future__ import annotations

import json
from typing import Any, Dict, List

Message = Dict[str, Any]


def apply_event(messages: List[Message], event: Dict[str, Any]) -> None:
    """Adds to ``messages`` what one event says."""
    kind = event["type"]
    if kind == "TEXT_MESSAGE_START":
        _assistant(messages, event["messageId"])
    elif kind == "TEXT_MESSAGE_CONTENT":
        _assistant(messages, event["messageId"])["content"] += event["delta"]
    elif kind == "TOOL_CALL_START":
        call_id = event["toolCallId"]
        function = {"name": event["toolCallName"], "arguments": ""}
        caller = _assistant(messages, event.get("parentMessageId") or call_id)
        caller.setdefault("toolCalls", []).append({"id": call_id, "type": "function", "function": function})
    elif kind == "TOOL_CALL_ARGS":
        for message in messages:
            for call in message.get("toolCalls", []):
                if call["id"] == event["toolCallId"]:
                    call["function"]["arguments"] += event["delta"]
    elif kind == "TOOL_CALL_RESULT":
        add_result(messages, event["messageId"], event["toolCallId"], event["content"])


def add_result(messages: List[Message], message_id: str, tool_call_id: str, result: Any) -> None:
    """Puts a result behind the message that called the tool and the results that are there: models take no other order."""
    content = result if isinstance(result, str) else json.dumps(result)
    message = {"id": message_id, "role": "tool", "toolCallId": tool_call_id, "content": content}
    for index, caller in enumerate(messages):
        if any(call["id"] == tool_call_id for call in caller.get("toolCalls", [])):
            at = index + 1
            while at < len(messages) and messages[at]["role"] == "tool":
                at += 1
            messages.insert(at, message)
            return
    messages.append(message)


def _assistant(messages: List[Message], message_id: str) -> Message:
    for message in reversed(messages):
        if message["id"] == message_id and message["role"] == "assistant":
            return message
    messages.append({"id": message_id, "role": "assistant", "content": ""})
    return messages[-1]
