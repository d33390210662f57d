"""The commands: what waits, what arrived, what was proved; and the engine without a broker."""

import json
from typing import Any

import pytest
from django.core.management import call_command

from syndication.models import Outlet, Republication, Verification
from tests import factories as make
from tests.outlets import Desk

pytestmark = pytest.mark.django_db(transaction=True)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command printed."""
    capsys.readouterr()
    call_command(*words)
    return capsys.readouterr().out


def status(capsys: pytest.CaptureFixture[str]) -> Any:
    """What syndication_status tells machines."""
    return json.loads(said(capsys, "syndication_status", "--json"))


def test_an_empty_house_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Nothing has been sent to any outlet yet." in said(capsys, "syndication_status")
    assert status(capsys)["summary"]["republications"] == 0


def test_what_waits_is_counted_with_the_oldest(capsys: pytest.CaptureFixture[str], desk: Desk) -> None:
    make.outlet("The Memory", kind="memory")
    make.original("A piece")
    told = status(capsys)
    assert told["summary"]["pending"] == 1
    assert told["summary"]["oldest_due"] is not None
    assert told["republications"][0]["headline"] == "A piece"
    assert told["republications"][0]["wanted"] == 1
    assert told["republications"][0]["held"] is None


def test_one_round_without_a_broker_delivers_what_waits(capsys: pytest.CaptureFixture[str], desk: Desk) -> None:
    make.outlet("The Memory", kind="memory")
    make.original("A piece")
    assert "delivered: 1" in said(capsys, "syndicate")
    told = status(capsys)
    assert told["summary"]["delivered"] == 1
    assert told["summary"]["oldest_due"] is None
    assert told["republications"][0]["held"] == 1
    table = said(capsys, "syndication_status")
    assert "The Memory" in table
    assert "A piece" in table
    assert "1 delivered" in table


def test_planning_first_finds_what_no_signal_told(capsys: pytest.CaptureFixture[str], desk: Desk) -> None:
    make.original("A piece")
    outlet = make.outlet("The Memory", kind="memory", automatic=False)
    Outlet.objects.filter(pk=outlet.pk).update(automatic=True)
    assert "planned: 1" in said(capsys, "syndicate", "--plan")
    assert Republication.objects.get().state == Republication.State.DELIVERED


def test_errors_and_held_outlets_are_told_in_words(capsys: pytest.CaptureFixture[str], desk: Desk) -> None:
    make.outlet("The Memory", kind="memory")
    make.original("A piece")
    desk.tell("refused")
    call_command("syndicate")
    table = said(capsys, "syndication_status")
    assert "A piece at The Memory: The outlet refused our credentials (401)." in table
    assert "The Memory is held: it refuses our credentials." in table


def test_proofs_are_counted_apart_from_deliveries(capsys: pytest.CaptureFixture[str], desk: Desk) -> None:
    make.outlet("The Memory", kind="memory")
    make.original("A piece")
    call_command("syndicate")
    assert status(capsys)["summary"]["honoured"] == 0
    Verification.objects.update(verdict="honoured", sentence="It leads home.")
    told = status(capsys)
    assert told["summary"]["honoured"] == 1
    assert told["republications"][0]["verdict"] == "honoured"


def test_one_outlet_alone_can_be_asked_for(capsys: pytest.CaptureFixture[str], desk: Desk) -> None:
    make.outlet("The Memory", kind="memory")
    make.outlet("The Other", kind="memory")
    make.original("A piece")
    told = json.loads(said(capsys, "syndication_status", "--json", "--outlet", "The Other"))
    assert [row["outlet"] for row in told["republications"]] == ["The Other"]


def test_a_withdrawn_piece_is_wanted_nowhere(capsys: pytest.CaptureFixture[str], desk: Desk) -> None:
    make.outlet("The Memory", kind="memory")
    page = make.original("A piece")
    call_command("syndicate")
    page.unpublish()
    call_command("syndicate")
    row = status(capsys)["republications"][0]
    assert (row["wanted"], row["held"], row["state"]) == ("none", None, "withdrawn")
