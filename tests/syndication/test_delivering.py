"""Delivering: claim, converse, settle. The partner is a desk in this process that fails as it is told."""

import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone
from wagtail.models import PageViewRestriction

from home.models import ArticlePage, DatedCorrection
from home.models.corrections import noon
from syndication.connectors.base import Receipt
from syndication.delivering import Ended, deliver_due, settle, settle_all
from syndication.models import Delivery, Edition, Outlet, Republication, Verification, claim
from syndication.syndicating import mark_delivered
from syndication.turns import HANGS
from tests import factories as make
from tests.outlets import Desk, memory

pytestmark = pytest.mark.django_db
State, Outcome = Republication.State, Delivery.Outcome


@pytest.fixture
def outlet(desk: Desk) -> Outlet:
    return memory()


def row() -> Republication:
    return Republication.objects.select_related("wanted", "held", "outlet").get()


def make_due() -> None:
    """Let every wait be over."""
    Republication.objects.filter(due_at__isnull=False).update(due_at=Now())
    Outlet.objects.update(not_before=None)


def outcomes() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("outcome", flat=True))


# --- when all goes well ---------------------------------------------------------------------------------------------------


def test_a_published_piece_arrives_and_is_looked_at_soon(outlet: Outlet, desk: Desk) -> None:
    page = make.original("One")
    assert deliver_due() == 1
    assert desk.holds == {page.uid: "One"}
    kept = row()
    assert (kept.state, kept.due_at) == (State.DELIVERED, None)
    assert kept.receipt == desk.receipt(page.uid)
    delivery = Delivery.objects.get()
    assert (delivery.outcome, delivery.operation, delivery.late, delivery.key) == (Outcome.ACCEPTED, "publish", False, kept.key)
    assert delivery.duration_ms is not None
    look = Verification.objects.get()
    assert (look.republication, look.url) == (kept, kept.receipt_url)
    assert look.due_at is not None


def test_an_outlet_that_names_no_address_is_not_looked_at(outlet: Outlet, desk: Desk) -> None:
    desk.pages = False
    make.original()
    deliver_due()
    assert row().state == State.DELIVERED and not Verification.objects.exists()


def test_what_a_connector_remembers_comes_back_to_it_and_its_warnings_reach_the_editor(outlet: Outlet, desk: Desk) -> None:
    desk.memory, desk.warnings = {"revision": 4}, ("The canonical link cannot be set there.",)
    page = make.original("One")
    deliver_due()
    assert (row().receipt_memory, row().warnings) == ({"revision": 4}, ["The canonical link cannot be set there."])
    desk.warnings = ()
    make.edit(page, title="Two")
    deliver_due()
    given = desk.heard[-1].receipt
    assert given is not None and given.memory == {"revision": 4}
    assert row().warnings == []


def test_a_correction_is_told_as_one_and_later_edits_are_not(outlet: Outlet, desk: Desk) -> None:
    page = make.original("One")
    deliver_due()
    page.corrections.add(DatedCorrection(made_at=noon(date(2026, 5, 1)), text="The ship was blue."))
    page = make.publish(page)
    deliver_due()
    make.edit(page, title="Two")
    deliver_due()
    assert desk.verbs == ["publish", "correct", "update"]


def test_an_outlet_without_a_machine_waits_for_a_person_and_burns_no_attempt(outlet: Outlet, desk: Desk) -> None:
    desk.tell("by hand")
    page = make.original("One")
    deliver_due()
    assert (row().state, row().due_at, row().attempts) == (State.TODO, None, 0)
    assert "by hand" in row().error
    assert outcomes() == [Outcome.BY_HAND]
    outlet.refresh_from_db()
    assert (outlet.failures, outlet.state) == (0, Outlet.State.ACTIVE)

    assert mark_delivered(row(), "https://outlet.example/pieces/1")
    assert (row().state, row().receipt_url) == (State.DELIVERED, "https://outlet.example/pieces/1")
    assert Verification.objects.get().url == "https://outlet.example/pieces/1"

    desk.tell("by hand")
    make.edit(page, title="Two")
    deliver_due()
    assert row().state == State.TODO


def test_an_edit_updates_what_the_receipt_names_and_unpublishing_takes_it_down(outlet: Outlet, desk: Desk) -> None:
    page = make.original("One")
    deliver_due()
    page = make.edit(page, title="Two")
    deliver_due()
    assert desk.holds == {page.uid: "Two"}
    page.unpublish()
    deliver_due()
    assert desk.holds == {}
    assert desk.verbs == ["publish", "update", "withdraw"]
    assert [heard.receipt for heard in desk.heard[1:]] == [desk.receipt(page.uid)] * 2
    assert row().state == State.WITHDRAWN


def test_a_piece_that_comes_back_comes_back_to_its_place(outlet: Outlet, desk: Desk) -> None:
    page = make.original("One")
    deliver_due()
    page.unpublish()
    deliver_due()
    make.edit(page)
    deliver_due()
    assert desk.heard[-1].receipt == desk.receipt(page.uid), "the same address there as before"
    assert row().state == State.DELIVERED and desk.holds == {page.uid: "One"}


def test_a_deleted_piece_is_taken_down_although_its_page_is_no_more(outlet: Outlet, desk: Desk) -> None:
    page = make.original()
    deliver_due()
    page.delete()
    deliver_due()
    assert desk.verbs == ["publish", "withdraw"] and desk.holds == {}


def test_an_outlet_hears_no_more_than_its_contract_allows(desk: Desk) -> None:
    memory("Everything")
    memory("Excerpt", extent="excerpt")
    make.original()
    deliver_due()
    heard = {one.outlet: bool(one.body_html) for one in desk.heard}
    assert heard == {"Everything": True, "Excerpt": False}


def test_nothing_due_is_nothing_done(outlet: Outlet, desk: Desk) -> None:
    make.original(live=False)
    assert deliver_due() == 0 and desk.heard == []


def test_no_time_is_nothing_done(outlet: Outlet, desk: Desk) -> None:
    make.original()
    assert deliver_due(seconds=0) == 0 and desk.heard == []


# --- uncertainty --------------------------------------------------------------------------------------------------------


def test_a_lost_answer_is_looked_up_before_anything_is_created_again(outlet: Outlet, desk: Desk) -> None:
    page = make.original("One")
    desk.tell("lost answer")
    deliver_due()
    assert (row().state, row().uncertain, outcomes()) == (State.PENDING, True, [Outcome.UNCERTAIN])
    make_due()
    deliver_due()
    assert desk.verbs == ["publish", "find", "update"]
    assert desk.created == 1 and len(set(desk.keys)) == 1
    assert (row().state, row().uncertain, row().receipt_id) == (State.DELIVERED, False, desk.receipt(page.uid).id)


def test_a_request_that_never_arrived_is_created_after_the_look(outlet: Outlet, desk: Desk) -> None:
    make.original()
    desk.tell("uncertain")
    deliver_due()
    make_due()
    deliver_due()
    assert desk.verbs == ["publish", "find", "publish"]
    assert desk.created == 1 and row().state == State.DELIVERED


def test_an_outlet_that_knows_keys_is_not_asked_but_told_again(desk: Desk) -> None:
    memory("Keys", kind="memory-by-key")
    make.original()
    desk.tell("lost answer")
    deliver_due()
    make_due()
    deliver_due()
    assert desk.verbs == ["publish", "publish"]
    assert len(set(desk.keys)) == 1, "the repeat has the same key"


def test_a_look_that_fails_creates_nothing(outlet: Outlet, desk: Desk) -> None:
    make.original()
    desk.tell("lost answer", "transient")
    for _ in range(2):
        deliver_due()
        make_due()
    assert desk.verbs == ["publish", "find"] and row().uncertain
    deliver_due()
    assert desk.verbs == ["publish", "find", "find", "update"] and desk.created == 1


def test_after_a_worker_vanished_the_next_looks_first(outlet: Outlet, desk: Desk) -> None:
    page = make.original()
    claim(outlet, 1)
    desk.holds[page.uid] = "What the vanished worker sent"
    assert deliver_due() == 0, "its lease runs"
    Republication.objects.update(lease_until=Now() - timedelta(seconds=1))
    deliver_due()
    assert desk.verbs == ["find", "update"] and desk.created == 0
    assert outcomes() == [Outcome.LOST, Outcome.ACCEPTED]


def test_an_uncertain_update_looks_first_for_a_late_worker_may_have_put_another_in_its_place(outlet: Outlet, desk: Desk) -> None:
    page = make.original()
    deliver_due()
    make.edit(page, title="Two")
    desk.tell("lost answer")
    deliver_due()
    make_due()
    deliver_due()
    assert desk.verbs == ["publish", "update", "find", "update"]


def test_an_uncertain_create_that_is_no_longer_wanted_is_taken_down_where_it_stands(outlet: Outlet, desk: Desk) -> None:
    page = make.original()
    desk.tell("lost answer")
    deliver_due()
    page.unpublish()
    deliver_due()
    assert desk.verbs == ["publish", "find", "withdraw"]
    assert desk.heard[-1].receipt == desk.receipt(page.uid)
    assert desk.holds == {} and row().state == State.WITHDRAWN


def test_a_fault_of_our_own_is_uncertain_and_stops_no_other(outlet: Outlet, desk: Desk) -> None:
    for _ in range(3):
        make.original()
    desk.tell("broken")
    assert deliver_due() == 3
    assert sorted(Republication.objects.values_list("state", flat=True)) == ["delivered", "delivered", "pending"]
    failed = Republication.objects.get(state=State.PENDING)
    assert failed.uncertain and "Our connector failed" in failed.error and "KeyError" in failed.error_detail


# --- failures -----------------------------------------------------------------------------------------------------------


def test_a_fault_of_theirs_is_tried_again_under_the_same_key(outlet: Outlet, desk: Desk) -> None:
    make.original()
    desk.tell("transient")
    deliver_due()
    failed = row()
    assert (failed.state, failed.attempts, failed.uncertain) == (State.PENDING, 1, False)
    assert failed.due_at > timezone.now() and failed.failing_since is not None
    delivery = Delivery.objects.get()
    assert (delivery.outcome, delivery.status) == (Outcome.TRANSIENT, 503)
    assert (delivery.sentence, delivery.detail) == ("The outlet has a fault of its own (503).", "HTTP 503\nBack soon")
    make_due()
    deliver_due()
    assert row().state == State.DELIVERED and len(set(desk.keys)) == 1 and row().error == ""


def test_an_outlet_that_asks_for_a_pause_gets_it_for_all_pieces_and_the_others_go_on(desk: Desk) -> None:
    slow = memory("Slow", max_in_flight=1)
    make.original("One")
    desk.tell("slow down")
    deliver_due()
    slow.refresh_from_db()
    assert slow.not_before is not None
    assert 1700 < (slow.not_before - timezone.now()).total_seconds() <= 1800
    assert 1700 < (row().due_at - timezone.now()).total_seconds() <= 1800
    memory("Other", takes_since=timezone.now() + timedelta(days=-1))
    make.original("Two")
    deliver_due()
    assert {heard.outlet for heard in desk.heard[1:]} == {"Other"}


def test_the_first_success_ends_the_pause(outlet: Outlet, desk: Desk) -> None:
    make.original()
    Outlet.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    deliver_due()
    outlet.refresh_from_db()
    assert outlet.not_before is None


def test_what_they_will_not_take_fails_with_its_reason(outlet: Outlet, desk: Desk) -> None:
    make.original()
    desk.tell("permanent")
    deliver_due()
    failed = row()
    assert (failed.state, failed.due_at) == (State.FAILED, None)
    assert failed.error == "The outlet will not take this piece as it is (422)."
    assert failed.error_detail == "HTTP 422\nNo title"
    assert outcomes() == [Outcome.PERMANENT]
    make_due()
    assert deliver_due() == 0


def test_an_edit_revives_what_failed(outlet: Outlet, desk: Desk) -> None:
    page = make.original()
    desk.tell("permanent")
    deliver_due()
    make.edit(page, title="With a title")
    deliver_due()
    assert row().state == State.DELIVERED


def test_refused_credentials_hold_the_whole_outlet_and_burn_no_attempt(outlet: Outlet, desk: Desk) -> None:
    Outlet.objects.update(max_in_flight=1)
    make.original()
    make.original()
    desk.tell("refused")
    deliver_due()
    outlet.refresh_from_db()
    assert (outlet.state, outlet.state_reason) == (Outlet.State.HELD, "The outlet refused our credentials (401).")
    assert len(desk.heard) == 1
    assert list(Republication.objects.values_list("state", "attempts")) == [("pending", 0)] * 2
    assert Republication.objects.due().count() == 2
    assert deliver_due() == 0
    Outlet.objects.update(state=Outlet.State.ACTIVE)
    deliver_due()
    assert set(Republication.objects.values_list("state", flat=True)) == {"delivered"}


def test_an_endpoint_that_is_gone_marks_the_outlet_and_keeps_what_it_is_owed(outlet: Outlet, desk: Desk) -> None:
    make.original()
    desk.tell("gone")
    deliver_due()
    outlet.refresh_from_db()
    assert outlet.state == Outlet.State.GONE and not outlet.pushes
    assert outlet.state_reason == row().error == "The outlet says this address is gone for good (410)."
    assert (row().state, row().attempts, outcomes()) == (State.PENDING, 0, [Outcome.GONE])
    assert deliver_due() == 0
    outlet.state = Outlet.State.ACTIVE
    outlet.save()
    deliver_due()
    assert row().state == State.DELIVERED


def test_what_was_not_tried_is_due_as_before(outlet: Outlet, desk: Desk) -> None:
    make.original()
    desk.tell("not tried")
    assert deliver_due() == 2, "released, and tried in the next round"
    assert outcomes() == [Outcome.RELEASED, Outcome.ACCEPTED]
    assert row().state == State.DELIVERED


@pytest.mark.parametrize("state", [Outlet.State.SUSPENDED, Outlet.State.HELD, Outlet.State.GONE])
def test_an_outlet_that_is_not_active_hears_nothing(state: str, outlet: Outlet, desk: Desk) -> None:
    make.original()
    Outlet.objects.update(state=state)
    assert deliver_due() == 0 and desk.heard == []


def test_a_credential_that_no_key_opens_holds_the_outlet(desk: Desk, settings: Any) -> None:
    from cryptography.fernet import Fernet

    outlet = make.outlet("Webhook")
    make.original()
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    deliver_due()
    outlet.refresh_from_db()
    assert outlet.state == Outlet.State.HELD and "No key in CREDENTIAL_KEYS opens" in outlet.state_reason
    assert row().attempts == 0


def test_a_late_end_is_written_down_as_late(outlet: Outlet, desk: Desk) -> None:
    page = make.original()
    (late,) = claim(outlet, 1)
    Republication.objects.update(lease_until=Now() - timedelta(seconds=1))
    deliver_due()
    settle(Ended(late, receipt=Receipt("late", "https://outlet.example/late")))
    first, second = Delivery.objects.order_by("fence")
    assert (first.outcome, first.late) == (Outcome.ACCEPTED, True)
    assert (second.outcome, second.late) == (Outcome.ACCEPTED, False)
    assert row().receipt_id == desk.receipt(page.uid).id


# --- asked again at the last moment -------------------------------------------------------------------------------------


def behind_our_back(page: ArticlePage, how: str) -> None:
    """Hide the page without a signal."""
    if how == "expired":
        ArticlePage.objects.filter(pk=page.pk).update(expire_at=timezone.now() - timedelta(seconds=1))
    elif how == "switched off":
        ArticlePage.objects.filter(pk=page.pk).update(live=False)
    elif how == "private":
        PageViewRestriction.objects.bulk_create([PageViewRestriction(page=page, restriction_type="login")])
    else:
        Edition.objects.filter(uid=page.uid).update(page=None)


@pytest.mark.parametrize("how", ["expired", "switched off", "private", "vanished"])
def test_what_may_no_longer_be_seen_is_not_sent(how: str, outlet: Outlet, desk: Desk) -> None:
    page = make.original()
    behind_our_back(page, how)
    assert deliver_due() == 0
    assert desk.heard == []
    assert outcomes() == [Outcome.RELEASED]
    assert (row().state, row().due_at) == (State.WITHDRAWN, None), "nothing was sent, so nothing need be taken back"


@pytest.mark.parametrize("how", ["expired", "switched off", "private", "vanished"])
def test_an_edit_that_may_no_longer_be_seen_takes_the_copy_down_instead(how: str, outlet: Outlet, desk: Desk) -> None:
    page = make.original()
    deliver_due()
    page = make.edit(page, title="Two")
    behind_our_back(page, how)
    for _ in range(2):
        deliver_due()
    assert desk.verbs == ["publish", "withdraw"] and desk.holds == {}


# --- side by side -------------------------------------------------------------------------------------------------------


def test_an_outlet_gets_no_more_requests_at_once_than_it_takes(desk: Desk) -> None:
    memory(max_in_flight=2)
    for _ in range(5):
        make.original()
    running, most, lock = 0, 0, threading.Lock()

    def linger() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        # Long enough to be seen waiting: who answers at once is spoken with one after another.
        time.sleep(4 * HANGS)
        with lock:
            running -= 1

    desk.meanwhile = linger
    assert deliver_due() == 5
    assert most == 2


def test_a_slow_outlet_delays_no_other(desk: Desk) -> None:
    memory("Slow", max_in_flight=1)
    memory("Quick", max_in_flight=1)
    for _ in range(3):
        make.original()

    def linger() -> None:
        if desk.heard[-1].outlet == "Slow":
            time.sleep(0.2)

    desk.meanwhile = linger
    deliver_due()
    order = [heard.outlet for heard in desk.heard]
    assert len(order) == 6 and max(index for index, name in enumerate(order) if name == "Quick") < 5
    assert order[-1] == "Slow"


def test_a_send_does_not_begin_when_its_lease_may_end_before_the_answer(desk: Desk, settings: Any) -> None:
    settings.SYNDICATION_LEASE_SECONDS = 4.0
    memory(max_in_flight=1)
    make.original()
    make.original()
    desk.meanwhile = lambda: time.sleep(1.5)
    deliver_due()
    assert sorted(outcomes()) == sorted([Outcome.ACCEPTED, Outcome.RELEASED, Outcome.ACCEPTED])
    assert desk.created == 2


def once(act: Callable[[], None]) -> Callable[[], None]:
    """`act` the first time, in a thread that leaves no connection behind."""
    calls = iter([act])

    def acting() -> None:
        if call := next(calls, None):
            try:
                call()
            finally:
                connection.close()

    return acting


@pytest.mark.django_db(transaction=True)
def test_an_edit_while_the_outlet_answers_goes_out_next(desk: Desk) -> None:
    memory()
    page = make.original("One")
    desk.meanwhile = once(lambda: make.edit(page, title="Two"))
    deliver_due()
    assert desk.verbs == ["publish", "update"]
    assert desk.holds == {page.uid: "Two"} and row().state == State.DELIVERED
    assert len(set(desk.keys)) == 2


def test_a_late_finisher_is_heeded_also_when_it_is_settled_along_with_who_overtook_it(outlet: Outlet) -> None:
    page = make.original("One")
    (late,) = claim(outlet, 1)
    make.edit(page, title="Two")
    Republication.objects.update(lease_until=Now() - timedelta(seconds=1))
    (newest,) = claim(outlet, 1)
    settle_all([Ended(newest, receipt=Receipt("7")), Ended(late, receipt=Receipt("7"))])
    assert (row().state, row().due_at is not None, row().uncertain) == (State.PENDING, True, True)
    assert row().key not in (late.key, newest.key)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_takes_back_the_line_it_lost_still_settles_what_it_said_over_it(desk: Desk) -> None:
    memory()
    page = make.original("One")

    def taken_back() -> None:
        """The round itself takes line and row once more, with an edit, while its first conversation still waits."""
        make.edit(page, title="Two")
        Republication.objects.update(lease_until=Now() - timedelta(seconds=1))
        Outlet.objects.update(lease_until=Now() - timedelta(seconds=1))
        end = time.monotonic() + 10
        while not Delivery.objects.filter(outcome=Outcome.ACCEPTED).exists() and time.monotonic() < end:
            time.sleep(0.01)
        desk.holds[page.uid] = "One"  # what was said first lands last

    desk.meanwhile = once(taken_back)
    assert deliver_due() == 3
    assert desk.holds == {page.uid: "Two"}
    assert row().state == State.DELIVERED


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_slept_through_its_lease_makes_the_newest_go_once_more(desk: Desk) -> None:
    memory()
    page = make.original("One")

    def overtaken() -> None:
        """Another worker takes over, with an edit, while the first still waits for its answer."""
        make.edit(page, title="Two")
        Republication.objects.update(lease_until=Now() - timedelta(seconds=1))
        Outlet.objects.update(lease_until=Now() - timedelta(seconds=1))
        deliver_due()
        desk.holds[page.uid] = "One"  # the first worker's bytes land last

    desk.meanwhile = once(overtaken)
    deliver_due()
    assert desk.holds == {page.uid: "Two"}
    assert row().state == State.DELIVERED
    assert Delivery.objects.filter(late=True).count() == 1
    assert len(set(desk.keys)) == 3, "the last has a key of its own, or the outlet would take it for a repeat"
