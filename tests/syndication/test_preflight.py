"""Preflight: what an outlet would refuse, said before anything is queued, with what to do."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from syndication.models import Outlet, Override, Received, Republication
from syndication.preflight import preflight
from tests import factories as make
from tests.outlets import Desk, memory

pytestmark = pytest.mark.django_db


def blocking(edition: Any, outlet: Outlet, **override: Any) -> list[str]:
    return [told.sentence for told in preflight(edition, outlet, Override(outlet=outlet, **override)) if told.blocks]


def worth_knowing(edition: Any, outlet: Outlet, **override: Any) -> list[str]:
    return [told.sentence for told in preflight(edition, outlet, Override(outlet=outlet, **override)) if not told.blocks]


def edition(**facts: Any) -> Any:
    return make.edition(make.story(**{"first_published": timezone.now(), **facts}))


def test_a_sound_piece_meets_no_objection() -> None:
    assert preflight(edition(), make.outlet()) == []


@pytest.mark.parametrize(
    ("terms", "facts", "part"),
    [
        ({"kind": "", "endpoint": ""}, {}, "Nothing is pushed"),
        ({"state": "gone"}, {}, "endpoint is gone"),
        ({"needs_image": True}, {}, "Choose a lead image."),
        ({"needs_image": True}, {"lead_image": make.picture(may_syndicate=False)}, "rights of this one"),
        ({"max_headline": 20}, {"headline": "A headline that is too long for them"}, "hold 20 characters"),
        ({"window_days": 2}, {"first_published": timezone.now() - timedelta(days=3)}, "last 2 days"),
        ({"expiry_days": 2}, {"first_published": timezone.now() - timedelta(days=3)}, "they are over"),
        ({}, {"body_html": ""}, "no text to carry"),
    ],
)
def test_what_an_outlet_would_refuse_blocks(terms: dict[str, Any], facts: dict[str, Any], part: str) -> None:
    (sentence,) = blocking(edition(**facts), make.outlet(**terms))
    assert part in sentence


def test_a_piece_that_is_not_public_is_blocked() -> None:
    assert blocking(make.edition(public=False), make.outlet()) == ["The piece is not public. Publish it first."]


def test_a_headline_of_its_own_mends_a_headline_that_is_too_long() -> None:
    told = edition(headline="A headline that is too long for them")
    assert blocking(told, make.outlet(max_headline=20), headline="A short one") == []


def test_an_editor_who_sends_it_there_is_not_stopped_by_the_window() -> None:
    told = edition(first_published=timezone.now() - timedelta(days=3))
    assert blocking(told, make.outlet(window_days=2), choice="send") == []


@pytest.mark.parametrize(
    ("terms", "facts", "part"),
    [
        ({"state": "suspended"}, {}, "waits until that is over"),
        ({"embargo_hours": 5}, {}, "not before"),
        ({}, {"lead_image": make.picture(may_syndicate=False)}, "stays at home"),
        ({}, {"lead_image": make.picture(alt="", credit="A")}, "alternative text"),
        ({}, {"lead_image": make.picture(credit="")}, "no credit"),
        ({}, {"authors": ()}, "Nobody signs"),
    ],
)
def test_what_is_only_worth_knowing_does_not_block(terms: dict[str, Any], facts: dict[str, Any], part: str) -> None:
    told, outlet = edition(**facts), make.outlet(**terms)
    assert blocking(told, outlet) == []
    assert any(part in sentence for sentence in worth_knowing(told, outlet))


def test_what_blocks_comes_first() -> None:
    told = preflight(edition(authors=(), body_html=""), make.outlet())
    assert [objection.blocks for objection in told] == [True, False]


def test_an_automatic_push_is_not_queued_where_it_would_be_refused(desk: Desk) -> None:
    memory(needs_image=True)
    make.original()
    assert not Republication.objects.exists()


def test_a_piece_that_came_from_another_site_goes_on_only_where_an_editor_sends_it() -> None:
    told, outlet = edition(kind="stub", body_html=""), make.outlet(takes_stubs=True)
    page = make.stub()
    told.page = page
    assert blocking(told, outlet) == [], "a stub of ours"
    Received.objects.create(sender=make.sender(), uid=told.uid, page=page)
    (sentence,) = blocking(told, outlet)
    assert "The Harbour Review" in sentence
    assert blocking(told, outlet, choice=Override.Choice.SEND) == []
    assert sentence in worth_knowing(told, outlet, choice=Override.Choice.SEND)
