"""No token in a log: of what looks like one, whoever's it is, only the part that is no secret is written."""

import re
from collections.abc import MutableMapping
from typing import Any

# As `Token.make` writes them (syndication/models/token.py).
_TOKEN = re.compile(r"\b(hw_[0-9a-f]{1,12}_)[\w-]+")


def hide_tokens(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor of structlog: the line, with the secret part of every token in its texts replaced."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = _TOKEN.sub(r"\1…", value)
    return event
