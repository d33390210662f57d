"""What a partner's poll costs: lists, `since`, a 304 and canonicals by address, with 10,000 pieces on the outlet's shelf.

`python -m benchmarks.partners [pieces] [sqlite|postgresql]`. Requests go through the whole of Django in this process, without a
server; p50 and p95 of 40 each, in ms, and the number of queries. On a shared machine read the ratios, and the queries.
"""

import os
import sys
import time
from typing import Any

from benchmarks import house

REQUESTS = 40


def main() -> None:
    """Measure on SQLite and on PostgreSQL, each in this process's child."""
    pieces = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 10_000
    for database in house.databases():
        with house.scratch_database(database) as url:
            if os.fork() == 0:
                os.environ["SYNDICATION_API_PER_MINUTE"] = "0"
                house.enter(url)
                _measure(database, pieces)
                os._exit(0)
            os.wait()


def _measure(database: str, pieces: int) -> None:
    from syndication.models import Edition, Republication, Token
    from tests import factories as make

    weekly = make.outlet("The Weekly", kind="pull", endpoint="", secret="", website="https://weekly.example", automatic=False)
    _lay(weekly, pieces)
    text = Token.make(weekly, "Website", ["read", "report"])[1]
    middle = Republication.objects.order_by("changed_at", "pk")[pieces // 2].changed_at
    latest = Republication.objects.order_by("-changed_at", "-pk")[0].changed_at
    urls = list(Edition.objects.order_by("pk").values_list("url", flat=True)[:: max(pieces // 100, 1)][:100])
    strangers = [f"https://weekly.example/{number}" for number in range(200 - len(urls))]
    ask = _asker(text)
    tag = ask("articles?limit=25")["ETag"]
    print(f"\n{database}, {pieces:,} pieces", flush=True)
    for name, path, more in (
        ("ping", "ping", {}),
        ("list of 25, whole", "articles?limit=25", {}),
        ("list of 100, whole", "articles?limit=100", {}),
        ("list of 100, heads", "articles?limit=100&fields=headline,canonical,changed_at", {}),
        ("since, the middle", f"articles?limit=25&since={middle.isoformat().replace('+', '%2B')}", {}),
        ("since, nothing new", f"articles?since={latest.replace(year=latest.year + 1).isoformat().replace('+', '%2B')}", {}),
        ("a poll, 304", "articles?limit=25", {"if-none-match": tag}),
        ("tombstones", "tombstones?limit=25", {}),
        ("headline, rare words", f"articles?q=piece-{pieces - 1}", {}),
        ("canonical of one address", f"canonical?of={urls[-1]}", {}),
    ):
        _told(name, lambda path=path, more=more: ask(path, **more))
    _told("canonicals of 200", lambda: ask("canonical", body={"urls": [*urls, *strangers]}))


def _lay(outlet: Any, pieces: int) -> None:
    """Rows as planning writes them, without pages: an edition of about 2 kB each, one change a second for the last hours."""
    from datetime import timedelta

    from django.utils import timezone

    from syndication.models import Edition, Republication
    from tests import factories as make

    began = timezone.now() - timedelta(seconds=pieces + 120)
    body = f"<p>{'The harbour was empty. ' * 80}</p>"
    for first in range(0, pieces, 1_000):
        editions = []
        for number in range(first, min(first + 1_000, pieces)):
            story = make.story(headline=f"The harbour, piece-{number}", body_html=body, version=1)
            editions.append(
                Edition(
                    uid=story.uid,
                    version=1,
                    digest=story.digest(),
                    public=True,
                    reason="bench",
                    facts=story.model_copy(update={"body_html": ""}).facts(),
                    body_html=body,
                    kind=story.kind,
                    headline=story.headline,
                    url=story.url,
                    listed=True,
                    first_published_at=story.first_published,
                    modified_at=story.modified,
                )
            )
        made = Edition.objects.bulk_create(editions)
        Republication.objects.bulk_create(
            Republication(
                uid=edition.uid,
                outlet=outlet,
                wanted=edition,
                held=edition,
                state="delivered",
                changed_at=began + timedelta(seconds=first + number),
                receipt_url=f"https://weekly.example/pieces/{edition.uid}",
            )
            for number, edition in enumerate(made)
        )


def _asker(text: str) -> Any:
    from django.test import Client

    client = Client()

    def ask(path: str, body: Any = None, **headers: str) -> Any:
        sent = {"authorization": f"Bearer {text}", "host": "127.0.0.1", "accept-encoding": "br", **headers}
        address = f"/partners/v1/{path}"
        answer = (
            client.post(address, body, content_type="application/json", headers=sent)
            if body
            else client.get(address, headers=sent)
        )
        assert answer.status_code in (200, 304), answer.content
        return answer

    return ask


def _told(name: str, act: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    act()
    with CaptureQueriesContext(connection) as queries:
        answer = act()
    asked = len(queries)
    took = []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        act()
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    half, most = took[len(took) // 2], took[int(len(took) * 0.95)]
    size = f"{asked:3} queries {len(answer.content):8,} bytes"
    print(f"  {name:26} {answer.status_code}  {half:7.1f} ms  p95 {most:7.1f} ms  {size}", flush=True)


if __name__ == "__main__":
    main()
