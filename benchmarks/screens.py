"""How long the screens of the Syndication menu take with 10,000 pieces at 20 outlets, and how many queries they ask.

`python -m benchmarks.screens [pieces] [sqlite|postgresql]`, else on both: 200,000 republications, as many deliveries in the log.
"""

import os
import sys
import time
from statistics import median
from typing import Any

from benchmarks import house

SCREENS = {
    "overview": {},
    "republications": {},
    "republications, page 200": {"p": "200"},
    "republications, one outlet, dead": {"outlet": "outlet", "state": "failed"},
    "republications, a section": {"section": "section"},
    "republications, a verdict": {"verdict": "wrong"},
    "republications, a rare word": {"q": "Piece 77 of"},
    "republications, a common word": {"q": "harbour"},
    "republications, a language": {"language": "en"},
    "deliveries": {},
    "deliveries, page 400": {"p": "400"},
    "deliveries, one outlet": {"outlet": "outlet"},
    "deliveries, one outcome": {"outcome": "transient"},
    "deliveries, a rare word": {"q": "Piece 77 of"},
    "dead_letters": {},
    "dead_letters, a reason": {"error": "fault"},
    "replay_many, all": {},
    "panel": {},
}


def main() -> None:
    """Measure on both databases, each in a child of its own."""
    pieces = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 10_000
    for database in house.databases():
        with house.scratch_database(database) as url:
            if os.fork() == 0:
                house.enter(url)
                _measure(database, pieces)
                os._exit(0)
            os.wait()


def _measure(database: str, pieces: int) -> None:
    from django.conf import settings
    from django.test import Client

    from syndication.models import Edition, Republication
    from tests import archive
    from tests import factories as make

    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    settings.ALLOWED_HOSTS = ["*"]
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(make.editor())
    outlets = [make.outlet() for _ in range(20)]
    archive.lay(30, outlets)
    page = make.original("One")
    places = {"outlet": str(outlets[3].pk), "section": str(Edition.objects.earliest("pk").section_id)}
    few = {name: _ask(client, name, query, page, places)[1] for name, query in SCREENS.items()}
    began = time.perf_counter()
    archive.lay(pieces, outlets)
    print(
        f"\n{database}: {Republication.objects.count():,} republications, laid in {time.perf_counter() - began:.0f} s", flush=True
    )
    for name, query in SCREENS.items():
        asked = [_ask(client, name, query, page, places) for _ in range(4)]
        seconds, queries = median(took for took, _ in asked[1:]), asked[-1][1]
        grown = "" if queries == few[name] else f"   with few rows: {few[name]}"
        print(f"  {name:<34} {seconds * 1000:7.0f} ms   {queries:3} queries{grown}", flush=True)


def _ask(client: Any, name: str, query: dict[str, str], page: Any, places: dict[str, str]) -> tuple[float, int]:
    """Seconds and queries of one answer."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    screen = name.partition(",")[0]
    url = reverse(f"syndication:{screen}", args=[page.pk] if screen == "panel" else [])
    with CaptureQueriesContext(connection) as queries:
        began = time.perf_counter()
        answer = client.get(url, {key: places.get(value, value) for key, value in query.items()})
        took = time.perf_counter() - began
    assert answer.status_code == 200, (name, answer.status_code)
    return took, len(queries)


if __name__ == "__main__":
    main()
