"""Outlet: its hosts, its terms, its form, and the secret that is written and never shown."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import ReferenceIndex

from syndication.models import Outlet, Republication
from tests import factories as make
from tests.outlets import Desk, memory

pytestmark = pytest.mark.django_db
OTHER_SECRET = f"whsec_{'QUJD' * 10}"


@pytest.mark.parametrize(
    ("url", "runs"),
    [
        ("https://outlet.example/a", True),
        ("https://www.outlet.example/a", True),
        ("https://arabic.outlet.example/a", True),
        ("https://OUTLET.example/a", True),
        ("https://elsewhere.example/a", True),
        ("https://deep.elsewhere.example/a", True),
        ("https://notoutlet.example/a", False),
        ("https://outlet.example.evil.example/a", False),
        ("https://evil.example/outlet.example", False),
        ("https://outlet.example@evil.example/", False),
        ("mailto:ada@outlet.example", False),
        ("", False),
    ],
)
def test_an_outlet_runs_what_is_on_its_hosts_or_below(url: str, runs: bool) -> None:
    outlet = Outlet(name="Lantern", website="https://www.outlet.example/", other_hosts=" Elsewhere.example, ")
    assert outlet.runs(url) is runs


def test_an_outlet_without_a_website_runs_nothing() -> None:
    assert Outlet(name="Lantern").runs("https://outlet.example/") is False


def test_the_terms_are_the_columns() -> None:
    terms = Outlet(extent="excerpt", owes_canonical=False, owes_noindex=True, owes_link=False, attribution="At home").contract
    assert terms.model_dump() == {
        "extent": "excerpt",
        "canonical": False,
        "noindex": True,
        "link": False,
        "words": None,
        "attribution": "At home",
    }


# --- the form -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def editor(client: Client) -> Client:
    """A superuser's browser."""
    make.front_page()
    client.force_login(make.editor())
    return client


def form(**facts: Any) -> dict[str, Any]:
    """The form as a browser posts it."""
    return {
        "name": "Lantern",
        "website": make.ABROAD,
        "other_hosts": "",
        "kind": "webhook",
        "endpoint": f"{make.ABROAD}/hook",
        "new_secret": make.SECRET,
        "automatic": "on",
        "takes_since": "",
        "max_in_flight": "4",
        "embargo_hours": "0",
        "extent": "full",
        "owes_canonical": "on",
        "owes_link": "on",
        "attribution": "",
        "stub_canonical": "",
        **facts,
    }


def errors(answer: Any) -> dict[str, list[str]]:
    """The sentences at the fields."""
    assert answer.status_code == 200
    return {name: list(sentences) for name, sentences in answer.context["form"].errors.items()}


def test_an_outlet_is_added_and_its_secret_sealed(editor: Client) -> None:
    answer = editor.post(reverse("outlets:add"), form())
    assert answer.status_code == 302
    outlet = Outlet.objects.get()
    assert (outlet.kind, outlet.secret, outlet.automatic) == ("webhook", make.SECRET, True)
    assert make.SECRET not in outlet.sealed_secret


@pytest.mark.parametrize(
    ("facts", "field", "sentence"),
    [
        ({"new_secret": "swordfish"}, "new_secret", "A webhook secret begins with whsec_."),
        ({"new_secret": "whsec_AAAA"}, "new_secret", "holds 24 to 64 bytes"),
        ({"new_secret": ""}, "new_secret", "Enter the secret"),
        ({"endpoint": ""}, "endpoint", "Enter the address we push to"),
        ({"endpoint": "ftp://outlet.example/"}, "endpoint", "must begin with https:// or http://"),
        ({"endpoint": "https://10.0.0.1/hook"}, "endpoint", "not on the public web"),
        ({"endpoint": "https://ada:pw@outlet.example/"}, "endpoint", "must not hold a name or password"),
        ({"website": "https://192.168.1.1/"}, "website", "not on the public web"),
        ({"website": "javascript:alert(1)"}, "website", ""),
        ({"kind": "pigeon"}, "kind", "pigeon is not one of the available choices"),
        ({"name": ""}, "name", "required"),
        ({"max_in_flight": "-1"}, "max_in_flight", "greater than or equal to 0"),
    ],
)
def test_bad_input_is_refused_at_the_field_and_nothing_else_is_lost(
    facts: dict[str, str], field: str, sentence: str, editor: Client, settings: Any
) -> None:
    settings.SYNDICATION_ALLOWED_NETWORKS = []
    answer = editor.post(reverse("outlets:add"), form(attribution="First published at home", **facts))
    assert sentence in " ".join(errors(answer)[field])
    assert 'value="First published at home"' in answer.content.decode()
    assert make.SECRET not in answer.content.decode(), "a secret is never shown, not even on a form that comes back"
    assert not Outlet.objects.exists()


def test_an_outlet_that_stubs_only_point_at_needs_neither_endpoint_nor_secret(editor: Client) -> None:
    assert editor.post(reverse("outlets:add"), form(kind="", endpoint="", new_secret="")).status_code == 302
    assert not Outlet.objects.get().pushes


def test_a_secret_is_kept_when_the_field_is_left_empty_and_changed_when_it_is_not(editor: Client) -> None:
    outlet = make.outlet("Lantern")
    page = editor.get(reverse("outlets:edit", args=[outlet.pk])).content.decode()
    assert "A secret is kept. Leave empty to keep it." in page and make.SECRET not in page
    editor.post(reverse("outlets:edit", args=[outlet.pk]), form(new_secret="", attribution="At home"))
    outlet.refresh_from_db()
    assert (outlet.secret, outlet.attribution) == (make.SECRET, "At home")
    editor.post(reverse("outlets:edit", args=[outlet.pk]), form(new_secret=OTHER_SECRET))
    outlet.refresh_from_db()
    assert outlet.secret == OTHER_SECRET


@pytest.mark.parametrize("facts", [{"new_secret": OTHER_SECRET}, {"endpoint": f"{make.ABROAD}/new"}], ids=["secret", "address"])
@pytest.mark.parametrize("state", [Outlet.State.HELD, Outlet.State.GONE])
def test_a_new_secret_or_address_wakes_an_outlet_that_was_held_or_gone(state: str, facts: dict[str, str], editor: Client) -> None:
    outlet = make.outlet("Lantern")
    Outlet.objects.update(state=state, state_reason="401")
    editor.post(reverse("outlets:edit", args=[outlet.pk]), form(**{"new_secret": "", **facts}))
    outlet.refresh_from_db()
    assert (outlet.state, outlet.state_reason) == (Outlet.State.ACTIVE, "")


def test_another_change_wakes_no_outlet(editor: Client) -> None:
    outlet = make.outlet("Lantern")
    Outlet.objects.update(state=Outlet.State.HELD)
    editor.post(reverse("outlets:edit", args=[outlet.pk]), form(new_secret="", attribution="At home"))
    outlet.refresh_from_db()
    assert outlet.state == Outlet.State.HELD


def test_the_list_shows_how_each_is_reached_and_in_what_state(editor: Client, desk: Desk) -> None:
    memory("Lantern")
    make.outlet("Herald", kind="", endpoint="", secret="", state=Outlet.State.SUSPENDED)
    html = editor.get(reverse("outlets:index")).content.decode()
    assert "Memory" in html and "suspended by an editor" in html and "—" in html


def test_an_outlet_that_is_deleted_takes_its_republications_along(editor: Client, desk: Desk) -> None:
    outlet = memory("Lantern")
    make.original()
    assert editor.post(reverse("outlets:delete", args=[outlet.pk])).status_code == 302
    assert not Republication.objects.exists()


def test_an_outlet_that_stubs_point_at_cannot_be_deleted_and_the_screen_says_by_whom_it_is_used(editor: Client) -> None:
    page = make.stub()
    ReferenceIndex.create_or_update_for_object(page)
    place = reverse("outlets:delete", args=[page.outlet_id])
    assert "This outlet is referenced 1 time" in editor.get(place).content.decode()
    assert editor.post(place).status_code in (302, 403)
    assert Outlet.objects.filter(stubs=page).exists()


def test_who_may_not_change_outlets_sees_no_form(client: Client, django_user_model: Any) -> None:
    outlet = make.outlet("Lantern")
    client.force_login(django_user_model.objects.create_user("reader", password="secret"))
    assert client.get(reverse("outlets:edit", args=[outlet.pk])).status_code in (302, 403)
