"""Credentials: sealed in the database, opened only to sign, and seen nowhere else."""

import io
import json
import logging
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from syndication.credentials import Unreadable, reseal, seal, unseal
from syndication.delivering import connector_for, deliver_due
from syndication.models import Outlet, Republication
from tests import factories as make
from tests.fakes.partner import Partner

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_what_is_sealed_opens_again_and_shows_nothing() -> None:
    sealed = seal(make.SECRET)
    assert make.SECRET not in sealed and unseal(sealed) == make.SECRET
    assert seal(make.SECRET) != sealed, "two seals of one secret do not betray that they are the same"


def test_nothing_sealed_stays_nothing() -> None:
    assert seal("") == unseal("") == ""


def test_an_older_key_still_opens_and_resealing_uses_the_newest(settings: Any) -> None:
    settings.CREDENTIAL_KEYS = [OLD]
    sealed = seal(make.SECRET)
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    fresh = reseal(sealed)
    settings.CREDENTIAL_KEYS = [NEW]
    assert unseal(fresh) == make.SECRET
    with pytest.raises(Unreadable, match="No key in CREDENTIAL_KEYS opens this credential"):
        unseal(sealed)


@pytest.mark.parametrize("act", [seal, unseal])
def test_without_any_key_a_sentence_says_what_to_do(act: Any, settings: Any) -> None:
    settings.CREDENTIAL_KEYS = []
    with pytest.raises(Unreadable, match="manage.py new_credential_key"):
        act("something")


def test_a_broken_seal_says_nothing_of_its_content() -> None:
    with pytest.raises(Unreadable) as caught:
        unseal(make.SECRET)
    assert make.SECRET not in str(caught.value) and caught.value.__cause__ is None


# --- in the database ----------------------------------------------------------------------------------------------------


def every_text() -> str:
    """Every row of every table, as the database has it."""
    texts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            texts += [repr(row) for row in cursor.fetchall()]
    return "\n".join(texts)


@pytest.mark.django_db
def test_the_database_holds_no_secret() -> None:
    outlet = make.outlet()
    assert make.SECRET not in every_text()
    assert make.SECRET.removeprefix("whsec_") not in every_text()
    assert Outlet.objects.get(pk=outlet.pk).secret == make.SECRET


@pytest.mark.django_db
def test_a_canary_secret_is_in_no_log_no_text_no_row_and_no_command(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    with Partner() as partner:
        settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.1/32"]
        settings.SYNDICATION_ALLOWED_PORTS = [partner.port]
        outlet = make.outlet("Lantern", endpoint=partner.url("/created/7"))
        for behaviour in ("created/7", "status/422", "status/503", "reset", "login_page", "status/401"):
            make.original()
            partner.next(behaviour)
            deliver_due()
        sent = partner.requests
    shown = io.StringIO()
    call_command("syndication_status", stdout=shown)
    call_command("syndication_status", json=True, stdout=shown)
    texts = [shown.getvalue(), caplog.text, "".join(capsys.readouterr()), every_text()]
    texts += [repr(outlet), str(outlet), repr(connector_for(outlet)), repr(connector_for(outlet).access), str(vars(outlet))]
    texts += [str(request) + request.body.decode() + json.dumps(request.headers) for request in sent]
    assert "delivery ended" in caplog.text and len(sent) >= 6
    assert [text for text in texts if make.SECRET in text or make.SECRET.removeprefix("whsec_") in text] == []


# --- rotation -----------------------------------------------------------------------------------------------------------


def rotate() -> str:
    told = io.StringIO()
    call_command("rotate_credentials", stdout=told)
    return told.getvalue()


@pytest.mark.django_db
def test_after_rotation_the_old_key_can_go(settings: Any) -> None:
    settings.CREDENTIAL_KEYS = [OLD]
    outlets = [make.outlet(), make.outlet(), make.outlet(kind="", endpoint="", secret="")]
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    assert rotate() == "2 credentials are sealed with the newest key.\n"
    settings.CREDENTIAL_KEYS = [NEW]
    assert [Outlet.objects.get(pk=outlet.pk).secret for outlet in outlets] == [make.SECRET, make.SECRET, ""]


@pytest.mark.django_db
def test_rotation_changes_all_or_none_and_names_the_outlet_it_cannot_open(settings: Any) -> None:
    settings.CREDENTIAL_KEYS = [OLD]
    make.outlet("A")
    settings.CREDENTIAL_KEYS = [NEW]
    make.outlet("B")
    before = list(Outlet.objects.values_list("sealed_secret", flat=True))
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode(), NEW]
    with pytest.raises(CommandError, match=r"A: No key in CREDENTIAL_KEYS"):
        rotate()
    assert list(Outlet.objects.values_list("sealed_secret", flat=True)) == before


@pytest.mark.django_db
def test_rotation_pushes_nothing(settings: Any) -> None:
    make.outlet()
    make.original()
    Republication.objects.update(due_at=None)
    rotate()
    assert not Republication.objects.due().exists()
