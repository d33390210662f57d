"""Limits: how often who may ask in a minute. Counted in Redis where one is configured, so that all processes count together."""

import time

import structlog
from django.core.cache import caches
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from syndication.partners.problems import Problem
from syndication.partners.visit import Visit

log = structlog.get_logger(__name__)

WINDOW = 60
# After a failure this process counts by itself for so long: a dead Redis must not cost each request its patience.
SILENCE = 30.0

_silent_until = 0.0


def too_many(visit: Visit, who: str, limit: int) -> Problem | None:
    """Count the visit; where it is beyond the limit, the refusal. Only the first of many is written down: a flood of requests
    must not become a flood of writing."""
    visit.counted = True
    if not limit:
        return None
    over, wait = beyond(who, limit)
    if not over:
        return None
    visit.quiet = over > 1
    told = _("That is more than %(limit)d requests in a minute. Ask again in %(wait)d seconds.") % {"limit": limit, "wait": wait}
    return Problem(429, told, Retry_After=str(wait))


def beyond(who: str, limit: int) -> tuple[int, int]:
    """Count one request of `who`: by how many it is beyond the limit (0: within), and the seconds until it may ask again."""
    minute, gone = divmod(int(time.time()), WINDOW)
    return max(_count(f"partners:{who}:{minute}") - limit, 0), WINDOW - gone


def _count(key: str) -> int:
    global _silent_until
    if time.monotonic() >= _silent_until:
        try:
            return _counted("limits", key)
        except (RedisError, OSError) as problem:
            _silent_until = time.monotonic() + SILENCE
            log.warning("limits are counted by each process for a while", problem=type(problem).__name__)
    return _counted("default", key)


def _counted(store: str, key: str) -> int:
    cache = caches[store]
    cache.add(key, 0, 2 * WINDOW)
    try:
        return int(cache.incr(key))
    except ValueError:  # thrown out between the two
        return 1
