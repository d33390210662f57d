"""Outlets that only announce a piece: no copy stands there, so nothing is owed and nothing is looked at."""

import pytest
from django.test import Client
from django.urls import reverse

from syndication.delivering import deliver_due
from syndication.models import Republication, Verification
from syndication.syndicating import mark_delivered
from tests import factories as make
from tests.outlets import Desk, Memory, memory, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def announcing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(Memory, "announces", True)
    return desk


def test_an_announcement_has_an_address_and_is_not_looked_at(announcing: Desk) -> None:
    memory()
    page = make.original()
    deliver_due()
    assert row(page).state == Republication.State.DELIVERED and row(page).receipt_url
    assert not Verification.objects.exists()


def test_nor_is_one_that_an_editor_marks(announcing: Desk) -> None:
    memory()
    page = make.original()
    announcing.tell("permanent")
    deliver_due()
    mark_delivered(row(page), "https://outlet.example/posts/1")
    assert row(page).receipt_url and not Verification.objects.exists()


def test_a_copy_beside_it_is_looked_at(desk: Desk) -> None:
    memory()
    make.original()
    deliver_due()
    assert Verification.objects.count() == 1


def test_the_panel_shows_the_post_and_offers_no_look(announcing: Desk, client: Client) -> None:
    memory()
    page = make.original()
    deliver_due()
    client.force_login(make.editor())
    html = client.get(reverse("syndication:panel", args=[page.pk])).content.decode()
    assert row(page).receipt_url in html and "It only announces the piece" in html
    assert "not looked yet" not in html and "Look now" not in html
