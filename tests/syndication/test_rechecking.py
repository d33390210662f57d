"""What is asked once more at the moment of sending: embargo, expiry, the outlet's time; and whether this is the real site."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Site

from syndication import delivering
from syndication.delivering import deliver_due
from syndication.models import Delivery, Edition, Override, Republication, claim
from syndication.planning import end_windows, reconcile
from syndication.production import objection
from syndication.rechecking import still_wanted
from syndication.syndicating import suspend
from tests import factories as make
from tests.outlets import Desk, memory, row

pytestmark = pytest.mark.django_db


def test_an_embargoed_piece_waits_for_its_time_and_then_goes(desk: Desk) -> None:
    memory(embargo_hours=2)
    page = make.original()
    assert deliver_due() == 0
    waits = row(page).due_at - timezone.now()
    assert timedelta(hours=1.9) < waits <= timedelta(hours=2)
    Republication.objects.update(due_at=Now(), starts_at=Now())
    deliver_due()
    assert page.uid in desk.holds


def test_a_row_made_due_too_early_goes_back_to_its_time_and_burns_no_attempt(desk: Desk) -> None:
    memory(embargo_hours=2)
    page = make.original()
    Republication.objects.update(due_at=Now())
    assert deliver_due() == 0
    kept = row(page)
    assert (kept.attempts, kept.due_at) == (0, kept.starts_at)
    assert desk.heard == [] and Delivery.objects.get().outcome == "released"


def test_pushing_again_respects_the_embargo(desk: Desk) -> None:
    memory(embargo_hours=2)
    page = make.original()
    Republication.objects.push_again(uid=page.uid)
    assert row(page).due_at == row(page).starts_at


def test_an_editors_time_for_one_piece_counts_too(desk: Desk) -> None:
    outlet = memory()
    page = make.original(live=False)
    tomorrow = timezone.now() + timedelta(days=1)
    Override.objects.create(uid=page.uid, outlet=outlet, not_before=tomorrow)
    make.publish(page)
    assert row(page).due_at == tomorrow


def test_an_outlet_whose_time_with_a_piece_is_over_takes_it_down(desk: Desk) -> None:
    memory(expiry_days=7)
    page = make.original()
    deliver_due()
    assert page.uid in desk.holds and end_windows() == 0
    past = timezone.now() - timedelta(days=8)
    Edition.objects.update(first_published_at=past)
    Republication.objects.update(ends_at=past + timedelta(days=7))
    assert reconcile() == 1
    deliver_due()
    assert desk.holds == {}


def test_a_piece_whose_time_there_is_over_before_it_went_out_is_not_sent(desk: Desk) -> None:
    memory(expiry_days=7)
    make.original()
    Edition.objects.update(first_published_at=timezone.now() - timedelta(days=8))
    Republication.objects.update(ends_at=timezone.now() - timedelta(days=1))
    deliver_due()
    assert desk.heard == []
    assert Republication.objects.get().state == "withdrawn"


def test_many_rows_are_asked_of_in_as_many_questions_as_one(desk: Desk) -> None:
    outlet = memory()

    def cost(count: int) -> int:
        for _ in range(count):
            make.original()
        rows = claim(outlet, 50)
        with CaptureQueriesContext(connection) as queries:
            assert len(still_wanted(rows)) == count
        return len(queries)

    assert cost(1) == cost(5) <= 3


# --- the production guard ---------------------------------------------------------------------------------------------------


@pytest.fixture
def copy_of_the_site(settings: Any) -> None:
    settings.SYNDICATION_PRODUCTION_HOSTS = ["review.example"]


def test_the_real_site_has_no_objection() -> None:
    make.front_page()
    assert objection() == ""


def test_a_copy_pushes_to_test_outlets_only_and_what_it_owes_waits(copy_of_the_site: None, desk: Desk) -> None:
    real, test = memory("Real"), memory("Test", is_test=True)
    make.original()
    deliver_due()
    assert {heard.outlet for heard in desk.heard} == {"Test"}
    assert Republication.objects.due().get().outlet == real
    assert test.is_test


def test_the_banner_names_both_hosts(copy_of_the_site: None) -> None:
    make.front_page()
    assert "127.0.0.1" in objection() and "review.example" in objection()


def test_a_copied_environment_does_not_make_a_copied_database_real(settings: Any) -> None:
    """The settings say one host, the site record another: one of them is a copy."""
    make.front_page()
    Site.objects.update(hostname="staging.example")
    assert "staging.example" in objection()


def test_without_a_configured_host_nothing_is_real(settings: Any) -> None:
    settings.SYNDICATION_PRODUCTION_HOSTS = []
    assert "SYNDICATION_PRODUCTION_HOST" in objection()


def test_an_outlet_that_is_suspended_in_the_middle_of_a_round_gets_no_more_than_was_claimed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlet = memory(max_in_flight=1)
    for _ in range(6):
        make.original()
    monkeypatch.setattr("syndication.delivering.AHEAD", 2)
    still = delivering.settle_all

    def settle_and_suspend(ends: Any) -> None:
        still(ends)
        suspend(outlet)

    monkeypatch.setattr("syndication.delivering.settle_all", settle_and_suspend)
    deliver_due()
    assert 0 < len(desk.heard) <= 4
    assert Republication.objects.due().count() == 6 - len(desk.holds)
