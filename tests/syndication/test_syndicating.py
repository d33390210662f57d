"""The public verbs: what people and other code may ask of the engine, each logged with its actor."""

from typing import Any

import pytest
from wagtail.models import ModelLogEntry, PageLogEntry

from home.models import ArticlePage
from syndication.delivering import deliver_due
from syndication.models import Notice, Outlet, Override, Republication, Verification
from syndication.noticing import notice
from syndication.planning import plan_everything
from syndication.syndicating import mark_delivered, replay, resume, skip, suspend, syndicate, withdraw, withdraw_uid
from tests import factories as make
from tests.outlets import Desk, memory, row

pytestmark = pytest.mark.django_db
State = Republication.State


@pytest.fixture
def actor() -> Any:
    return make.editor()


def logged() -> list[tuple[str, Any]]:
    logs = (model.objects.filter(action__startswith="syndication").order_by("pk") for model in (PageLogEntry, ModelLogEntry))
    return [(entry.action, entry.user) for log in logs for entry in log]


def test_syndicate_sends_to_the_outlets_asked_for_whatever_the_rules_say(desk: Desk, actor: Any, rings: list[str]) -> None:
    chosen, other = memory("Chosen", automatic=False), memory("Other", automatic=False)
    page = make.original("One")
    asked = syndicate(page, [chosen], actor=actor)
    assert (asked.queued, asked.refused) == ([chosen], {})
    deliver_due()
    assert {heard.outlet for heard in desk.heard} == {"Chosen"}
    assert logged() == [("syndication.push", actor)]
    assert not Republication.objects.filter(outlet=other).exists()


def test_syndicate_without_outlets_sends_to_all_that_are_pushed_to(desk: Desk) -> None:
    memory("One", automatic=False)
    memory("Two", automatic=False)
    make.outlet("Read only", kind="", endpoint="")
    assert {outlet.name for outlet in syndicate(make.original()).queued} == {"One", "Two"}


def test_syndicate_refuses_what_the_outlet_would_and_says_why(desk: Desk) -> None:
    outlet = memory(needs_image=True)
    asked = syndicate(make.original(), [outlet])
    assert asked.queued == []
    assert [told.sentence for told in asked.refused[outlet] if told.blocks] == ["It needs a picture. Choose a lead image."]
    assert not Override.objects.exists()


def test_syndicate_of_a_draft_is_refused(desk: Desk) -> None:
    outlet = memory()
    asked = syndicate(make.original(live=False), [outlet])
    assert asked.refused[outlet][0].sentence == "The piece is not public. Publish it first."


def test_syndicate_again_sends_again_under_a_new_key(desk: Desk) -> None:
    outlet = memory()
    page = make.original()
    deliver_due()
    key = row(page).key
    syndicate(page, [outlet])
    deliver_due()
    assert row(page).key != key and len(desk.heard) == 2


def test_an_alias_is_sent_as_its_source(desk: Desk) -> None:
    outlet = memory(automatic=False)
    page = make.original("One")
    alias = page.create_alias(update_slug="one-again", parent=page.get_parent())
    syndicate(alias, [outlet])
    assert Republication.objects.get().uid == page.uid


def test_withdraw_takes_down_and_stays_down(desk: Desk, actor: Any) -> None:
    first, second = memory("First"), memory("Second")
    page = make.original()
    deliver_due()
    assert withdraw(page, [first], actor=actor) == [first]
    deliver_due()
    plan_everything()
    states = dict(Republication.objects.values_list("outlet__name", "state"))
    assert states == {"First": State.WITHDRAWN, "Second": State.DELIVERED}
    assert logged() == [("syndication.withdraw", actor)]
    assert second.name in states


def test_withdraw_works_when_the_page_is_gone(desk: Desk) -> None:
    memory()
    page = make.original()
    deliver_due()
    uid = page.uid
    type(page).objects.filter(pk=page.pk).update(live=False)
    assert len(withdraw_uid(uid)) == 1
    deliver_due()
    assert desk.holds == {}


def test_what_was_withdrawn_can_be_sent_again(desk: Desk) -> None:
    outlet = memory()
    page = make.original("One")
    deliver_due()
    withdraw(page)
    deliver_due()
    syndicate(page, [outlet])
    deliver_due()
    assert desk.holds == {page.uid: "One"}


@pytest.fixture
def dead(desk: Desk) -> Republication:
    memory()
    page = make.original("One")
    desk.tell("permanent")
    deliver_due()
    assert row(page).state == State.FAILED and Notice.objects.open().exists()
    return row(page)


def test_replay_sends_a_dead_letter_and_closes_its_notice(dead: Republication, desk: Desk, actor: Any) -> None:
    assert replay([dead], actor=actor) == 1
    deliver_due()
    assert row(dead).state == State.DELIVERED
    assert not Notice.objects.open().exists()
    assert logged() == [("syndication.replay", actor)]


def test_skip_leaves_it_until_the_piece_changes(dead: Republication, desk: Desk, actor: Any) -> None:
    assert skip([dead], actor=actor) == 1
    deliver_due()
    assert row(dead).state == State.SKIPPED and not Notice.objects.open().exists()
    make.edit(ArticlePage.objects.get(), title="Two")
    deliver_due()
    assert row(dead).state == State.DELIVERED


def test_only_dead_letters_are_skipped(desk: Desk) -> None:
    memory()
    page = make.original()
    assert skip([row(page)]) == 0
    assert row(page).state == State.PENDING


def test_mark_delivered_holds_what_was_wanted_and_has_it_looked_at(dead: Republication, actor: Any) -> None:
    assert mark_delivered(dead, "https://outlet.example/there", actor=actor) is True
    kept = row(dead)
    assert (kept.state, kept.held, kept.due_at, kept.error) == (State.DELIVERED, kept.wanted, None, "")
    assert Verification.objects.get().url == "https://outlet.example/there"
    assert logged() == [("syndication.mark_delivered", actor)]


def test_mark_delivered_does_not_race_a_newer_wish(dead: Republication) -> None:
    make.edit(ArticlePage.objects.get(), title="Two")
    assert mark_delivered(dead) is False
    assert row(dead).state == State.PENDING


def test_a_suspended_outlet_hears_nothing_until_it_is_resumed(desk: Desk, actor: Any) -> None:
    outlet = memory()
    suspend(outlet, actor=actor)
    make.original("One")
    assert deliver_due() == 0
    resume(outlet, actor=actor)
    deliver_due()
    assert set(desk.holds.values()) == {"One"}
    assert [action for action, _user in logged()] == ["syndication.suspend", "syndication.resume"]


def test_resume_forgets_the_breaker_and_closes_its_notices(desk: Desk) -> None:
    outlet = memory()
    Outlet.objects.update(state="held", failures=9, trips=4, state_reason="401")
    notice(Notice.Kind.HELD, f"outlet:{outlet.pk}", "401", outlet=outlet)
    resume(outlet)
    outlet.refresh_from_db()
    assert (outlet.state, outlet.failures, outlet.trips, outlet.state_reason) == ("active", 0, 0, "")
    assert not Notice.objects.open().exists()
