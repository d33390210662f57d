"""Republication: one wish at a time, the newest; how a lease ends; and what a late finisher may not do."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from syndication.models import Delivery, Edition, Outlet, Republication, claim
from syndication.models.republication import BACKOFF, JITTER
from syndication.receipt import Receipt
from syndication.story import Story
from tests import factories as make

pytestmark = pytest.mark.django_db
State = Republication.State


@pytest.fixture
def outlet() -> Outlet:
    return make.outlet()


@pytest.fixture
def story() -> Story:
    return make.story(headline="One")


def wish(story: Story, outlet: Outlet, headline: str = "", operation: str = Republication.PUBLISH) -> bool:
    """Want the story at the outlet, under another headline if one is given."""
    told = story.model_copy(update={"headline": headline}) if headline else story
    return Republication.objects.want(make.edition(told, public=operation == "publish"), outlet, operation)


def unwish(story: Story, outlet: Outlet) -> bool:
    return wish(story, outlet, operation=Republication.WITHDRAW)


def lease(outlet: Outlet) -> Republication:
    """The one due row, claimed. What ended before has its end in the log, as settling writes it."""
    Delivery.objects.filter(republication__lease_token=None, outcome="").update(outcome=Delivery.Outcome.TRANSIENT)
    Republication.objects.filter(due_at__isnull=False).update(due_at=Now())
    (row,) = claim(outlet, 10)
    return row


def steal(outlet: Outlet) -> Republication:
    """The one row, claimed by another after its lease ran out."""
    Republication.objects.update(lease_until=Now() - timedelta(seconds=1))
    return lease(outlet)


def now_is() -> Republication:
    return Republication.objects.select_related("wanted", "held").get()


def waits() -> float:
    """Seconds until the row is due again."""
    due_at = now_is().due_at
    assert due_at is not None
    return (due_at - timezone.now()).total_seconds()


# --- wishes -----------------------------------------------------------------------------------------------------------


def test_a_first_wish_is_due_at_once(story: Story, outlet: Outlet) -> None:
    assert wish(story, outlet) is True
    row = now_is()
    assert (row.state, row.operation, row.held, row.attempts) == (State.PENDING, "publish", None, 0)
    assert row.due_at is not None and Republication.objects.due().count() == 1


def test_the_same_wish_is_no_news_and_keeps_its_key(story: Story, outlet: Outlet) -> None:
    wish(story, outlet)
    key = now_is().key
    assert wish(story, outlet) is False
    assert now_is().key == key


def test_ten_wishes_before_the_first_send_are_one_send_of_the_newest(story: Story, outlet: Outlet) -> None:
    for number in range(10):
        wish(story, outlet, f"Version {number}")
    row = lease(outlet)
    assert row.story.headline == "Version 9"
    row.accept(Receipt("7"))
    assert Republication.objects.due().count() == 0 and Delivery.objects.count() == 1


def test_going_back_to_an_earlier_version_is_a_new_wish_under_a_new_key(story: Story, outlet: Outlet) -> None:
    keys = []
    for headline in ("One", "Two", "One"):
        assert wish(story, outlet, headline) is True
        row = lease(outlet)
        assert row.story.headline == headline
        keys.append(row.key)
        row.accept(Receipt("7"))
    assert len(set(keys)) == 3


def test_what_the_outlet_may_not_see_is_no_reason_to_push(story: Story) -> None:
    outlet = make.outlet(extent="excerpt")
    wish(story, outlet)
    lease(outlet).accept(Receipt("7"))
    edited = story.model_copy(update={"body_html": "<p>Longer.</p>"})
    assert wish(edited, outlet) is False
    assert now_is().state == State.DELIVERED


def test_withdrawing_what_was_never_sent_is_quiet(story: Story, outlet: Outlet) -> None:
    wish(story, outlet)
    unwish(story, outlet)
    row = now_is()
    assert (row.state, row.due_at) == (State.WITHDRAWN, None)


def test_withdrawing_what_was_claimed_but_not_tried_is_quiet_too(story: Story, outlet: Outlet) -> None:
    wish(story, outlet)
    row = lease(outlet)
    row.release()
    Delivery.objects.update(outcome=Delivery.Outcome.RELEASED)
    unwish(story, outlet)
    assert (now_is().state, now_is().due_at) == (State.WITHDRAWN, None)


@pytest.mark.parametrize(
    "outcome", [Delivery.Outcome.LOST, Delivery.Outcome.UNCERTAIN, Delivery.Outcome.TRANSIENT, Delivery.Outcome.OPEN]
)
def test_withdrawing_what_may_have_arrived_is_sent(outcome: str, story: Story, outlet: Outlet) -> None:
    wish(story, outlet)
    lease(outlet)
    Delivery.objects.update(outcome=outcome)
    assert unwish(story, outlet) is True
    assert (now_is().state, now_is().operation) == (State.PENDING, "withdraw")
    assert now_is().due_at is not None


def test_withdrawing_from_an_outlet_that_never_heard_of_it_makes_no_row(story: Story, outlet: Outlet) -> None:
    assert unwish(story, outlet) is False
    assert not Republication.objects.exists()


def test_publishing_again_after_a_quiet_withdrawal_is_due(story: Story, outlet: Outlet) -> None:
    wish(story, outlet)
    unwish(story, outlet)
    assert wish(story, outlet) is True
    assert now_is().state == State.PENDING and now_is().due_at is not None


def test_a_new_wish_forgets_the_failures_of_the_old(story: Story, outlet: Outlet) -> None:
    wish(story, outlet)
    lease(outlet).give_up("No title.", "HTTP 422")
    wish(story, outlet, "Two")
    row = now_is()
    assert (row.state, row.attempts, row.error, row.error_detail, row.failing_since) == (State.PENDING, 0, "", "", None)


def test_pushing_again_owes_the_same_edition_under_a_new_key(story: Story, outlet: Outlet) -> None:
    wish(story, outlet)
    row = lease(outlet)
    row.accept(Receipt("7", "https://outlet.example/7"))
    assert Republication.objects.all().push_again(uid=story.uid) == 1
    again = now_is()
    assert again.key != row.key and again.state == State.PENDING and again.due_at is not None
    assert (again.wanted_id, again.receipt_id) == (row.wanted_id, "7")


# --- acceptance -------------------------------------------------------------------------------------------------------


def test_an_accepted_row_rests_with_its_receipt(story: Story, outlet: Outlet) -> None:
    wish(story, outlet)
    row = lease(outlet)
    assert row.accept(Receipt("7", "https://outlet.example/7")) is True
    kept = now_is()
    assert (kept.state, kept.due_at, kept.attempts, kept.lease_token) == (State.DELIVERED, None, 0, None)
    assert (kept.held, kept.receipt_id, kept.receipt_url) == (row.wanted, "7", "https://outlet.example/7")
    assert kept.delivered_at is not None


def test_an_accepted_withdrawal_holds_nothing(story: Story, outlet: Outlet) -> None:
    wish(story, outlet)
    lease(outlet).accept(Receipt("7", "https://outlet.example/7"))
    unwish(story, outlet)
    lease(outlet).accept(Receipt("7", "https://outlet.example/7"))
    assert (now_is().state, now_is().held, now_is().due_at) == (State.WITHDRAWN, None, None)


def test_an_edit_during_a_conversation_stays_due_and_the_receipt_is_kept(story: Story, outlet: Outlet) -> None:
    wish(story, outlet, "One")
    row = lease(outlet)
    assert wish(story, outlet, "Two") is True
    assert row.accept(Receipt("7", "https://outlet.example/7")) is True
    kept = now_is()
    assert kept.state == State.PENDING and kept.due_at is not None
    assert kept.held is not None and kept.held.story.headline == "One"
    following = lease(outlet)
    assert (following.story.headline, following.receipt_id) == ("Two", "7")
    assert following.key != row.key


def test_an_edit_during_a_conversation_is_not_claimed_beside_it(story: Story, outlet: Outlet) -> None:
    wish(story, outlet, "One")
    lease(outlet)
    wish(story, outlet, "Two")
    assert claim(outlet, 10) == []


# --- late finishers ---------------------------------------------------------------------------------------------------


def test_a_late_acceptance_of_an_old_wish_settles_nothing_and_makes_the_newest_due_again(story: Story, outlet: Outlet) -> None:
    wish(story, outlet, "One")
    late = lease(outlet)
    wish(story, outlet, "Two")
    timely = steal(outlet)
    assert timely.accept(Receipt("7")) is True
    assert late.accept(Receipt("8", "https://outlet.example/8")) is False
    row = now_is()
    # Their bytes may have landed in the order Two, One: the newest goes once more, and the outlet must not take it for a repeat.
    assert row.held is not None and row.held.story.headline == "Two"
    assert row.receipt_id == "7"
    assert row.state == State.PENDING and row.due_at is not None
    assert row.key not in (late.key, timely.key)
    assert lease(outlet).story.headline == "Two"


def test_a_late_acceptance_of_what_is_still_wanted_changes_nothing(story: Story, outlet: Outlet) -> None:
    wish(story, outlet)
    late = lease(outlet)
    timely = steal(outlet)
    assert timely.key == late.key
    timely.accept(Receipt("7"))
    assert late.accept(Receipt("8")) is False
    assert (now_is().state, now_is().due_at, now_is().receipt_id, now_is().key) == (State.DELIVERED, None, "7", late.key)


def test_a_late_acceptance_reasserts_even_while_the_next_is_under_way(story: Story, outlet: Outlet) -> None:
    wish(story, outlet, "One")
    late = lease(outlet)
    wish(story, outlet, "Two")
    timely = steal(outlet)
    late.accept(Receipt("7"))
    assert timely.accept(Receipt("7")) is True, "its lease is its own"
    assert now_is().state == State.PENDING and now_is().due_at is not None
    assert lease(outlet).story.headline == "Two"


def test_a_late_creation_of_what_is_no_longer_wanted_is_looked_for_and_taken_down(story: Story, outlet: Outlet) -> None:
    wish(story, outlet)
    late = lease(outlet)
    unwish(story, outlet)
    assert steal(outlet).accept(Receipt("")) is True
    assert late.accept(Receipt("7")) is False
    row = lease(outlet)
    assert (row.operation, row.receipt_id, row.uncertain) == ("withdraw", "", True)


FAILURES: dict[str, Callable[[Republication], bool]] = {
    "postpone": lambda row: row.postpone("Later."),
    "give up": lambda row: row.give_up("Never."),
    "release": lambda row: row.release("Not now."),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_late_failure_changes_nothing(failure: str, story: Story, outlet: Outlet) -> None:
    wish(story, outlet, "One")
    late = lease(outlet)
    wish(story, outlet, "Two")
    steal(outlet).accept(Receipt("7"))
    before = Republication.objects.values().get()
    assert FAILURES[failure](late) is False
    assert Republication.objects.values().get() == before


def test_a_late_uncertainty_about_an_old_wish_makes_the_newest_due_again(story: Story, outlet: Outlet) -> None:
    wish(story, outlet, "One")
    late = lease(outlet)
    wish(story, outlet, "Two")
    steal(outlet).accept(Receipt("7"))
    assert late.postpone("No answer.", uncertain=True) is False
    assert now_is().state == State.PENDING and now_is().due_at is not None


# --- failures ---------------------------------------------------------------------------------------------------------


def test_the_waits_follow_the_schedule_and_then_a_person_must_act(story: Story, outlet: Outlet) -> None:
    wish(story, outlet)
    for delay in BACKOFF:
        assert lease(outlet).postpone("The outlet has a fault.") is True
        assert delay.total_seconds() * (1 - JITTER) - 10 <= waits() <= delay.total_seconds() * (1 + JITTER)
        assert now_is().state == State.PENDING
    lease(outlet).postpone("The outlet has a fault.")
    row = now_is()
    assert (row.state, row.due_at) == (State.FAILED, None)
    assert row.error == "The outlet has a fault. We tried 10 times."


def test_giving_up_without_an_answer_still_looks_before_the_next_create(story: Story, outlet: Outlet) -> None:
    wish(story, outlet)
    row = lease(outlet)
    row.attempts = len(BACKOFF) + 1
    assert row.postpone("No answer.", uncertain=True) is True
    assert (now_is().state, now_is().uncertain) == (State.FAILED, True)


def test_giving_up_late_without_an_answer_makes_the_newest_due_again(story: Story, outlet: Outlet) -> None:
    wish(story, outlet, "One")
    late = lease(outlet)
    wish(story, outlet, "Two")
    steal(outlet).accept(Receipt("7"))
    late.attempts = len(BACKOFF) + 1
    assert late.postpone("No answer.", uncertain=True) is False
    assert now_is().state == State.PENDING and now_is().due_at is not None


def test_waits_differ_so_that_not_all_come_back_at_once(outlet: Outlet) -> None:
    found = set()
    for _ in range(4):
        wish(make.story(), outlet)
    for row in claim(outlet, 10):
        row.attempts = 5
        row.postpone("Later.")
        found.add(round(Republication.objects.get(pk=row.pk).due_at.timestamp()))
    assert len(found) == 4


def test_a_longer_wait_that_the_outlet_asked_for_is_kept_and_a_shorter_is_not(story: Story, outlet: Outlet) -> None:
    wish(story, outlet)
    lease(outlet).postpone("Slow down.", wait=1800)
    assert 1780 < waits() <= 1800
    lease(outlet).postpone("Slow down.", wait=1)
    assert waits() > 200


def test_a_failure_while_the_editor_moved_on_neither_delays_nor_fails_the_newer_wish(story: Story, outlet: Outlet) -> None:
    for number, fail in enumerate((FAILURES["postpone"], FAILURES["give up"])):
        wish(story, outlet, f"Old {number}")
        row = lease(outlet)
        wish(story, outlet, f"New {number}")
        assert fail(row) is True
        assert now_is().state == State.PENDING
        assert waits() <= 0
        lease(outlet).accept(Receipt("7"))


def test_what_failed_stays_with_its_cause_until_somebody_acts(story: Story, outlet: Outlet) -> None:
    wish(story, outlet)
    lease(outlet).give_up("No title.", "x" * 5000)
    row = now_is()
    assert (row.state, row.due_at, row.error, len(row.error_detail)) == (State.FAILED, None, "No title.", 2000)
    assert wish(story, outlet) is False, "the same wish again is no news"
    assert now_is().state == State.FAILED


def test_failing_since_is_the_first_failure_and_ends_with_success(story: Story, outlet: Outlet) -> None:
    wish(story, outlet)
    lease(outlet).postpone("Later.")
    first = now_is().failing_since
    lease(outlet).postpone("Later still.")
    assert now_is().failing_since == first
    lease(outlet).accept(Receipt("7"))
    assert (now_is().failing_since, now_is().error) == (None, "")


def test_a_released_row_is_due_as_before_and_has_burnt_no_attempt(story: Story, outlet: Outlet) -> None:
    wish(story, outlet)
    row = lease(outlet)
    due_at = now_is().due_at
    assert row.release() is True
    assert (now_is().attempts, now_is().due_at, now_is().lease_token) == (0, due_at, None)


def test_uncertainty_lasts_until_the_outlet_is_known_to_have_it(story: Story, outlet: Outlet) -> None:
    wish(story, outlet)
    lease(outlet).postpone("No answer.", uncertain=True)
    lease(outlet).postpone("Fault.")
    wish(story, outlet, "Two")
    assert now_is().uncertain is True
    lease(outlet).accept(Receipt("7"))
    assert now_is().uncertain is False


def test_an_edition_that_is_wanted_or_held_cannot_be_deleted(story: Story, outlet: Outlet) -> None:
    wish(story, outlet)
    with pytest.raises(Exception, match="protected"):
        Edition.objects.all().delete()


def test_rows_say_what_they_are(story: Story, outlet: Outlet) -> None:
    wish(story, outlet)
    row: Any = now_is()
    assert str(row) == f"One at {outlet.name}"
