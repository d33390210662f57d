"""Killing: everybody who ever had the piece is told why, past all lines, until it was seen gone."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.management import call_command
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from syndication import killing, syndicating
from syndication.delivering import deliver_due
from syndication.killing import tend_kills
from syndication.models import (
    Edition,
    Kill,
    Notice,
    NoticePreference,
    Outlet,
    Pull,
    Pulled,
    Republication,
    Told,
    Verification,
    line,
)
from syndication.pages import Killed
from syndication.planning import plan_everything, reconcile
from syndication.pulling import taken, tombstones
from syndication.pulse import prune
from syndication.verifying import verify_due
from tests import factories as make
from tests.fakes.partner import Partner
from tests.outlets import Desk, memory

pytestmark = pytest.mark.django_db(transaction=True)
State = Republication.State
WHY = "A source withdrew consent."


@pytest.fixture(autouse=True)
def quick(settings: Any) -> None:
    settings.SYNDICATION_TIME_SCALE = 0.001
    settings.SYNDICATION_KILL_ALARM_MINUTES = 0


def row(page: Any, outlet: Outlet) -> Republication:
    return Republication.objects.get(uid=page.uid, outlet=outlet)


def told(outlet: Outlet) -> Told:
    return Told.objects.select_related("kill").get(outlet=outlet)


def due_again() -> None:
    Republication.objects.filter(due_at__isnull=False).update(due_at=Now())


@pytest.fixture
def page(desk: Desk) -> Any:
    """Carried by one outlet, whose partner is the desk."""
    memory("Lantern", is_test=True)
    page = make.original("Lamps")
    deliver_due()
    assert desk.verbs == ["publish"]
    return page


def test_a_kill_says_why_and_takes_page_edition_and_copies_down(page: Any, desk: Desk) -> None:
    editor = make.editor(first_name="Ada")
    made = killing.kill(page, f"  {WHY} ", editor, readers="Withdrawn by its authors.", note="Ask the lawyers.")
    page.refresh_from_db()
    assert not page.live and not Edition.objects.visible().filter(uid=page.uid).exists()
    assert (made.reason, made.killed_by, made.killed_by_name, made.headline) == (WHY, editor, "Ada", "Lamps")
    assert killing.kill(page, "Again", editor) == made, "once is enough"
    assert tend_kills() == 1 and desk.verbs == ["publish", "withdraw"] and not desk.holds
    lantern = told(Outlet.objects.get())
    assert [line["what"] for line in lantern.tries] == ["accepted"] and lantern.answered_at


def test_a_kill_without_a_reason_or_of_nothing_is_refused(page: Any) -> None:
    with pytest.raises(ValueError, match="Say why"):
        killing.kill(page, "  ", None)
    with pytest.raises(LookupError, match="never published"):
        killing.kill(make.original(live=False), WHY, None)


@pytest.mark.parametrize("state", ["suspended", "held", "gone", "resting", "line taken"])
def test_a_kill_goes_past_every_wait_of_the_outlet(state: str, page: Any, desk: Desk) -> None:
    later = timezone.now() + timedelta(hours=1)
    facts: dict[str, Any] = {"state": state}
    if state == "resting":
        facts = {"not_before": later, "failures": 9, "trips": 4}
    elif state == "line taken":
        facts = {"lease_token": page.uid, "lease_until": later}
    Outlet.objects.update(**facts)
    killing.kill(page, WHY, None)
    assert deliver_due() == 0, "no line carries it"
    assert tend_kills() == 1 and desk.verbs[-1] == "withdraw"
    assert Outlet.objects.get().state == facts.get("state", "active"), "the outlet stays as a person left it"


def test_everybody_who_ever_had_it_is_told_and_nobody_else(page: Any, desk: Desk) -> None:
    before = make.outlet("Withdrawn long ago", kind="memory")
    never = make.outlet("Never sent", kind="memory", state=Outlet.State.SUSPENDED)
    pulls = make.outlet("Pulls", kind="pull", endpoint="")
    page = make.edit(page, standfirst="Two")
    deliver_due()
    syndicating.withdraw(page, [before])
    deliver_due()
    assert row(page, before).state == State.WITHDRAWN and row(page, pulls).state == State.OFFERED
    assert Republication.objects.filter(outlet=never).exists()
    made = killing.kill(page, WHY, None)
    assert [one.outlet_name for one in made.told.all()] == ["Lantern", "Pulls", "Withdrawn long ago"]
    tend_kills()
    assert told(before).answered_at and not told(pulls).answered_at

    (stone,) = tombstones(pulls)
    assert stone.kill.reason == WHY
    assert taken([stone]) == 1 and told(pulls).answered_at and row(page, pulls).state == State.WITHDRAWN


def test_an_outlet_that_only_fetched_it_is_told_too(page: Any) -> None:
    reader = make.outlet("Reader", state=Outlet.State.SUSPENDED)
    make.edit(page, standfirst="Two")
    Republication.objects.filter(outlet=reader).update(state=State.PENDING)
    pull = Pull.objects.create(outlet=reader, method="GET", path="/", status=200)
    Pulled.objects.create(pull=pull, uid=page.uid)
    assert reader in [one.outlet for one in killing.reached(page.uid)]


@pytest.mark.parametrize("mood", ["transient", "slow down", "permanent", "refused", "gone", "uncertain", "broken"])
def test_whatever_they_answer_it_is_told_again_soon_and_never_given_up(mood: str, page: Any, desk: Desk, settings: Any) -> None:
    settings.SYNDICATION_TIME_SCALE = 1
    killing.kill(page, WHY, None)
    Republication.objects.update(attempts=50)
    desk.tell(mood)
    tend_kills()
    again = Republication.objects.get()
    assert again.state == State.PENDING and again.due_at and again.lease_token is None
    assert timedelta(seconds=60) < again.due_at - timezone.now() < timedelta(seconds=150)
    assert not Notice.objects.filter(kind=Notice.Kind.DEAD).exists()
    due_again()
    tend_kills()
    assert Republication.objects.get().state == State.WITHDRAWN
    assert [line["what"] for line in told(Outlet.objects.get()).tries][-1] == "accepted"


def test_a_copy_of_the_site_kills_at_test_outlets_only(page: Any, desk: Desk, settings: Any) -> None:
    settings.SYNDICATION_PRODUCTION_HOSTS = ["another.example"]
    Outlet.objects.update(is_test=False)
    killing.kill(page, WHY, None)
    assert tend_kills() == 0 and desk.verbs == ["publish"]
    Outlet.objects.update(is_test=True)
    assert tend_kills() == 1


def test_a_kill_that_meets_a_publish_under_way_wins(page: Any, desk: Desk) -> None:
    make.edit(page, title="Lamps, again")

    def strike() -> None:
        desk.meanwhile = None
        killing.kill(page, WHY, None)

    desk.meanwhile = strike
    deliver_due()
    assert Republication.objects.get().held, "the late answer is kept"
    tend_kills()
    assert desk.verbs == ["publish", "update", "withdraw"] and not desk.holds


def test_nothing_brings_a_killed_piece_back_until_somebody_lifts_it(page: Any, desk: Desk) -> None:
    made = killing.kill(page, WHY, None)
    tend_kills()
    draft = page.get_latest_revision()
    with pytest.raises(Killed, match="Lift the kill"):
        draft.publish()
    type(page).objects.filter(pk=page.pk).update(live=True)
    reconcile()
    plan_everything()
    assert not Edition.objects.visible().filter(uid=page.uid).exists() and Republication.objects.get().operation == "withdraw"
    with pytest.raises(ValueError, match="Say why"):
        killing.lift(made, None, " ")
    editor = make.editor()
    assert killing.lift(made, editor, "Consent was given again.") and not killing.lift(made, editor, "Twice")
    draft.publish()
    deliver_due()
    assert desk.holds and Republication.objects.get().kill is None
    assert Kill.objects.get().lifted_reason == "Consent was given again."
    second = killing.kill(page, "For good", editor)
    assert second.pk != made.pk


def test_the_record_outlives_outlet_person_page_and_log(page: Any, desk: Desk, settings: Any) -> None:
    editor = make.editor(first_name="Ada")
    killing.kill(page, WHY, editor)
    tend_kills()
    page.delete()
    editor.delete()
    Outlet.objects.all().delete()
    prune()
    kept = Told.objects.get()
    assert (kept.outlet_name, kept.outlet, kept.kill.killed_by_name, kept.kill.headline) == ("Lantern", None, "Ada", "Lamps")
    assert kept.tries and kept.answered_at


# --- seen gone, or not --------------------------------------------------------------------------------------------------


@pytest.fixture
def copy(page: Any, settings: Any) -> Any:
    """The copy on a real page, which `shows` decides about."""
    settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    with Partner() as partner:
        settings.SYNDICATION_ALLOWED_PORTS = [partner.port]
        url = partner.url("/lamps")
        Republication.objects.update(receipt_url=url)
        yield partner


def body(robots: str = "") -> bytes:
    text = "<p>The harbour was empty when we came.</p><p>Only the lamps knew why.</p>" * 3
    return f"<!doctype html><html><head>{robots}<title>Lamps</title></head><body><h1>Lamps</h1>{text}</body></html>".encode()


def looked() -> Verification:
    Verification.objects.update(due_at=Now())
    assert verify_due(rounds=1) == 1
    return Verification.objects.get()


@pytest.mark.parametrize(
    ("shows", "gone"),
    [
        (lambda visit: visit.reply(404), True),
        (lambda visit: visit.reply(410), True),
        (lambda visit: visit.reply(200, b"<title>Removed</title><p>This article was removed by its publisher.</p>" * 3), True),
        (lambda visit: visit.reply(200, body()), False),
        (lambda visit: visit.reply(200, body('<meta name="robots" content="noindex">')), False),
        (lambda visit: visit.reply(503), False),
    ],
    ids=["404", "410", "a notice", "still there", "only noindex", "a fault"],
)
def test_gone_is_what_was_seen_gone(shows: Any, gone: bool, page: Any, copy: Partner, settings: Any) -> None:
    settings.SYNDICATION_TIME_SCALE = 1
    killing.kill(page, WHY, None)
    copy.otherwise = shows
    verification = looked()
    one = told(Outlet.objects.get())
    assert bool(one.gone_at) is gone and one.looks[-1]["what"] == ("gone" if gone else "not gone") and one.evidence is not None
    wait = verification.due_at - timezone.now()
    assert wait > timedelta(hours=20) if gone else wait < timedelta(seconds=61)
    assert not Notice.objects.filter(kind=Notice.Kind.CANONICAL).exists(), "the kill's own alarm tells"


def test_a_copy_that_comes_back_stands_again(page: Any, copy: Partner, desk: Desk) -> None:
    desk.pages = False
    killing.kill(page, WHY, None)
    tend_kills()
    copy.otherwise = lambda visit: visit.reply(404)
    looked()
    assert told(Outlet.objects.get()).state == Told.State.GONE
    copy.otherwise = lambda visit: visit.reply(200, body())
    looked()
    tend_kills()
    assert told(Outlet.objects.get()).state == Told.State.STANDING
    assert "still stands" in Notice.objects.open().get().sentence
    copy.otherwise = lambda visit: visit.reply(404)
    looked()
    tend_kills()
    assert not Notice.objects.open().exists()


def test_who_does_not_answer_in_time_is_told_of_to_everybody_once(page: Any, desk: Desk, settings: Any) -> None:
    settings.SYNDICATION_KILL_ALARM_MINUTES = 15
    reader = get_user_model().objects.create_user("reader", "reader@home.example")
    reader.user_permissions.add(Permission.objects.get(codename="view_republication"))
    NoticePreference.objects.create(user=reader, mail=NoticePreference.Mail.NEVER)
    make.editor()
    made = killing.kill(page, WHY, None)
    desk.tell(*["transient"] * 20)
    tend_kills()
    assert not mail.outbox
    Kill.objects.update(killed_at=timezone.now() - timedelta(minutes=16) * settings.SYNDICATION_TIME_SCALE)
    for _again in range(3):
        due_again()
        tend_kills()
    assert sorted(one.to[0] for one in mail.outbox) == ["editor@home.example", "reader@home.example"]
    assert "Lantern has not acknowledged the kill" in mail.outbox[0].body and f"/kills/{made.pk}/" in mail.outbox[0].body
    one = told(Outlet.objects.get())
    assert one.alarmed_at and one.tries[-1]["times"] > 1, "the same answer again makes no new line"
    assert killing.close(one, None, "Spoke with the desk; it is down.") and not killing.close(one, None, "Twice")
    assert Republication.objects.get().due_at is None
    tend_kills()
    assert not Notice.objects.open().exists() and told(Outlet.objects.get()).state == Told.State.CLOSED


# --- what outlets and readers are told ------------------------------------------------------------------------------------


def test_a_webhook_is_told_the_reason_and_not_the_text(page: Any, copy: Partner) -> None:
    hook = make.outlet("Hooked", endpoint=copy.url("/hook"))
    make.edit(page, standfirst="Two")
    copy.otherwise = lambda visit: visit.reply_json({"id": "7"})
    deliver_due()
    killing.kill(page, WHY, None)
    tend_kills()
    sent = copy.requests[-1].json()
    assert (sent["type"], sent["data"]["instruction"], sent["data"]["reason"]) == ("article.killed", "kill", WHY)
    assert sent["data"]["story"]["body_html"] == "" and told(hook).answered_at


def test_a_desk_gets_the_words_of_the_wires_and_a_person_a_todo_with_the_reason_on_top(page: Any) -> None:
    make.outlet("Desk", kind="email", endpoint="", account="desk@lantern.example")
    hand = make.outlet("Hand", kind="by_hand", endpoint="")
    make.edit(page, standfirst="Two")
    deliver_due()
    mail.outbox.clear()
    killing.kill(page, WHY, None)
    tend_kills()
    (letter,) = [one for one in mail.outbox if one.to == ["desk@lantern.example"]]
    assert letter.subject == "KILL: Lamps" and "MANDATORY KILL" in letter.body and WHY in letter.body
    assert letter.extra_headers["Importance"] == "high" and "Only the lamps knew why" not in letter.body
    todo = row(page, hand)
    assert todo.state == State.TODO and todo.error.startswith(f"KILL: {WHY}")
    syndicating.mark_delivered(todo)
    assert told(hand).answered_at


def test_our_page_answers_410_with_the_sentence_for_readers_and_nothing_else(page: Any, client: Client) -> None:
    killing.kill(page, WHY, None, readers="Withdrawn by its authors.")
    answer = client.get(page.get_url())
    html = answer.content.decode()
    assert answer.status_code == 410 and "Withdrawn by its authors." in html
    assert "Lamps" not in html and WHY not in html and "noindex" in html
    killing.lift(Kill.objects.get(), None, "Over")
    assert client.get(page.get_url()).status_code == 404


def test_a_publication_that_receives_a_kill_takes_it_down_and_says_why() -> None:
    from syndication.incoming import read
    from syndication.receiving import receive

    story, sender = make.story(version=1), make.sender()
    for event, at in (("article.published", 0), ("article.killed", 1)):
        data = {"story": story.facts(), "reason": WHY}
        receive(sender, event, timezone.now() + timedelta(seconds=at), read(json.dumps({"type": event, "data": data}).encode()))
    from syndication.models import Received

    kept = Received.objects.get()
    assert kept.withdrawn_at and WHY in kept.note and not kept.page.live


def test_the_command_kills_by_uid_also_what_has_no_page_any_more(page: Any, capsys: Any) -> None:
    uid = page.uid
    page.delete()
    deliver_due()
    call_command("kill", str(uid), reason=WHY)
    assert "Lantern" in capsys.readouterr().out and Kill.objects.get().reason == WHY


def test_lines_know_nothing_of_kills(page: Any) -> None:
    killing.kill(page, WHY, None)
    assert line.take(page.uid, 5) == []
