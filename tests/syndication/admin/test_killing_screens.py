"""The kill's screens: asked with a reason, shown whole, refused to whom publishes, and red where nobody obeys."""

from typing import Any

import pytest
from django.contrib.messages.storage.fallback import FallbackStorage
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from syndication import killing
from syndication.admin.killing import refuse_publishing
from syndication.models import Kill, Republication, Told
from tests import factories as make
from tests.outlets import Desk, memory

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch) -> Any:
    memory("Lantern")
    client.force_login(make.editor(first_name="Ada"))
    return make.original("Lamps")


def killed(page: Any) -> Kill:
    made = killing.kill(page, "A source withdrew consent.", None, note="Lawyers")
    facts = {"outlet_name": "Weekly", "url": "https://weekly.example/lamps"}
    Told.objects.create(kill=made, told_at=timezone.now(), alarmed_at=timezone.now(), **facts)
    return made


def test_the_form_names_who_will_be_told_and_insists_on_a_reason(page: Any, client: Client) -> None:
    edit = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    address = reverse("syndication:kill_page", args=[page.pk])
    assert edit.count(address) == 2, "in the menu of the page and in the panel"
    Republication.objects.update(receipt_url="https://lantern.example/lamps")
    assert "https://lantern.example/lamps" in client.get(address).content.decode()
    assert client.post(address, {"reason": " "}).status_code == 422 and not Kill.objects.exists()
    answer = client.post(address, {"reason": "A source withdrew consent.", "readers": "", "note": ""})
    made = Kill.objects.get()
    assert answer["Location"] == reverse("syndication:kill", args=[made.pk]) and made.killed_by_name == "Ada"
    assert client.get(address)["Location"] == answer["Location"], "once is enough"
    assert "is killed" in client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()


def test_the_record_tells_all_and_leads_to_lift_and_to_settling(page: Any, client: Client) -> None:
    made = killed(page)
    address = reverse("syndication:kill", args=[made.pk])
    html = client.get(address).content.decode()
    assert "A source withdrew consent." in html and "Lawyers" in html and "Weekly" in html and "UTC" in html
    weekly = Told.objects.get(outlet_name="Weekly")
    settled = reverse("syndication:kill_settled", args=[weekly.pk])
    assert settled in html and "told, no answer" in html
    overview = client.get(reverse("syndication:overview")).content.decode()
    assert "Weekly has not acknowledged the kill" in overview and f"{address}#told-{weekly.pk}" in overview
    assert client.post(settled, {"reason": "Spoke with the desk."})["Location"] == address
    assert "Spoke with the desk." in client.get(address).content.decode()
    client.post(reverse("syndication:kill_lift", args=[made.pk]), {"reason": "Consent again."})
    assert "Consent again." in client.get(address).content.decode()
    assert "Lamps" in client.get(reverse("syndication:kills")).content.decode()


def test_who_publishes_a_killed_piece_is_led_to_the_kill(page: Any, client: Client) -> None:
    made = killed(page)
    client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    request: Any = RequestFactory().post("/")
    request.session, request._messages = {}, None
    request._messages = FallbackStorage(request)
    answer = refuse_publishing(request, page)
    assert answer is not None and answer["Location"] == reverse("syndication:kill", args=[made.pk])
    killing.lift(made, None, "Over")
    assert refuse_publishing(request, page) is None
