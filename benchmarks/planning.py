"""What planning costs: `reconcile` at 1,000 and 10,000 pages with 20 outlets, a new outlet, and a publish with 1,000 outlets.

`python -m benchmarks.planning [pages] [sqlite|postgresql]`. On a shared machine the growth from one size to the next counts, not
seconds.
"""

import os
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks import house

OUTLETS = 20


def main() -> None:
    """Measure on SQLite and on PostgreSQL, each in this process's child."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 10_000
    for database in house.databases():
        with house.scratch_database(database) as url:
            if os.fork() == 0:
                house.enter(url)
                _measure(database, most)
                os._exit(0)
            os.wait()


def _measure(database: str, most: int) -> None:
    from django.conf import settings
    from wagtail.models import Page

    from home.models import ArticlePage
    from syndication.models import Outlet, Republication
    from syndication.planning import reconcile
    from tests import factories as make

    # Wagtail's indexing is not what is measured here.
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    print(f"\n{database}", flush=True)
    outlets, laid = house.outlets(OUTLETS, 80), 0
    reconcile()
    for pages in sorted({min(1_000, most), most}):
        _deliver(house.pieces(pages - laid, section=f"Section {pages}"), outlets)
        laid = pages
        reconcile()
        took = _seconds(reconcile)
        print(
            f"  reconcile, nothing changed, {pages:,} pages        {took:7.2f} s   {took / pages * 1e6:5.0f} µs a page",
            flush=True,
        )
        section = Page.objects.type(ArticlePage).order_by("pk").last().get_parent()
        changed = section.get_children().filter(pk__in=section.get_children().values("pk")[:100])
        for page in changed:
            Page.objects.filter(pk=page.pk).update(url_path=f"{page.url_path[:-1]}-moved/")
        print(f"  reconcile, 100 addresses changed silently     {_seconds(reconcile):9.2f} s", flush=True)
    (newcomer,) = house.outlets(1, 80)
    took = _seconds(reconcile)
    rows = Republication.objects.filter(outlet=newcomer).count()
    print(
        f"  a new outlet that takes all of {rows:,} pieces     {took:7.2f} s   {took / max(rows, 1) * 1e6:5.0f} µs a row",
        flush=True,
    )
    # Nobody is pushed to any more; to delete what they hold would take longer than all of this.
    Outlet.objects.update(kind="")
    page = make.original("One", parent=make.section("Last"))
    without = min(_seconds(lambda: make.edit(page, title=f"One {time.time()}")) for _ in range(5))
    house.outlets(1_000, 80, takes_since=page.first_published_at)  # this piece only, not the archive once more for each
    took = _seconds(reconcile)
    print(f"  1,000 new outlets that take no archive        {took:9.2f} s", flush=True)
    with_them = min(_seconds(lambda: make.edit(page, title=f"One {time.time()}")) for _ in range(5))
    print(f"  publishing an edit, no outlet / 1,000 outlets {without * 1000:6.0f} ms / {with_them * 1000:.0f} ms", flush=True)


def _deliver(editions: list[Any], outlets: list[Any]) -> None:
    """Write down that each of these outlets has each of these pieces."""
    from syndication.models import Republication

    facts = {"state": "delivered", "wanted_digest": "as laid"}
    rows = [
        Republication(uid=edition.uid, outlet=outlet, wanted=edition, held=edition, **facts)
        for edition in editions
        for outlet in outlets
    ]
    Republication.objects.bulk_create(rows, batch_size=2_000)


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
