"""Remembering, for half an hour and in caches only, which readers were counted: nothing of this reaches the database.

The shared cache is asked, and where it is down this process's own, so that counting goes on; then a reader may count once a
process.
"""

import secrets
import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from django.core.cache import caches

log = structlog.get_logger(__name__)

T = TypeVar("T")
SHARED, OWN = "readers", "readers_here"
# After a failure the shared cache is left alone for so long: a dead one costs one reader's patience, not everybody's.
SILENCE_SECONDS = 30.0
DAY_SECONDS = 26 * 3600

_silent_until = 0.0


def first(key: str, seconds: int) -> bool:
    """Whether `key` was not met within the last `seconds`; from now on it was."""
    return _ask(lambda cache: bool(cache.add(key, 1, seconds)))


def tally(key: str, seconds: int) -> int:
    """How often `key` was met, this time included, within `seconds` after it was met first."""

    def met(cache: Any) -> int:
        return 1 if cache.add(key, 1, seconds) else int(cache.incr(key))

    return _ask(met)


def salt(day: str) -> str:
    """A secret for one day that nobody chose and nobody can know when the day is over."""
    return _ask(lambda cache: str(cache.get_or_set(f"salt:{day}", secrets.token_hex, DAY_SECONDS)))


def _ask(question: Callable[[Any], T]) -> T:
    global _silent_until
    if time.monotonic() >= _silent_until:
        try:
            return question(caches[SHARED])
        # Whatever a cache fails with, readers are counted all the same.
        except Exception as problem:
            _silent_until = time.monotonic() + SILENCE_SECONDS
            log.warning("readers' cache is down", problem=type(problem).__name__)
    try:
        return question(caches[OWN])
    except ValueError:
        # Forgotten between two questions.
        return question(caches[OWN])
