"""Scheduled publishing: at its minute, not before; one page that fails stops no other and keeps its schedule."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from home.models import ArticlePage
from syndication.models import Edition, Republication
from syndication.scheduling import publish_due
from tests import factories as make
from tests.outlets import Desk, memory

pytestmark = pytest.mark.django_db


@pytest.fixture
def tomorrow() -> Any:
    return timezone.now() + timedelta(days=1)


def later(moment: Any) -> Any:
    """A minute after `moment`."""
    return time_machine.travel(moment + timedelta(minutes=1), tick=False)


def test_a_scheduled_piece_goes_live_and_out_at_its_time(tomorrow: Any, desk: Desk) -> None:
    memory()
    page = make.original("Tomorrow", go_live_at=tomorrow)
    assert publish_due() == 0
    with later(tomorrow):
        assert publish_due() == 1
        assert publish_due() == 0, "once"
    page = ArticlePage.objects.get(pk=page.pk)
    assert page.live and not page.approved_schedule
    assert Republication.objects.get(uid=page.uid).due_at is not None


def test_a_scheduled_edit_replaces_the_live_piece_at_its_time(tomorrow: Any) -> None:
    page = make.original("Today")
    make.edit(page, title="Tomorrow", go_live_at=tomorrow)
    with later(tomorrow):
        assert publish_due() == 1
    assert list(Edition.objects.order_by("version").values_list("facts__headline", flat=True)) == ["Today", "Tomorrow"]


def test_a_piece_is_unpublished_at_its_end_and_taken_back(tomorrow: Any, desk: Desk) -> None:
    memory()
    page = make.original(expire_at=tomorrow)
    Republication.objects.update(held=Republication.objects.get().wanted)
    assert publish_due() == 0
    with later(tomorrow):
        assert publish_due() == 1
    page = ArticlePage.objects.get(pk=page.pk)
    assert not page.live and page.expired
    assert Republication.objects.get().operation == "withdraw"


def test_an_expired_piece_is_gone_for_readers_before_any_sweep(tomorrow: Any, client: Client) -> None:
    page = make.original("Ends tomorrow", expire_at=tomorrow)
    other = make.original("Stays")
    lists = ["/", other.get_parent().url, "/feeds/rss/", "/feeds/atom/", "/feeds/json/", "/sitemap.xml", "/news-sitemap.xml"]
    lists += [f"/authors/{page.people()[0].url.rstrip('/').rpartition('/')[2]}/", other.url]
    assert client.get(page.url).status_code == 200
    assert all(page.slug in client.get(path).content.decode() for path in lists)
    with later(tomorrow):
        assert client.get(page.url).status_code == 404
        assert [path for path in lists if page.slug in client.get(path).content.decode()] == []


def test_a_scheduled_piece_is_nowhere_before_its_time(tomorrow: Any, client: Client) -> None:
    page = make.original("Not yet", go_live_at=tomorrow)
    other = make.original("Today")
    assert client.get(page.url).status_code == 404
    paths = ("/", other.get_parent().url, other.url, "/feeds/rss/", "/sitemap.xml")
    assert [path for path in paths if page.slug in client.get(path).content.decode()] == []


def test_a_piece_that_fails_keeps_its_schedule_and_stops_no_other(tomorrow: Any) -> None:
    broken = make.original("Broken", go_live_at=tomorrow, lead_image=make.image())
    fine = make.original("Fine", go_live_at=tomorrow)
    image = broken.lead_image
    assert image is not None
    default_storage.delete(image.file.name)
    cache.clear()
    with later(tomorrow):
        assert publish_due() == 1
        assert not ArticlePage.objects.get(pk=broken.pk).live
        assert ArticlePage.objects.get(pk=broken.pk).approved_schedule
        assert ArticlePage.objects.get(pk=fine.pk).live
        default_storage.save(image.file.name, make.image().file)
        assert publish_due() == 1, "mended, it goes at the next sweep"


def test_pages_that_are_no_pieces_have_schedules_too(tomorrow: Any) -> None:
    section = make.section("Summer", expire_at=tomorrow)
    with later(tomorrow):
        assert publish_due() == 1
    section.refresh_from_db()
    assert not section.live
