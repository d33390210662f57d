"""Outlets in the admin: what the form leaves alone, rules, rotation, and the actions one press away."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from syndication.admin.outlet_form import OutletForm
from syndication.connectors import CONNECTORS
from syndication.connectors.features import YES, Features
from syndication.models import Errand, Outlet
from tests import factories as make
from tests.outlets import Memory
from tests.syndication.test_outlet import OTHER_SECRET, editor, errors, form

__all__ = ["editor"]
pytestmark = pytest.mark.django_db


def save(editor: Client, outlet: Outlet, **facts: Any) -> Any:
    return editor.post(reverse("outlets:edit", args=[outlet.pk]), form(**{"new_secret": "", **facts}))


def test_what_the_engine_writes_between_reading_and_saving_survives(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    outlet, moment = make.outlet("Lantern"), timezone.now()
    real = OutletForm.save

    def meanwhile(self: OutletForm, commit: bool = True) -> Outlet:
        Outlet.objects.update(failures=3, trips=1, not_before=moment, last_ok_at=moment, planned_terms="x", state="held")
        return real(self, commit)

    monkeypatch.setattr(OutletForm, "save", meanwhile)
    assert save(editor, outlet, attribution="At home").status_code == 302
    outlet.refresh_from_db()
    assert (outlet.attribution, outlet.failures, outlet.trips, outlet.state) == ("At home", 3, 1, "held")
    assert (outlet.not_before, outlet.last_ok_at, outlet.planned_terms) == (moment, moment, "x")


def test_rules_are_kept_told_and_what_is_gone_is_shown(editor: Client) -> None:
    page = make.original()
    label = f"section:{page.section_id}"
    outlet = make.outlet("Lantern", never=["topic:999"])
    assert save(editor, outlet, only=[label], never=["topic:999"]).status_code == 302
    outlet.refresh_from_db()
    assert (outlet.only, outlet.never) == ([label], ["topic:999"])
    html = editor.get(reverse("outlets:edit", args=[outlet.pk])).content.decode()
    assert "topic:999 (no longer there)" in html and "These rules pick 1 of 1 pieces" in html
    assert "cannot be both" in " ".join(errors(save(editor, outlet, only=[label], never=[label]))["never"])
    assert "Select a valid choice" in " ".join(errors(save(editor, outlet, only=["section:999"]))["only"])


def test_another_secret_keeps_the_old_one_for_a_day_and_is_logged(editor: Client) -> None:
    outlet = make.outlet("Lantern")
    save(editor, outlet, new_secret=OTHER_SECRET, keep_old_for="24")
    outlet.refresh_from_db()
    assert outlet.secret.all == [OTHER_SECRET, make.SECRET]
    assert timedelta(hours=23) < outlet.old_secret_until - timezone.now() <= timedelta(hours=24)
    assert ModelLogEntry.objects.filter(action="syndication.rotate_secret").exists()
    html = editor.get(reverse("outlets:edit", args=[outlet.pk])).content.decode()
    assert "we sign with the one before it, too" in html and make.SECRET not in html and OTHER_SECRET not in html
    save(editor, outlet, new_secret=make.SECRET, keep_old_for="0")
    outlet.refresh_from_db()
    assert outlet.secret.all == [make.SECRET]


class Named(Memory):
    """A protocol with an account, a secret of its own form, and the name of its address."""

    kind, label = "named", "Named"
    account_label, account_help = "User name", "As you log in there."
    secret_label, secret_help = "Application password", "Make one under Users."
    features = Features(canonical="with our plugin", find=YES)

    @classmethod
    def check_account(cls, account: str) -> None:
        if " " in account:
            raise ValueError("A user name has no spaces.")


class Person(Memory):
    """A protocol that needs nothing but a person."""

    kind, label, needs_endpoint, needs_secret, announces = "person", "Person", False, False, True


@pytest.fixture
def protocols(monkeypatch: pytest.MonkeyPatch) -> None:
    for connector in (Named, Person):
        monkeypatch.setitem(CONNECTORS, connector.kind, connector)


def test_the_form_speaks_as_the_protocol_does_and_shows_what_it_can_do(editor: Client, protocols: None) -> None:
    outlet = make.outlet("Lantern", kind="named", account="ada")
    html = editor.get(reverse("outlets:edit", args=[outlet.pk])).content.decode()
    assert "User name" in html and "As you log in there." in html and "Application password" in html
    assert "with our plugin" in html and 'data-syndication-kind="person" hidden' in html
    assert 'data-syndication-kind="named">' in html
    wrong = errors(save(editor, outlet, kind="named", account="ada l"))
    assert wrong["account"] == ["A user name has no spaces."]
    assert "the outlet asks for it" in " ".join(errors(save(editor, outlet, kind="named", account=""))["account"])


def test_a_protocol_that_needs_neither_address_nor_secret_is_saved_without(editor: Client, protocols: None) -> None:
    facts = form(kind="person", endpoint="", new_secret="", name="The desk")
    assert editor.post(reverse("outlets:add"), facts).status_code == 302
    assert Outlet.objects.get().kind == "person"


def test_a_secret_that_the_outlet_gets_to_see_is_entered_anew_for_another_host(editor: Client, protocols: None) -> None:
    outlet = make.outlet("Lantern", kind="named", account="ada")
    elsewhere = {"kind": "named", "account": "ada", "endpoint": "https://elsewhere.example/hook"}
    assert "on another host" in " ".join(errors(save(editor, outlet, **elsewhere))["new_secret"])
    assert save(editor, outlet, **elsewhere, new_secret="letters").status_code == 302
    assert save(editor, outlet, **{**elsewhere, "endpoint": "https://elsewhere.example/other"}).status_code == 302
    signed = make.outlet("Signed")
    assert save(editor, signed, name="Signed", endpoint="https://elsewhere.example/hook").status_code == 302, "it only signs"


def test_the_secret_of_another_protocol_is_asked_for_anew(editor: Client, protocols: None) -> None:
    outlet = make.outlet("Lantern")
    assert "Enter the secret" in " ".join(errors(save(editor, outlet, kind="named", account="ada"))["new_secret"])
    assert save(editor, outlet, kind="named", account="ada", new_secret="letters").status_code == 302
    outlet.refresh_from_db()
    assert outlet.secret.all == ["letters"]


def test_test_suspend_and_resume_are_one_press(editor: Client) -> None:
    outlet = make.outlet("Lantern")
    assert "Test connection" in editor.get(reverse("outlets:index")).content.decode()
    place = editor.post(reverse("syndication:outlet_test", args=[outlet.pk]))["Location"]
    errand = Errand.objects.get()
    assert place == reverse("syndication:outlet_tested", args=[errand.pk])
    assert "Waiting for a worker" in editor.get(place).content.decode()
    Errand.objects.update(
        ended_at=timezone.now(), sentence="No.", steps=[{"step": "dns", "outcome": "failed", "sentence": "<b>"}]
    )
    html = editor.get(reverse("syndication:outlet_steps", args=[errand.pk])).content.decode()
    assert "not reached" in html and "&lt;b&gt;" in html
    editor.post(reverse("syndication:outlet_suspend", args=[outlet.pk]), {"next": "https://evil.example/"})
    assert Outlet.objects.get().state == Outlet.State.SUSPENDED
    editor.post(reverse("syndication:outlet_resume", args=[outlet.pk]))
    assert Outlet.objects.get().state == Outlet.State.ACTIVE


@pytest.mark.parametrize("name", ["outlet_test", "outlet_suspend", "outlet_resume"])
def test_who_may_not_change_outlets_may_do_none_of_it(name: str, client: Client, django_user_model: Any) -> None:
    outlet = make.outlet("Lantern")
    client.force_login(django_user_model.objects.create_user("reader", password="secret"))
    assert client.post(reverse(f"syndication:{name}", args=[outlet.pk])).status_code in (302, 403)
    assert Outlet.objects.get().state == Outlet.State.ACTIVE and not Errand.objects.exists()
