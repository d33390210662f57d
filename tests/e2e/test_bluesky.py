"""Against a real data server of Bluesky: what stands in the account. Run by `make e2e-bluesky`."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from syndication.connectors.bluesky import SHOWS_THE_OLD
from syndication.delivering import connector_for, deliver_due
from syndication.http.probe import FAILED
from syndication.models import Delivery, Outlet, Republication, Verification
from tests import factories as make
from tests.bluesky import HANDLE, DataServer, install
from tests.outlets import row

pytestmark = [pytest.mark.bluesky, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def running() -> Iterator[DataServer]:
    """A data server, running."""
    install()
    server = DataServer()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def server(running: DataServer, settings: Any) -> DataServer:
    """The same, without posts, and where we may go."""
    running.forget()
    settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.SYNDICATION_ALLOWED_PORTS = [running.port]
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    return running


@pytest.fixture
def outlet(server: DataServer) -> Outlet:
    facts = {"kind": "bluesky", "website": "https://bsky.app/", "endpoint": server.url, "account": HANDLE}
    return make.outlet("Bluesky", secret=server.app_password, **facts)


def delivered(page: Any) -> Republication:
    """Deliver what is due; the piece's row, which must have been taken."""
    deliver_due()
    assert row(page).due_at is None and row(page).error == "", f"{row(page).error}\n{row(page).error_detail}"
    return row(page)


def test_a_piece_becomes_a_post_with_a_card_and_a_picture(outlet: Outlet, server: DataServer) -> None:
    make.publication()
    picture = make.image("A lamp", size=(1600, 900), may_syndicate=True)
    page = make.original("The harbour of lamps 👨‍👩‍👧‍👦", standfirst="A night walk along the quay.", lead_image=picture)
    kept = delivered(page)
    (post,) = server.posts()
    assert kept.receipt_id == post["uri"] and kept.warnings == []
    record, told = post["value"], kept.wanted.story
    assert record["text"].startswith("The harbour of lamps 👨‍👩‍👧‍👦\n\nA night walk along the quay.")
    place = record["facets"][0]["index"]
    assert record["text"].encode()[place["byteStart"] : place["byteEnd"]].decode().startswith("127.0.0.1")
    card = record["embed"]["external"]
    assert (card["uri"], card["title"]) == (told.canonical.url, told.headline)
    asked = {"did": server.did, "cid": card["thumb"]["ref"]["$link"]}
    blob = requests.get(f"{server.url}/xrpc/com.atproto.sync.getBlob", params=asked, timeout=30)
    assert blob.content[:3] == b"\xff\xd8\xff" and len(blob.content) == card["thumb"]["size"]
    assert not Verification.objects.exists()
    wire = "\n".join(Delivery.objects.get().wire)
    assert "putRecord" in wire and server.app_password not in wire and "accessJwt" not in wire


def test_a_repeat_an_update_and_an_edit_there_leave_one_post(outlet: Outlet, server: DataServer) -> None:
    page = make.original("Ships")
    delivered(page)
    Republication.objects.push_again()
    assert delivered(page).warnings == []
    page = make.edit(page, title="No ships")
    assert delivered(page).warnings == [SHOWS_THE_OLD]
    (post,) = server.posts()
    assert post["value"]["text"].startswith("No ships")
    server.change(post, "Somebody else's words")
    Republication.objects.push_again()
    assert "changed the copy" in delivered(page).warnings[0]
    (post,) = server.posts()
    assert post["value"]["text"].startswith("No ships")


def test_a_withdrawal_deletes_the_post_and_the_piece_can_come_back(outlet: Outlet, server: DataServer) -> None:
    page = make.original("Ships")
    first = delivered(page).receipt_id
    page.unpublish()
    assert delivered(page).state == Republication.State.WITHDRAWN and server.posts() == []
    make.publish(page)
    assert delivered(page).receipt_id == first and len(server.posts()) == 1


def test_letters_of_many_bytes_are_taken(outlet: Outlet, server: DataServer) -> None:
    make.original(f"Home, {'👨‍👩‍👧‍👦' * 20}", standfirst="नमस्ते दुनिया " * 20)
    deliver_due()
    assert len(server.posts()) == 1


def test_a_test_of_the_connection_knows_the_account_and_a_wrong_password(outlet: Outlet, server: DataServer) -> None:
    steps = list(connector_for(outlet).examine())
    assert not [step for step in steps if step.outcome == FAILED]
    assert any(f"We post as {HANDLE}" in step.sentence for step in steps)
    outlet.secret = "aaaa-bbbb-cccc-dddd"
    assert list(connector_for(outlet).examine())[-1].outcome == FAILED
    assert server.posts() == []
