"""Credentials are sealed at rest, change keys without loss, and turn up nowhere else."""

import logging
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from syndication.credentials import Unreadable, reseal, seal, unseal
from syndication.models import Delivery, Outlet
from tests import factories as make


def test_what_was_sealed_comes_back_and_nothing_of_it_shows() -> None:
    sealed = seal(make.SECRET)
    assert make.SECRET not in sealed
    assert unseal(sealed) == make.SECRET
    assert seal(make.SECRET) != sealed


def test_nothing_sealed_is_nothing() -> None:
    assert seal("") == ""
    assert unseal("") == ""


def test_without_a_key_the_sentence_says_how_to_make_one(settings: Any) -> None:
    settings.CREDENTIAL_KEYS = []
    with pytest.raises(Unreadable, match="new_credential_key"):
        seal("a secret")


def test_a_lost_key_is_said_and_not_guessed(settings: Any) -> None:
    sealed = seal("a secret")
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(Unreadable, match="Bring the old key back"):
        unseal(sealed)


def test_an_old_key_still_opens_and_the_newest_seals(settings: Any) -> None:
    old = settings.CREDENTIAL_KEYS[0]
    sealed = seal("a secret")
    new = Fernet.generate_key().decode()
    settings.CREDENTIAL_KEYS = [new, old]
    renewed = reseal(sealed)
    settings.CREDENTIAL_KEYS = [new]
    assert unseal(renewed) == "a secret"
    with pytest.raises(Unreadable):
        unseal(sealed)


@pytest.mark.django_db
def test_the_database_holds_only_what_is_sealed() -> None:
    outlet = make.outlet("The Canary", kind="webhook")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM syndication_outlet")
        stored = repr(cursor.fetchall())
    assert make.SECRET not in stored
    assert make.SECRET.removeprefix("whsec_") not in stored
    assert Outlet.objects.get(pk=outlet.pk).secret == make.SECRET


@pytest.mark.django_db
def test_rotation_seals_all_with_the_newest_key(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    outlet = make.outlet()
    make.outlet("Nobody pushes here", kind="", endpoint="", secret="")
    new = Fernet.generate_key().decode()
    settings.CREDENTIAL_KEYS = [new, *settings.CREDENTIAL_KEYS]
    call_command("rotate_credentials")
    settings.CREDENTIAL_KEYS = [new]
    assert Outlet.objects.get(pk=outlet.pk).secret == make.SECRET
    assert capsys.readouterr().out.startswith("1 credentials")


@pytest.mark.django_db
def test_rotation_changes_nothing_when_one_cannot_be_read(settings: Any) -> None:
    first, second = make.outlet("A readable one"), make.outlet("B unreadable")
    Outlet.objects.filter(pk=second.pk).update(sealed_secret="gibberish")
    before = Outlet.objects.get(pk=first.pk).sealed_secret
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode(), *settings.CREDENTIAL_KEYS]
    with pytest.raises(CommandError, match="B unreadable"):
        call_command("rotate_credentials")
    assert Outlet.objects.get(pk=first.pk).sealed_secret == before


def test_a_new_key_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("new_credential_key")
    Fernet(capsys.readouterr().out.strip())


@pytest.mark.django_db(transaction=True)
def test_a_canary_secret_turns_up_in_no_log_no_row_and_no_output(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    from syndication.delivering import deliver_due

    canary = make.SECRET.removeprefix("whsec_")
    # Nobody listens there: the failure's words are what could betray the secret.
    outlet = make.outlet(endpoint="http://127.0.0.1:9/hook", website="http://127.0.0.1/")
    make.original("A piece")
    with caplog.at_level(logging.DEBUG):
        deliver_due()
    call_command("syndication_status")
    call_command("syndication_status", "--json")
    assert Delivery.objects.count() == 1
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows.append(repr(cursor.fetchall()))
    said = "".join([caplog.text, repr(caplog.records), *capsys.readouterr(), repr(outlet), *rows])
    assert canary not in said
