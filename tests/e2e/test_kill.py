"""A kill of a piece that five outlets carry: four are seen gone, the fifth is alarmed, and the record prints."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from playwright.sync_api import sync_playwright

from syndication import syndicating
from syndication.delivering import deliver_due
from syndication.killing import tend_kills
from syndication.models import Delivery, Notice, Republication, Told
from syndication.models.sender import new_secret
from syndication.verifying import verify_due
from tests import factories as make
from tests.e2e.conftest import QUIET
from tests.e2e.stack import Stack, Template, stack, until
from tests.e2e.test_two_instances import RECEIVER, SITE
from tests.fakes.partner import Partner, Visit
from tests.wordpress import WordPress

# With a real WordPress, so where the others that meet it run: beside PostgreSQL.
pytestmark = [pytest.mark.wordpress, pytest.mark.django_db(transaction=True)]
State = Republication.State
WHY = "A court ordered it; do not keep the text."


class Street:
    """Three small outlets on loopback: one obeys, one only nods and never answers a kill, one is tended by a person."""

    def __init__(self, partner: Partner):
        self.partner, self.down, self.heard = partner, set[str](), list[dict[str, Any]]()
        for name in ("obeys", "ignores", "hand"):
            partner.routes[f"/{name}"] = self.copy
        partner.routes["/hook/obeys"] = partner.routes["/hook/ignores"] = self.hook

    def copy(self, visit: Visit) -> None:
        """The public page."""
        if visit.path.strip("/") in self.down:
            return visit.reply(404)
        words = "<p>The harbour was empty when we came.</p><p>Only the lamps knew why.</p>" * 3
        visit.reply(200, f"<!doctype html><title>Lamps</title><h1>Lamps</h1>{words}".encode())

    def hook(self, visit: Visit) -> None:
        """The way in."""
        name, told = visit.path.rpartition("/")[2], json.loads(visit.body)
        if told["type"] == "article.killed" and name == "ignores":
            return visit.reply(500)
        self.heard.append(told)
        if told["type"] == "article.killed":
            self.down.add(name)
        visit.reply_json({"id": name, "url": self.partner.url(f"/{name}")})


@pytest.fixture
def room(tmp_path: Path, template: Template, settings: Any) -> Iterator[tuple[Street, WordPress, Stack]]:
    """The street, a WordPress, and another publication of this kind."""
    servers = WordPress()
    with ExitStack() as opened:
        opened.callback(servers.stop)
        street = Street(opened.enter_context(Partner()))
        elsewhere = opened.enter_context(stack(tmp_path, template))
        # It takes no piece whose home its readers could not follow.
        elsewhere.env["SYNDICATION_ALLOWED_PORTS"] = str(make.front_page().get_site().port)
        elsewhere.start("valkey", "web")
        servers.start()
        settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.1/32"]
        settings.SYNDICATION_ALLOWED_PORTS = [street.partner.port, servers.companion.port, elsewhere.port]
        settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
        # A quarter of an hour lasts nine seconds.
        settings.SYNDICATION_TIME_SCALE = 0.01
        yield street, servers, elsewhere


def carried(street: Street, servers: WordPress, elsewhere: Stack) -> Any:
    """A piece that stands at all five."""
    address, secret, site = str(uuid4()), new_secret(), servers.companion
    home = make.front_page().get_site().root_url
    elsewhere.shell(SITE.format(port=elsewhere.port) + RECEIVER.format(home=home, address=address, secret=secret))
    for name in ("obeys", "ignores"):
        make.outlet(name, website=street.partner.url(), endpoint=street.partner.url(f"/hook/{name}"))
    make.outlet("by hand", kind="by_hand", endpoint="", website=street.partner.url())
    endpoint = f"{elsewhere.site}/syndication/inbox/{address}/"
    make.outlet("this product", website=elsewhere.site, endpoint=endpoint, secret=secret)
    facts = {"endpoint": f"{site.url}/", "website": f"{site.url}/", "account": "homeward-editor", "max_in_flight": 1}
    make.outlet("WordPress", kind="wordpress", secret=site.passwords["editor"], **facts)
    page = make.original("Lamps")
    deliver_due()
    by_hand = Republication.objects.get(outlet__name="by hand")
    assert syndicating.mark_delivered(by_hand, street.partner.url("/hand"))
    rows = Republication.objects.values_list("outlet__name", "state", "error", "receipt_url")
    told = Delivery.objects.exclude(detail="").values_list("republication__outlet__name", "detail")
    assert all(state == State.DELIVERED and url for _name, state, _error, url in rows), [*rows, *told]
    return page


def test_a_kill_at_five_outlets_is_seen_gone_at_four_alarmed_at_the_fifth_and_prints(
    room: tuple[Street, WordPress, Stack], live_server: Any, chromium_path: str, client: Client
) -> None:
    street = room[0]
    page, editor = carried(*room), make.editor(first_name="Ada")
    made = syndicating.kill(page, WHY, readers="Withdrawn.", actor=editor)

    def settled() -> bool:
        tend_kills()
        verify_due(rounds=1)
        if todo := Republication.objects.filter(outlet__name="by hand", state=State.TODO).first():
            assert todo.error.startswith(f"KILL: {WHY}")
            street.down.add("hand")
            syndicating.mark_delivered(todo, actor=editor)
        gone = made.told.filter(gone_at__isnull=False).count()
        return gone == 4 and Notice.objects.open().filter(kind=Notice.Kind.KILL).exists()

    until(settled, seconds=35, why="four gone and one alarmed were not reached")
    states = {told.outlet_name: told.state for told in made.told.all()}
    gone = dict.fromkeys(("obeys", "by hand", "this product", "WordPress"), Told.State.GONE)
    assert states == {**gone, "ignores": Told.State.UNANSWERED}
    assert all(told.answered_at and told.evidence for told in made.told.exclude(outlet_name="ignores"))
    assert street.heard[-1]["data"]["reason"] == WHY
    (alarm,) = Notice.objects.open().filter(kind=Notice.Kind.KILL)
    assert alarm.outlet and alarm.outlet.name == "ignores"
    assert [letter.to for letter in mail.outbox if "ignores" in letter.body] == [["editor@home.example"]]
    assert client.get(page.get_url()).status_code == 410

    client.force_login(editor)
    record = live_server.url + reverse("syndication:kill", args=[made.pk])
    prints(chromium_path, record, client.cookies["sessionid"].value, [WHY, "Ada", *states])


def prints(chromium_path: str, record: str, session: str, told: list[str]) -> None:
    """The record as it comes out of a printer: it tells all of these, and nothing of the admin's frame."""
    # A browser of its own, only here: while one runs, Django lets nobody in this thread ask the database.
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=chromium_path, args=QUIET) as browser:
        context = browser.new_context()
        context.add_cookies([{"name": "sessionid", "value": session, "url": record}])
        tab = context.new_page()
        tab.goto(record)
        tab.emulate_media(media="print")
        shown = tab.locator(".syndication-kill").inner_text()
        assert not [words for words in told if words not in shown], shown
        assert not tab.locator("#wagtail-sidebar").is_visible()
        assert not tab.get_by_role("button", name="Print").is_visible()
        assert tab.pdf().startswith(b"%PDF")
