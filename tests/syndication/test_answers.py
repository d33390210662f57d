"""Answers: what a killed worker had been answered is settled by the next on its machine, and not said twice."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.db.models.functions import Now

from syndication import answers, delivering
from syndication.answers import Answers, recover
from syndication.connectors.base import Receipt
from syndication.delivering import Ended, deliver_due
from syndication.errors import Transient
from syndication.models import Delivery, Outlet, Republication, Verification, claim
from tests import factories as make
from tests.outlets import Desk, memory

pytestmark = pytest.mark.django_db
State, Outcome = Republication.State, Delivery.Outcome


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "answers"


@pytest.fixture
def outlet(desk: Desk) -> Outlet:
    return memory()


def row() -> Republication:
    return Republication.objects.select_related("wanted", "held").get()


def vanish(outlet: Outlet, *receipts: Receipt | Exception) -> None:
    """A worker that claims, is answered, and is no more before it settles."""
    with pytest.raises(ZeroDivisionError), Answers() as noted:
        for claimed, receipt in zip(claim(outlet, len(receipts)), receipts, strict=True):
            error = receipt if isinstance(receipt, Transient) else None
            noted.note(Ended(claimed, None if error else receipt, error, duration_ms=12))
        raise ZeroDivisionError


def test_what_a_worker_that_is_no_more_was_answered_is_settled_and_not_sent_again(outlet: Outlet, desk: Desk) -> None:
    make.original()
    answered = Receipt("7", "https://outlet.example/7", {"picture": 4}, ("The canonical link cannot be set there.",))
    vanish(outlet, answered)
    assert deliver_due() == 0
    assert desk.heard == []
    kept = row()
    assert (kept.receipt_memory, kept.warnings) == ({"picture": 4}, list(answered.warnings))
    assert (kept.state, kept.receipt_id, kept.due_at, kept.lease_token) == (State.DELIVERED, "7", None, None)
    delivery = Delivery.objects.get()
    assert (delivery.outcome, delivery.late, delivery.duration_ms) == (Outcome.ACCEPTED, False, 12)
    assert Verification.objects.get().url == "https://outlet.example/7"


def test_an_edit_since_then_goes_out_to_what_the_receipt_names(outlet: Outlet, desk: Desk) -> None:
    page = make.original("One")
    vanish(outlet, Receipt("7"))
    make.edit(page, title="Two")
    deliver_due()
    assert [(heard.verb, heard.headline, heard.receipt) for heard in desk.heard] == [("update", "Two", Receipt("7"))]
    assert list(Delivery.objects.order_by("pk").values_list("outcome", flat=True)) == [Outcome.ACCEPTED] * 2


def test_a_withdrawal_that_was_answered_is_settled_as_one(outlet: Outlet, desk: Desk) -> None:
    page = make.original()
    deliver_due()
    page.unpublish()
    vanish(outlet, Receipt("7"))
    recover()
    assert row().state == State.WITHDRAWN and row().held is None


def test_a_failure_is_not_noted_for_it_is_tried_again_either_way(outlet: Outlet, desk: Desk, folder: Path) -> None:
    make.original()
    vanish(outlet, Transient("Busy."))
    assert [path.read_bytes() for path in folder.glob("*.answers")] == [b""]
    assert recover() == 0
    assert Delivery.objects.get().outcome == Outcome.OPEN


def test_a_lease_that_went_to_another_is_left_alone(outlet: Outlet, desk: Desk) -> None:
    make.original()
    vanish(outlet, Receipt("7"))
    Delivery.objects.update(outcome=Outcome.LOST)
    assert recover() == 0
    assert row().state == State.PENDING


def test_the_file_of_a_worker_that_lives_is_left_alone(outlet: Outlet, desk: Desk, folder: Path) -> None:
    make.original()
    with Answers() as noted:
        noted.note(Ended(claim(outlet, 1)[0], Receipt("7")))
        assert recover() == 0
        assert row().state == State.PENDING
        assert len(list(folder.iterdir())) == 1
    assert list(folder.iterdir()) == [], "what ended well was settled"


def test_of_a_worker_that_stands_still_only_what_its_leases_hold_no_longer_is_settled(outlet: Outlet, folder: Path) -> None:
    make.original()
    with Answers() as noted:
        noted.note(Ended(claim(outlet, 1)[0], Receipt("7")))
        os.utime(noted.path, (0, 0))
        assert recover() == 0, "its lease holds"
        Republication.objects.update(lease_until=Now() - timedelta(seconds=1))
        assert recover() == 1
        assert row().state == State.DELIVERED
        assert noted.path.exists()


def test_a_process_that_is_killed_gives_its_file_away(folder: Path) -> None:
    folder.mkdir()
    hold = (
        "import fcntl, sys, time; file = open(sys.argv[1], 'ab'); fcntl.flock(file, fcntl.LOCK_EX); "
        "print(1, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", hold, folder / "x.answers"], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        recover()
        assert len(list(folder.iterdir())) == 1
        process.kill()
        process.wait()
        recover()
        assert list(folder.iterdir()) == []


def test_a_line_that_was_cut_off_costs_no_other(outlet: Outlet, desk: Desk, folder: Path) -> None:
    make.original()
    make.original()
    vanish(outlet, Receipt("7"), Receipt("8"))
    [file] = folder.glob("*.answers")
    file.write_bytes(file.read_bytes()[:-9])
    assert recover() == 1
    assert sorted(Republication.objects.values_list("state", flat=True)) == [State.DELIVERED, State.PENDING]


def test_a_file_that_cannot_be_settled_now_is_kept(outlet: Outlet, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    make.original()
    vanish(outlet, Receipt("7"))
    with monkeypatch.context() as broken, pytest.raises(OperationalError):
        broken.setattr(answers, "settle_all", raising(OperationalError("the database is away")))
        recover()
    assert recover() == 1
    assert row().state == State.DELIVERED


def test_a_round_that_breaks_off_while_it_settles_repeats_nothing(outlet: Outlet, desk: Desk, monkeypatch: Any) -> None:
    make.original()
    with monkeypatch.context() as broken, pytest.raises(OperationalError):
        broken.setattr(delivering, "settle_all", raising(OperationalError("the database is away")))
        deliver_due()
    assert len(desk.heard) == 1
    deliver_due()
    assert len(desk.heard) == 1 and row().state == State.DELIVERED


def test_without_a_place_for_the_file_everything_is_delivered_all_the_same(outlet: Outlet, desk: Desk, folder: Path) -> None:
    folder.write_text("a file stands where the folder should be")
    make.original()
    assert deliver_due() == 1
    assert row().state == State.DELIVERED


def raising(problem: Exception) -> Callable[..., Any]:
    def act(*_: Any) -> None:
        raise problem

    return act
