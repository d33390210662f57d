"""Pull: what lies ready for an outlet, what it took, what it reports."""

from datetime import timedelta

import pytest
from django.utils import timezone

from syndication.delivering import deliver_due
from syndication.models import Delivery, Edition, Outlet, Republication, Verification
from syndication.pulling import report, shelf, taken, tombstones
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def weekly() -> Outlet:
    return make.outlet("The Weekly", kind="pull", endpoint="", secret="", website="https://weekly.example")


def test_a_published_piece_lies_ready_and_is_delivered_when_the_outlet_takes_it(weekly: Outlet) -> None:
    page = make.original("The harbour")
    deliver_due()
    (row,) = shelf(weekly)
    assert (row.state, row.held) == ("offered", None)
    assert row.story.headline == "The harbour"
    assert Delivery.objects.get().outcome == "offered"
    assert taken([row]) == 1 and taken([row]) == 0
    row.refresh_from_db()
    assert (row.state, row.held, row.uid) == ("delivered", row.wanted, page.uid)


def test_what_was_not_laid_ready_yet_can_be_taken_and_the_worker_finds_nothing_to_do(weekly: Outlet) -> None:
    make.original()
    assert taken(shelf(weekly)) == 1
    assert deliver_due() == 0


def test_a_new_version_lies_ready_again_later_in_the_order_of_changes(weekly: Outlet) -> None:
    first, second = make.original(), make.original()
    taken(shelf(weekly))
    first.title = "Another headline"
    first.save_revision().publish()
    assert [row.uid for row in shelf(weekly)] == [second.uid, first.uid]
    assert taken(shelf(weekly)) == 1


def test_a_withdrawn_piece_leaves_a_tombstone_only_where_it_had_been_given(weekly: Outlet) -> None:
    given, kept = make.original(), make.original()
    taken(shelf(weekly).filter(uid=given.uid))
    for page in (given, kept):
        page.unpublish()
    assert not shelf(weekly).exists()
    assert [row.uid for row in tombstones(weekly)] == [given.uid]
    deliver_due()
    (row,) = tombstones(weekly)
    assert row.state == "offered"
    assert taken([row]) == 1
    assert tombstones(weekly).get().state == "withdrawn"


def test_neither_embargoed_nor_expired_nor_hidden_pieces_lie_ready(weekly: Outlet) -> None:
    page = make.original()
    rows = Republication.objects.filter(uid=page.uid)
    soon, past = timezone.now() + timedelta(hours=1), timezone.now() - timedelta(hours=1)
    for facts in ({"starts_at": soon}, {"ends_at": past}):
        rows.update(**facts)
        assert not shelf(weekly).exists()
        rows.update(starts_at=None, ends_at=None)
    assert shelf(weekly).exists()
    Edition.objects.filter(uid=page.uid).update(expires_at=past)
    assert not shelf(weekly).exists(), "expired, and no sweep came by yet"


def test_what_another_outlet_may_have_lies_not_on_this_shelf(weekly: Outlet) -> None:
    make.outlet("Other", kind="pull", endpoint="", secret="", website="https://other.example")
    Outlet.objects.filter(pk=weekly.pk).update(automatic=False)
    make.original()
    assert not shelf(weekly).exists() and shelf(Outlet.objects.get(name="Other")).exists()


def test_a_report_is_written_down_and_looked_at(weekly: Outlet) -> None:
    page = make.original()
    row = report(weekly, page.uid, "https://www.weekly.example/harbour")
    assert (row.state, row.receipt_url) == ("delivered", "https://www.weekly.example/harbour")
    assert Verification.objects.get(republication=row).due_at
    with pytest.raises(ValueError, match="not on a host of The Weekly"):
        report(weekly, page.uid, "https://elsewhere.example/harbour")
    page.unpublish()
    with pytest.raises(LookupError):
        report(weekly, page.uid, "https://weekly.example/harbour")


def test_a_version_wished_anew_between_reading_and_taking_stays_ready(weekly: Outlet) -> None:
    page = make.original()
    rows = list(shelf(weekly))
    page.title = "Changed meanwhile"
    page.save_revision().publish()
    assert taken(rows) == 0
    assert shelf(weekly).get().held is None
