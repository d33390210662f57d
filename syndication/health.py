"""Health, for who watches the site from outside: does the process live, can it serve, does the engine move."""

from collections.abc import Callable
from typing import Any

import structlog
from celery import current_app
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import add_never_cache_headers
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from syndication.pulse import SILENT_AFTER, STALLED_AFTER, beat_age, oldest_due

log = structlog.get_logger(__name__)

# Of one read.
PATIENCE = 0.2


def healthz(request: HttpRequest) -> HttpResponse:
    """The process lives. Asks nobody."""
    answer = HttpResponse("ok\n", content_type="text/plain")
    add_never_cache_headers(answer)
    return answer


def readyz(request: HttpRequest) -> HttpResponse:
    """Each check with its outcome. 503 when the database is away, for then nothing can be served.

    Without Redis or beat readers are served and nothing is lost, so a load balancer must not turn them away: that is `degraded`,
    200. An alarm asks `/readyz?all`, where each failing check makes it 503.
    """
    checks = {"database": _checked(_database)}
    alive = checks["database"]["ok"]
    checks["redis"] = _checked(_redis)
    # What stands in the database cannot be told without it.
    checks["beat"] = _checked(_beat) if alive else _unknown()
    checks["oldest_due"] = _checked(_oldest_due) if alive else _unknown()
    well = all(check["ok"] for check in checks.values())
    status = "ok" if well else "degraded" if alive else "down"
    served = well or (alive and "all" not in request.GET)
    answer = JsonResponse({"status": status, "checks": checks}, status=200 if served else 503)
    add_never_cache_headers(answer)
    return answer


def _checked(check: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What the check says; a check that fails tells outsiders the kind of the fault and nothing more."""
    try:
        return check()
    except Exception as problem:
        log.warning("health check failed", check=check.__name__.strip("_"), problem=type(problem).__name__)
        return {"ok": False, "says": type(problem).__name__}


def _unknown() -> dict[str, Any]:
    return {"ok": False, "says": "unknown without the database"}


def _database() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"ok": True}


def _redis() -> dict[str, Any]:
    # Asked directly and once: through Celery a server that hangs is asked again and again, which takes seconds.
    once = Retry(NoBackoff(), 0)
    with Redis.from_url(
        current_app.conf.broker_url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=once
    ) as line:
        line.ping()
    return {"ok": True}


def _beat() -> dict[str, Any]:
    age = beat_age()
    if age is None:
        return {"ok": False, "says": "never heard"}
    return {"ok": age <= SILENT_AFTER, "seconds": round(age)}


def _oldest_due() -> dict[str, Any]:
    waited = oldest_due()
    return {"ok": waited is None or waited <= STALLED_AFTER, "seconds": None if waited is None else round(waited)}
