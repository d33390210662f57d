"""Discretion: what opens doors does not stand in logs. Pure, and fit to be imported by settings."""

import re
from collections.abc import MutableMapping
from typing import Any

HIDDEN = "…"
# A token (`hw_`, its prefix, its secret), or the signed part of the link to an outlet's own page.
_SECRET = re.compile(r"(hw_[0-9a-f]{0,12}_|/partners/o/)[^/?#\s\"']+")


def discreet(text: str) -> str:
    """The text without what opens doors: of each token or signed link only the part that is no secret."""
    return _SECRET.sub(rf"\1{HIDDEN}", text)


def discreet_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor for structlog: the same for every text of a log line."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = discreet(value)
    return event
