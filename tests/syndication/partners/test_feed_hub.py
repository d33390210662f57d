"""Where our own hub is named: in feeds that can be its topics."""

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from publication import urls
from syndication import archiving
from tests import factories as make
from tests.syndication.partners.shelves import DIALECTS, ROOT, lay, links, puller, token

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]

urlpatterns = [path("hub/", lambda _request: HttpResponse(), name="hub"), *urls.urlpatterns]


def test_our_own_hub_is_named_where_the_address_alone_opens_the_feed(client: Client) -> None:
    make.original()
    key = token(puller())
    for dialect in DIALECTS:
        there = client.get(f"/partners/feeds/{key}/{dialect}/")
        assert links(there)["hub"] == f"{ROOT}/hub/"
        if dialect in ("rss", "atom", "json"):
            assert f"{ROOT}/hub/" in there.content.decode()
        here = client.get(f"/partners/feeds/{dialect}/", headers={"authorization": f"Bearer {key}"})
        assert "hub" not in links(here), "the hub could not read it"
    for dialect in ("rss", "atom", "json"):
        public = client.get(f"/feeds/{dialect}/")
        assert links(public)["hub"] == f"{ROOT}/hub/" and f"{ROOT}/hub/" in public.content.decode()


def test_an_archive_is_no_topic(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archiving, "BOUND", 2)
    outlet = puller()
    lay(outlet, 6)
    key = token(outlet)
    assert "prev-archive" in links(client.get(f"/partners/feeds/{key}/rss/"))
    assert "hub" not in links(client.get(f"/partners/feeds/{key}/rss/archive/1/"))
