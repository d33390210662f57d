"""Receipt: how an outlet names what it took, what we must remember of it, and what an editor should know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


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
