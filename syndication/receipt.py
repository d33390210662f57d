"""Receipt: how an outlet names what it took, what we must remember of it, and what an editor should know."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ID_LIMIT, URL_LIMIT = 200, 2000
# Deeper than any connector remembers; what an outlet nests deeper is dropped.
DEPTH = 6
# What PostgreSQL keeps in no text, and no encoding carries.
_UNFIT = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """The text without what a database cannot hold, whatever an outlet answered."""
    return _UNFIT.sub("\ufffd", text)


@dataclass(frozen=True)
class Receipt:
    """An outlet's answer; any part may be empty.

    `id` and `url` are the outlet's names for the copy. `memory` is JSON-ready data that the connector wants back with the next
    verb, and nobody else reads: a revision, the id of a picture. `warnings` are sentences for editors: it was taken, but not
    as agreed ("the canonical link cannot be set there").
    """

    id: str = ""
    url: str = ""
    memory: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Make all of it fit for its columns: most of it was said by a stranger."""
        facts = {
            "id": storable(self.id)[:ID_LIMIT],
            "url": storable(self.url)[:URL_LIMIT],
            "memory": _storable(dict(self.memory), DEPTH),
            "warnings": tuple(storable(warning) for warning in self.warnings),
        }
        for name, value in facts.items():
            object.__setattr__(self, name, value)


def _storable(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return storable(value)
    if not isinstance(value, Mapping | list | tuple):
        return value
    if not depth:
        return None
    if isinstance(value, Mapping):
        return {storable(str(name)): _storable(one, depth - 1) for name, one in value.items()}
    return [_storable(one, depth - 1) for one in value]
