"""The clients, their events and their errors."""

from .ag_ui_client import AGUIClient
from .ag_ui_events import AGUIEvent
from .errors import AGUIConnectionError, AGUIError, AGUIRefusedError, AGUIRunError

__all__ = [
    "AGUIClient",
    "AGUIConnectionError",
    "AGUIError",
    "AGUIEvent",
    "AGUIRefusedError",
    "AGUIRunError",
]
