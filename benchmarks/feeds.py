"""How long an outlet's feeds take with 10,000 pieces on its shelf: the feed, an archive, a poll that finds nothing new.

`python -m benchmarks.feeds [pieces] [sqlite|postgresql]`, else on both. In one process, without a server; every answer is written
down as in life.
"""

import os
import sys
import time
from collections.abc import Callable
from statistics import median, quantiles
from typing import Any

from benchmarks import house

DIALECTS = ("rss", "atom", "json", "ninjs", "ninjs1", "newsml")
TIMES = 60


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

    from syndication.models import Archive, Token
    from tests import factories as make

    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    settings.ALLOWED_HOSTS = ["*"]
    make.publication(name="The Harbour Review")
    outlet = make.outlet("The Weekly", kind="pull", endpoint="", secret="", website="https://weekly.example")
    text = Token.make(outlet, "Bench", ["feed"])[1]
    _lay(outlet, pieces)
    client, root = Client(headers={"host": "127.0.0.1"}), f"/partners/feeds/{text}"
    began = time.perf_counter()
    client.get(f"{root}/rss/")
    first = time.perf_counter() - began
    print(
        f"\n{database}: {pieces:,} pieces; the first reader waits {first * 1000:.0f} ms while {Archive.objects.count()}", end=" "
    )
    print("archives are closed", flush=True)
    for dialect in DIALECTS:
        _tell(f"{dialect}, the feed", lambda path=f"{root}/{dialect}/": client.get(path))
    _tell("atom, archive 100", lambda: client.get(f"{root}/atom/archive/{min(100, Archive.objects.count())}/"))
    tag = client.get(f"{root}/atom/")["ETag"]
    _tell("atom, nothing new (304)", lambda: client.get(f"{root}/atom/", headers={"if-none-match": tag}))


def _lay(outlet: Any, count: int) -> None:
    """So many pieces of about 2 kB laid ready an hour ago, without rendering."""
    from datetime import timedelta

    from django.utils import timezone

    from syndication.models import Edition, Republication, Wish
    from tests import factories as make

    stories = [make.story(body_html=f"<p>{'The harbour was empty. ' * 60}</p>") for _number in range(count)]
    rows = [
        Edition(
            uid=story.uid,
            version=1,
            digest=story.digest(),
            public=True,
            reason="bench",
            facts=story.model_copy(update={"version": 1, "body_html": ""}).facts(),
            body_html=story.body_html,
            kind="original",
            headline=story.headline,
            url=story.url,
            listed=True,
            first_published_at=story.first_published,
            modified_at=story.modified,
        )
        for story in stories
    ]
    editions = Edition.objects.bulk_create(rows, batch_size=500)
    wishes = {edition: Wish.publish(story, outlet) for edition, story in zip(editions, stories, strict=True)}
    Republication.objects.want_first(outlet, wishes)
    Republication.objects.update(changed_at=timezone.now() - timedelta(hours=1))


def _tell(name: str, ask: Callable[[], Any]) -> None:
    """Milliseconds and queries of an answer that was given before."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    took = []
    for _number in range(TIMES):
        began = time.perf_counter()
        answer = ask()
        took.append((time.perf_counter() - began) * 1000)
    with CaptureQueriesContext(connection) as captured:
        ask()
    size = len(answer.content) / 1000
    p95 = quantiles(took, n=20)[-1]
    print(f"  {name:<26} {median(took):6.0f} ms   p95 {p95:6.0f} ms   {len(captured):3} queries   {size:6.0f} kB", flush=True)


if __name__ == "__main__":
    main()
