"""IndexNow beyond the contract suite: what it says, and the key that everybody may read."""

import pytest
from django.test import Client

from syndication.connectors.indexnow import IndexNow
from syndication.errors import Refused
from syndication.story import Story
from tests import factories as make
from tests.connectors.conftest import Engine
from tests.connectors.fakes.indexnow import FakeIndexNow

pytestmark = pytest.mark.parametrize("kind", ["indexnow"], indirect=True)


def test_each_change_names_the_page_once_more(engine: Engine, fake: FakeIndexNow, story: Story) -> None:
    engine.publish(story)
    engine.publish(story.model_copy(update={"headline": "Later"}))
    engine.withdraw(story)
    assert [copy.url for copy in fake.copies] == [story.url]
    assert len(fake.partner.requests) == 3


def test_an_engine_that_finds_no_key_holds_the_outlet_and_says_where_the_key_must_be(engine: Engine, story: Story) -> None:
    engine.outlet.account = "another-key"
    with pytest.raises(Refused, match=r"/KEY\.txt"):
        engine.publish(story)


@pytest.mark.parametrize("wrong", ["short", "with space", "ключ-ключ", "x" * 129, "../robots"])
def test_a_key_that_the_protocol_does_not_allow_is_refused_on_the_form(kind: str, wrong: str) -> None:
    with pytest.raises(ValueError, match="8 to 128 letters"):
        IndexNow.check_account(wrong)


@pytest.mark.django_db
def test_our_site_shows_the_key_of_its_outlet_and_no_other(kind: str, client: Client) -> None:
    make.outlet("Engines", kind=kind, account="0d1f8a5c-harbour")
    make.outlet("Lantern", account="not-a-key-of-engines")
    answer = client.get("/0d1f8a5c-harbour.txt")
    assert (answer.status_code, answer.content, answer["content-type"]) == (200, b"0d1f8a5c-harbour", "text/plain")
    assert client.get("/not-a-key-of-engines.txt").status_code == 404
