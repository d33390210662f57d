"""Messages that arrive at the same moment, each in a connection of its own: on SQLite they queue, on PostgreSQL they meet."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from wagtail.models import Page

from home.models import Author, StubPage
from syndication.models import Edition, Message, Outlet, Received
from tests import factories as make
from tests.syndication.test_inbox import page, send, version

AT_ONCE = 6


@pytest.fixture(autouse=True)
def house(transactional_db: None) -> None:
    """A front page, for a test that commits leaves none behind."""
    make.front_page()


def together(*acts: Callable[[], Any]) -> list[Any]:
    """What the acts return when all begin at the same moment."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            barrier.wait(10)
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_many_versions_at_once_the_newest_stands() -> None:
    sender = make.sender()
    answers = together(*(lambda n=number: send(sender, "updated", version(n)) for number in range(1, AT_ONCE + 1)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["url"] for answer in answers}) == 1
    assert f"Version {AT_ONCE} opens." in page().excerpt and page().live
    assert f"Version {AT_ONCE} opens." in Edition.objects.get(current=True).story.excerpt_html
    assert Received.objects.get().version == AT_ONCE and Message.objects.count() == AT_ONCE


def test_repeats_at_once_are_obeyed_once() -> None:
    sender, key = make.sender(), uuid4()
    answers = together(*([lambda: send(sender, "published", version(1), key=key)] * AT_ONCE))
    assert {answer.status_code for answer in answers} == {200}
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert StubPage.objects.count() == 1 and page().revisions.count() == 1 and Message.objects.count() == 1


def test_a_withdrawal_and_an_older_version_at_once_end_withdrawn() -> None:
    sender = make.sender()
    send(sender, "published", version(1))
    answers = together(lambda: send(sender, "withdrawn", version(3)), lambda: send(sender, "updated", version(2)))
    assert {answer.status_code for answer in answers} == {200}
    assert not page().live and Received.objects.get().state == "withdrawn"


def test_many_pieces_of_two_senders_at_once_stand_side_by_side() -> None:
    """Each is added under the same section, signed by the same stranger, from a site that is no outlet yet."""
    senders = [make.sender(), make.sender("Another", website="https://www.home.example/")]
    acts = [
        lambda n=number: send(senders[n % 2], "published", version(1, uid=uuid4(), url=f"https://home.example/{n}/"))
        for number in range(AT_ONCE)
    ]
    assert {answer.status_code for answer in together(*acts)} == {200}
    assert StubPage.objects.live().count() == AT_ONCE
    assert Author.objects.count() == 1 and Outlet.objects.count() == 1
    assert Page.find_problems() == ([], [], [], [], [])
