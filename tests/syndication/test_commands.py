"""The engine's commands: what an operator sees and does without a browser."""

import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from home.models import ArticlePage
from syndication.management.commands import syndicate
from syndication.models import Errand, Outlet, Republication, Verification
from syndication.planning import reconcile
from tests import factories as make
from tests.outlets import Desk, memory

pytestmark = pytest.mark.django_db


def run(*words: str, **options: Any) -> str:
    told = io.StringIO()
    call_command(*words, stdout=told, no_color=True, **options)
    return told.getvalue()


def status() -> Any:
    return json.loads(run("syndication_status", json=True))


# --- syndication_status -------------------------------------------------------------------------------------------------


def test_status_of_an_empty_house_says_so() -> None:
    assert "Nothing has been sent to any outlet yet." in run("syndication_status")
    assert status() == {
        "summary": {
            **dict.fromkeys(
                ("republications", "pending", "delivered", "withdrawn", "failed", "skipped", "todo", "offered", "honoured"), 0
            ),
            "oldest_due": None,
        },
        "engine": {"beat_seconds": None, "oldest_due_seconds": None, "objection": "", "notices": {}},
        "outlets": [],
        "republications": [],
    }


@pytest.fixture
def busy(desk: Desk) -> None:
    """One delivered and honoured, one failed, one waiting."""
    memory("Lantern", max_in_flight=1)
    make.original("Delivered")
    run("syndicate")
    Verification.objects.update(verdict="honoured", sentence="The copy keeps the contract.")
    desk.tell("permanent")
    make.original("Failed")
    run("syndicate")
    make.original("Waiting")


def test_status_counts_what_waits_what_arrived_and_what_was_proved(busy: None) -> None:
    summary = status()["summary"]
    assert summary.pop("oldest_due") is not None
    counted = {"republications": 3, "pending": 1, "delivered": 1, "failed": 1, "honoured": 1}
    assert summary == {**dict.fromkeys(("withdrawn", "skipped", "todo", "offered"), 0), **counted}


def test_status_tells_each_row_for_machines(busy: None) -> None:
    rows = {row["headline"]: row for row in status()["republications"]}
    delivered = rows["Delivered"]
    assert (delivered["outlet"], delivered["wanted"], delivered["held"], delivered["state"]) == ("Lantern", 1, 1, "delivered")
    assert (delivered["verdict"], delivered["error"], delivered["due_at"]) == ("honoured", "", None)
    assert delivered["url"].startswith("https://outlet.example/pieces/")
    assert rows["Failed"]["error"].startswith("The outlet will not take this piece")
    assert rows["Waiting"]["due_at"] is not None and rows["Waiting"]["held"] is None


def test_status_is_a_table_for_people(busy: None) -> None:
    lines = run("syndication_status").splitlines()
    assert lines[0].split() == ["outlet", "headline", "wanted", "held", "state", "verdict"]
    assert lines[2].split() == ["Lantern", "Delivered", "1", "1", "delivered", "honoured"]
    assert "Failed at Lantern: The outlet will not take this piece as it is (422)." in lines
    assert "3 republications, 1 pending, 1 delivered, 0 withdrawn, 1 failed, 0 skipped, 0 todo, 0 offered, 1 honoured" in lines
    assert lines[-1].startswith("oldest due: ")


def test_status_of_one_outlet(busy: None) -> None:
    memory("Other")
    reconcile()
    rows = json.loads(run("syndication_status", json=True, outlet="Other"))["republications"]
    assert {row["outlet"] for row in rows} == {"Other"} and len(rows) == 3


def test_status_names_outlets_that_need_a_person(busy: None) -> None:
    Outlet.objects.update(state=Outlet.State.HELD, state_reason="The outlet refused our credentials (401).")
    assert "Lantern is held until somebody acts. The outlet refused our credentials (401)." in run("syndication_status")


def test_a_withdrawal_is_a_wish_for_none(desk: Desk) -> None:
    memory()
    page = make.original()
    run("syndicate")
    page.unpublish()
    assert status()["republications"][0]["wanted"] == "none"


# --- syndicate ----------------------------------------------------------------------------------------------------------


def test_syndicate_does_everything_once_without_a_broker(desk: Desk) -> None:
    memory()
    tomorrow = timezone.now() + timedelta(days=1)
    soon = make.original("Scheduled", go_live_at=tomorrow)
    page = make.original("Now")
    with time_machine.travel(tomorrow + timedelta(minutes=1), tick=False):
        told = run("syndicate")
    assert told == "published: 1, delivered: 2, looked: 0, told: 0, errands: 0, responses: 0\n"
    assert ArticlePage.objects.get(pk=soon.pk).live
    assert set(desk.holds) == {soon.uid, page.uid}


def test_syndicate_does_what_editors_asked_for_on_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    runner = {Errand.Kind.READ_PAGE: lambda errand: errand.end(Errand.State.DONE, "The page is read.")}
    monkeypatch.setattr("syndication.errands.RUNNERS", runner)
    Errand.ask(Errand.Kind.READ_PAGE, asked={"url": "https://outlet.example/"})
    assert run("syndicate").endswith("errands: 1, responses: 0\n")
    assert Errand.objects.get().state == "done"
    Errand.objects.update(state="waiting", due_at=timezone.now())

    def nap(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(syndicate, "close_old_connections", lambda: None)
    monkeypatch.setattr(f"{syndicate.__name__}.time.sleep", nap)
    run("syndicate", loop=True)
    assert Errand.objects.get().state == "done"


def test_syndicate_plans_first_when_asked(desk: Desk) -> None:
    memory()
    page = make.original("One")
    run("syndicate")
    ArticlePage.objects.filter(pk=page.pk).update(title="Two")
    assert run("syndicate").startswith("published: 0, delivered: 0")
    assert run("syndicate", plan=True).splitlines()[0] == "planned: 1"
    assert desk.holds == {page.uid: "Two"}


def test_syndicate_goes_on_until_stopped_and_ends_politely(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    memory()
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 1:
            make.original("While it slept")
        if len(naps) == 3:
            raise KeyboardInterrupt

    # In the loop it closes connections that a request would close; here that would end the test's own transaction.
    monkeypatch.setattr(syndicate, "close_old_connections", lambda: None)
    monkeypatch.setattr(f"{syndicate.__name__}.time.sleep", nap)
    assert run("syndicate", loop=True).splitlines()[-1] == "Stopped."
    assert list(desk.holds.values()) == ["While it slept"]


def test_syndicate_reconciles_and_plans_now_and_then(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    memory()
    page = make.original("One")
    run("syndicate")
    ArticlePage.objects.filter(pk=page.pk).update(live=False)
    clock = iter(range(0, 10**9, 200))
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 5:
            raise KeyboardInterrupt

    monkeypatch.setattr(syndicate, "close_old_connections", lambda: None)
    monkeypatch.setattr(syndicate, "deliver_due", lambda: 0)
    monkeypatch.setattr(f"{syndicate.__name__}.time.monotonic", lambda: next(clock))
    monkeypatch.setattr(f"{syndicate.__name__}.time.sleep", nap)
    run("syndicate", loop=True)
    assert Republication.objects.get().operation == "withdraw"


# --- pieces by hand -----------------------------------------------------------------------------------------------------


def refused(*words: str) -> str:
    with pytest.raises(CommandError) as problem:
        run(*words)
    return str(problem.value)


def test_syndicate_queues_a_piece_named_by_number_path_address_or_uid(desk: Desk) -> None:
    lantern, other = memory("Lantern", automatic=False), memory("Other", automatic=False)
    page = make.original("By hand")
    path = f"/{page.get_parent().slug}/{page.slug}/"
    for word in (str(page.pk), path, path.strip("/"), f"https://home.example{path}?from=mail", str(page.uid)):
        assert run("syndicate", word, outlet=["Lantern"]) == "By hand at Lantern: queued.\n"
    assert set(Republication.objects.values_list("outlet", flat=True)) == {lantern.pk}
    run("syndicate", str(page.pk))
    assert set(Republication.objects.values_list("outlet", flat=True)) == {lantern.pk, other.pk}


def test_syndicate_says_who_would_refuse_and_fails(desk: Desk, capsys: Any) -> None:
    memory("Picky", needs_image=True, automatic=False)
    page = make.original("Plain")
    assert refused("syndicate", str(page.pk)) == "1 refused."
    assert "Plain at Picky: refused. " in capsys.readouterr().err
    assert not Republication.objects.exists()


def test_syndicate_refuses_what_it_does_not_know_before_it_queues_anything(desk: Desk) -> None:
    memory()
    page = make.original()
    Republication.objects.all().delete()
    assert "There is no piece '999999'" in refused("syndicate", str(page.pk), "999999")
    assert "There is no outlet 'Nobody'" in refused("syndicate", str(page.pk), "--outlet", "Nobody")
    assert "Name the pieces" in refused("syndicate", "--outlet", "Memory")
    assert "There is no piece" in refused("syndicate", str(page.get_parent().pk)), "a section is no piece"
    assert not Republication.objects.exists()


def test_retry_counts_first_and_sends_once_more(busy: None) -> None:
    told = run("retry", dry_run=True)
    assert told == "Lantern: 1 failed\n1 would be sent once more.\n"
    assert Republication.objects.filter(state="failed").count() == 1
    assert run("retry", since="1h").endswith("1 are sent once more.\n")
    assert Republication.objects.filter(state="failed").count() == 0


def test_retry_keeps_to_its_outlet_and_its_time(busy: None) -> None:
    memory("Other")
    assert run("retry", outlet=["Other"]) == "0 are sent once more.\n"
    tomorrow = timezone.now() + timedelta(days=1)
    for since in (f"{tomorrow:%Y-%m-%d}", f"{tomorrow:%Y-%m-%dT%H:%M}"):
        assert run("retry", since=since) == "0 are sent once more.\n"
    for wrong in ("yesterday", "2026-13-45", "d"):
        assert "is no moment" in refused("retry", "--since", wrong)


def test_withdraw_asks_who_carries_it_and_works_without_the_page(desk: Desk) -> None:
    memory("Lantern")
    page = make.original()
    run("syndicate")
    assert run("withdraw", str(page.pk), outlet=["Lantern"]) == "Lantern: asked to take it down.\n"
    assert run("withdraw", str(page.uid)) == "No outlet carries it.\n"
    run("syndicate")
    assert desk.holds == {}
    assert "There is no piece" in refused("withdraw", "2f3c6f0e-0000-4000-8000-000000000000")


# --- syndication_status: the engine -------------------------------------------------------------------------------------


def test_status_tells_of_beat_circuits_the_guard_and_notices(busy: None, settings: Any) -> None:
    settings.SYNDICATION_PRODUCTION_HOSTS = []
    Outlet.objects.update(not_before=timezone.now() + timedelta(minutes=5), failures=6)
    told = run("syndication_status")
    assert re.search(r"beat was heard \d+ s ago", told)
    assert "SYNDICATION_PRODUCTION_HOST is not set" in told
    assert "Lantern is left alone until" in told and "after 6 failures." in told
    assert "open notices: 1 delivery failed for good" in told
    facts = status()
    assert facts["engine"]["notices"] == {"dead": 1}
    assert facts["outlets"][0]["failures"] == 6


def test_status_asks_as_often_for_many_as_for_few(busy: None) -> None:
    with CaptureQueriesContext(connection) as few:
        run("syndication_status", json=True)
    for number in range(3):
        memory(f"Outlet {number}")
        make.original(f"More {number}")
    with CaptureQueriesContext(connection) as many:
        run("syndication_status", json=True)
    assert len(many) == len(few)


# --- keys ---------------------------------------------------------------------------------------------------------------


def test_a_new_key_is_a_key_and_no_two_are_alike() -> None:
    one, other = run("new_credential_key").strip(), run("new_credential_key").strip()
    assert one != other
    assert Fernet(one).decrypt(Fernet(one).encrypt(b"x")) == b"x"
