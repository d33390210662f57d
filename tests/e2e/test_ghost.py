"""Against a real Ghost: what its readers and search engines see of our pieces. Run by `make e2e-ghost`."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from django.db.models.functions import Now
from selectolax.lexbor import LexborHTMLParser

from home.models import ArticlePage
from syndication.delivering import connector_for, deliver_due
from syndication.http.probe import FAILED
from syndication.models import Delivery, Outlet, Republication, Verification
from syndication.verifying import verify_due
from tests import factories as make
from tests.conftest import ROOT
from tests.fakes.partner import Partner, Visit
from tests.ghost import Ghost, install

pytestmark = [pytest.mark.ghost, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def lantern() -> Iterator[Ghost]:
    """A Ghost, running."""
    install()
    ghost = Ghost()
    try:
        ghost.start()
        yield ghost
    finally:
        ghost.stop()


@pytest.fixture
def ghost(lantern: Ghost, settings: Any) -> Ghost:
    """The same, without posts of ours, and where we may go."""
    for post in lantern.posts():
        lantern.ask("DELETE", f"posts/{post['id']}/")
    settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.SYNDICATION_ALLOWED_PORTS = [lantern.port]
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    return lantern


def outlet(ghost: Ghost, **terms: Any) -> Outlet:
    facts = {"kind": "ghost", "website": f"{ghost.url}/", "endpoint": f"{ghost.url}/", "secret": ghost.key, **terms}
    return make.outlet(facts.pop("name", "Lantern"), **facts)


def row() -> Republication:
    return Republication.objects.select_related("wanted", "held").get()


def delivered() -> Republication:
    """Deliver what is due; the one row, which must have been taken."""
    deliver_due()
    assert row().state == Republication.State.DELIVERED, f"{row().error}\n{row().error_detail}"
    return row()


class PublicPage:
    """A page as a reader's browser gets it."""

    def __init__(self, url: str):
        answer = requests.get(url, timeout=30)
        self.status, self.text = answer.status_code, answer.text
        self.tree = LexborHTMLParser(answer.text)

    def value(self, selector: str, attribute: str = "content") -> str:
        """An attribute of the one element there is."""
        (node,) = self.tree.css(selector)
        return node.attributes[attribute] or ""


def original(**facts: Any) -> ArticlePage:
    return make.original("The harbour of lamps", standfirst="A night walk along the quay.", **facts)


def test_its_public_page_names_our_home_and_carries_card_and_picture(ghost: Ghost) -> None:
    make.publication()
    outlet(ghost)
    piece = original(live=False, lead_image=make.image("A lamp", size=(1200, 630), may_syndicate=True))
    piece.topics.add(make.topic("Ships"))
    piece = make.publish(piece)
    kept = delivered()
    told = kept.wanted.story
    assert kept.warnings == []
    page = PublicPage(kept.receipt_url)
    assert page.status == 200
    assert page.value("link[rel=canonical]", "href") == told.canonical.url == piece.full_url
    assert page.value("meta[property='og:title']") == "The harbour of lamps"
    assert page.value("meta[property='og:type']") == "article"
    assert page.value("meta[name='twitter:title']") == "The harbour of lamps"
    assert page.value("meta[property='og:image']") and page.value("meta[name='twitter:image']")
    assert not page.tree.css("meta[name=robots][content*=noindex]")
    assert "Only the lamps knew why." in page.text
    assert piece.uid.hex not in page.tree.body.text(), "readers see no tag of ours"
    (post,) = ghost.posts()
    assert {"Reviews", "Ships"} <= {tag["name"] for tag in post["tags"]}
    assert post["feature_image"].startswith(ghost.url)
    assert requests.get(post["feature_image"], timeout=30).headers["content-type"].startswith("image/")
    assert post["feature_image_alt"] == told.lead_image.alt
    assert told.lead_image.credit in post["feature_image_caption"]


def test_our_own_judge_finds_the_contract_kept_noindex_included(ghost: Ghost) -> None:
    outlet(ghost, owes_noindex=True, attribution="First published in The Harbour Review")
    original()
    kept = delivered()
    page = PublicPage(kept.receipt_url)
    assert page.value("meta[name=robots]") == "noindex, follow"
    Verification.objects.update(due_at=Now())
    verify_due()
    look = Verification.objects.get(republication=kept)
    assert look.verdict == Verification.Verdict.HONOURED, look.evidence


def test_an_edit_and_a_change_of_address_at_home_arrive_and_its_own_address_stays(ghost: Ghost) -> None:
    outlet(ghost)
    piece = original()
    before = delivered()
    piece = make.edit(piece, title="The harbour of ships", slug="ships")
    after = delivered()
    assert (after.receipt_id, after.receipt_url) == (before.receipt_id, before.receipt_url)
    page = PublicPage(after.receipt_url)
    assert "The harbour of ships" in page.text and "The harbour of lamps" not in page.text
    assert page.value("link[rel=canonical]", "href") == piece.full_url and piece.full_url.endswith("/ships/")
    assert after.warnings == [] and len(ghost.posts()) == 1


def test_what_the_desk_changes_is_told_and_its_tags_stay(ghost: Ghost) -> None:
    outlet(ghost)
    piece = original()
    delivered()
    time.sleep(1.1)  # Ghost's revisions are seconds
    (post,) = ghost.posts()
    changed = {"title": "Lamps!", "updated_at": post["updated_at"], "tags": [*post["tags"], {"name": "Guests"}]}
    ghost.ask("PUT", f"posts/{post['id']}/", {"posts": [changed]})
    make.edit(piece, title="The harbour of ships")
    kept = delivered()
    (warning,) = kept.warnings
    assert "changed the copy" in warning
    (post,) = ghost.posts()
    assert post["title"] == "The harbour of ships" and "Guests" in [tag["name"] for tag in post["tags"]]


def test_a_withdrawn_piece_is_gone_for_readers_and_comes_back_to_its_address(ghost: Ghost) -> None:
    outlet(ghost)
    piece = original()
    address = delivered().receipt_url
    piece.unpublish()
    deliver_due()
    assert row().state == Republication.State.WITHDRAWN
    assert PublicPage(address).status == 404
    make.edit(ArticlePage.objects.get(pk=piece.pk))
    assert delivered().receipt_url == address and PublicPage(address).status == 200
    assert row().warnings == [] and len(ghost.posts()) == 1


def test_a_piece_that_the_desk_deleted_is_published_anew_with_a_warning(ghost: Ghost) -> None:
    outlet(ghost)
    piece = original()
    delivered()
    ghost.ask("DELETE", f"posts/{ghost.posts()[0]['id']}/")
    make.edit(piece, title="The harbour of ships")
    kept = delivered()
    assert "published there anew" in kept.warnings[0] and len(ghost.posts()) == 1


def test_text_that_its_editor_does_not_know_arrives_as_it_is(ghost: Ghost) -> None:
    make.publication()
    outlet(ghost)
    original(language="ar", body=make.paragraphs("كان المرفأ خاليًا."))
    page = PublicPage(delivered().receipt_url)
    (text,) = page.tree.css("div[dir=rtl]")
    assert text.attributes["lang"] == "ar" and "كان المرفأ خاليًا." in text.text()


def test_the_test_of_the_connection_passes_and_fails_with_another_key(ghost: Ghost) -> None:
    made = outlet(ghost)
    steps = list(connector_for(made).examine())
    assert not [step for step in steps if step.outcome == FAILED], steps
    assert any("“Lantern” knows our key" in step.sentence for step in steps)
    made.secret = f"{ghost.key.partition(':')[0]}:{'ab' * 32}"
    failed = list(connector_for(made).examine())[-1]
    assert failed.outcome == FAILED and "(401)" in failed.sentence
    made.secret = f"{'0' * 24}:{'ab' * 32}"
    assert list(connector_for(made).examine())[-1].outcome == FAILED


def test_a_worker_killed_between_the_post_and_its_answer_leaves_exactly_one_post(ghost: Ghost, settings: Any) -> None:
    reached = threading.Event()

    def between(visit: Visit) -> None:
        """Hand the request to Ghost; keep the answer to a create for ever."""
        answer = requests.request(
            visit.command,
            f"{ghost.url}{visit.path}",
            data=visit.body,
            headers={name: value for name, value in visit.headers.items() if name.lower() not in ("host", "accept-encoding")},
            timeout=60,
        )
        if visit.command == "POST" and not reached.is_set():
            reached.set()
            visit.sleep()
            visit.hang_up()
            return
        visit.query = {}
        visit.reply(answer.status_code, answer.content, answer.headers.get("content-type", "text/plain"))

    with Partner() as proxy:
        proxy.otherwise = between
        outlet(ghost, endpoint=proxy.url("/"))
        original()
        environment = {"SYNDICATION_ALLOWED_PORTS": f"{proxy.port},{ghost.port}", "SYNDICATION_LEASE_SECONDS": "4"}
        words = [sys.executable, str(ROOT / "manage.py"), "syndicate"]
        worker = subprocess.Popen(words, env={**os.environ, **environment}, cwd=ROOT, start_new_session=True)
        try:
            assert reached.wait(60), "the worker sent nothing"
        finally:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
        assert len(ghost.posts()) == 1 and row().state == Republication.State.PENDING
        settings.SYNDICATION_ALLOWED_PORTS = [proxy.port, ghost.port]
        ends = time.monotonic() + 30
        while row().state == Republication.State.PENDING and time.monotonic() < ends:
            deliver_due()
            time.sleep(0.5)
    assert row().state == Republication.State.DELIVERED, row().error
    assert len(ghost.posts()) == 1
    assert list(Delivery.objects.order_by("pk").values_list("outcome", flat=True)) == ["lost", "accepted"]
    assert PublicPage(row().receipt_url).status == 200
