"""Posts on Mastodon, against a server on loopback."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from syndication.connectors import CONNECTORS
from syndication.connectors.base import Access, Receipt
from syndication.connectors.mastodon import Mastodon
from syndication.connectors.warnings import made_anew
from syndication.contract import Contract
from syndication.credentials import Secret
from syndication.errors import Permanent, Refused, Transient, Uncertain
from syndication.http.probe import FAILED, OK
from syndication.story import Canonical
from tests import factories as make
from tests.fakes.social import TOKEN, MastodonServer

KEY = UUID("0d1f8a5c-3f52-4f54-9a38-0d5c3c1f7f10")


@pytest.fixture
def server(visitable: Callable[..., Any]) -> MastodonServer:
    return visitable(MastodonServer())


def speaking(server: MastodonServer, token: str = TOKEN) -> Mastodon:
    return Mastodon(Access("Fediverse", server.url(), Contract(), lambda: Secret(token)))


@pytest.fixture
def mastodon(server: MastodonServer) -> Mastodon:
    return speaking(server)


def test_the_table_of_contents_knows_it_as_one_that_announces() -> None:
    assert CONNECTORS["mastodon"] is Mastodon
    assert Mastodon.announces and not Mastodon.idempotent


def test_a_post_says_headline_and_standfirst_and_links_to_the_canonical_page(mastodon: Mastodon, server: MastodonServer) -> None:
    story = make.story(headline="A harbour without ships", standfirst="They left in the night.", language="en-gb")
    receipt = mastodon.publish(story, KEY)
    (post,) = server.posts.values()
    assert post["text"] == f"A harbour without ships\n\nThey left in the night.\n\n{story.canonical.url}"
    assert (post["language"], post["visibility"]) == ("en", "public")
    assert (receipt.id, receipt.url, receipt.warnings) == ("101", server.url("/@harbour/101"), ())


def test_a_stub_links_to_where_its_full_text_is(mastodon: Mastodon, server: MastodonServer) -> None:
    mastodon.publish(make.story(canonical=Canonical(url="https://outlet.example/pieces/1", policy="outlet")), KEY)
    assert server.posts["101"]["text"].endswith("\n\nhttps://outlet.example/pieces/1")


def test_the_same_key_twice_is_one_post(mastodon: Mastodon, server: MastodonServer) -> None:
    story = make.story()
    assert mastodon.publish(story, KEY) == mastodon.publish(story, KEY)
    assert server.created == 1


def test_after_a_lost_answer_the_post_is_found_though_the_key_is_forgotten(mastodon: Mastodon, server: MastodonServer) -> None:
    story = make.story()
    server.next(server._answer)
    server.lose_answer()
    with pytest.raises(Uncertain):
        mastodon.publish(story, KEY)
    server.age()
    for _other in range(60):
        mastodon.publish(make.story(), uuid4())
    found = mastodon.find(story)
    assert found is not None and found.id == "101"
    assert mastodon.find(make.story()) is None


def test_a_post_that_only_begins_with_our_link_is_not_ours(mastodon: Mastodon) -> None:
    story = make.story(url="https://home.example/reviews/ships/")
    mastodon.publish(make.story(url="https://home.example/reviews/ships/two/"), KEY)
    assert mastodon.find(story) is None


def test_the_server_says_how_long_a_post_may_be(mastodon: Mastodon, server: MastodonServer) -> None:
    server.limit = 140
    story = make.story(headline="A harbour without ships", standfirst="A long tale. " * 60)
    mastodon.publish(story, KEY)
    text = server.posts["101"]["text"].removesuffix(story.canonical.url)
    assert text.startswith("A harbour without ships\n\nA long tale.") and text.endswith("…\n\n")
    assert len(text) + 23 <= 140


@pytest.mark.parametrize("answer", [{}, [], {"configuration": None}, {"configuration": {"statuses": {"max_characters": "many"}}}])
def test_a_server_that_does_not_say_gets_at_most_500(answer: Any, mastodon: Mastodon, server: MastodonServer) -> None:
    server.routes["/api/v2/instance"] = lambda visit: visit.reply_json(answer)
    mastodon.publish(make.story(standfirst="A long tale. " * 60), KEY)
    assert 400 < len(server.posts["101"]["text"]) < 550


def test_a_server_of_another_kind_without_that_page_gets_at_most_500(mastodon: Mastodon, server: MastodonServer) -> None:
    server.routes["/api/v2/instance"] = lambda visit: visit.reply(404, b"no such page")
    mastodon.publish(make.story(standfirst="A long tale. " * 60), KEY)
    assert 400 < len(server.posts["101"]["text"]) < 550


def test_no_headline_calls_anybody(mastodon: Mastodon, server: MastodonServer) -> None:
    mastodon.publish(make.story(headline="Why @everyone writes to ada@home.example"), KEY)
    assert "@e" not in server.posts["101"]["text"] and "@h" not in server.posts["101"]["text"]


def test_an_update_edits_the_post(mastodon: Mastodon, server: MastodonServer) -> None:
    story = make.story(headline="Ships")
    receipt = mastodon.publish(story, KEY)
    renamed = story.model_copy(update={"headline": "No ships"})
    again = mastodon.update(renamed, receipt, uuid4())
    assert server.posts["101"]["text"].startswith("No ships") and server.created == 1
    assert (again.id, again.warnings) == ("101", ())
    assert mastodon.update(renamed, again, uuid4()).warnings == (), "our own edit is not theirs"


def test_a_correction_edits_the_post(mastodon: Mastodon, server: MastodonServer) -> None:
    story = make.story(headline="Ships")
    receipt = mastodon.publish(story, KEY)
    mastodon.correct(story.model_copy(update={"headline": "No ships"}), receipt, uuid4())
    assert server.posts["101"]["text"].startswith("No ships")


def test_an_edit_made_there_is_replaced_and_told_with_its_date(mastodon: Mastodon, server: MastodonServer) -> None:
    story = make.story()
    receipt = mastodon.publish(story, KEY)
    server.reword("101", "Somebody else's words")
    again = mastodon.update(story, receipt, uuid4())
    assert "Somebody else" not in server.posts["101"]["text"]
    (warning,) = again.warnings
    assert "on 1 March 2026" in warning and "replaced theirs" in warning
    assert mastodon.update(story, again, uuid4()).warnings == (), "told once"


@pytest.mark.parametrize("gone", [404, 410])
def test_a_post_deleted_there_is_posted_anew_at_the_next_update(gone: int, mastodon: Mastodon, server: MastodonServer) -> None:
    story = make.story()
    receipt = mastodon.publish(story, KEY)
    server.posts.clear()
    server.next(f"status/{gone}")
    again = mastodon.update(story, receipt, uuid4())
    assert again.id == "102" and again.warnings == (made_anew(),)


def test_an_update_without_a_receipt_posts(mastodon: Mastodon, server: MastodonServer) -> None:
    assert mastodon.update(make.story(), Receipt(), KEY).id == "101"


def test_a_withdrawal_deletes_the_post_and_what_is_gone_is_gone(mastodon: Mastodon, server: MastodonServer) -> None:
    receipt = mastodon.publish(make.story(), KEY)
    assert mastodon.withdraw(make.story(), receipt, uuid4()) == Receipt()
    assert server.posts == {}
    assert mastodon.withdraw(make.story(), receipt, uuid4()) == Receipt()
    assert mastodon.withdraw(make.story(), Receipt(), uuid4()) == Receipt()


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        ("status/401", Refused),
        ("status/403", Refused),
        ("status/422", Permanent),
        ("slow_down/30", Transient),
        ("status/500", Uncertain),
        ("reset", Uncertain),
        ("garbage", Uncertain),
        ("login_page", Uncertain),
        ("huge_body", Uncertain),
        ("redirect/302?to=http://10.0.0.1/", Permanent),
    ],
)
def test_trouble_with_a_post_is_sorted(
    behaviour: str, error: type[Exception], mastodon: Mastodon, server: MastodonServer
) -> None:
    server.next(server._answer, behaviour)
    with pytest.raises(error) as caught:
        mastodon.publish(make.story(), KEY)
    assert type(caught.value) is error
    assert TOKEN not in f"{caught.value} {caught.value.detail}"  # type: ignore[attr-defined]


def test_an_answer_without_a_number_is_uncertain(mastodon: Mastodon, server: MastodonServer) -> None:
    server.next(server._answer, lambda visit: visit.reply_json({"ok": True}))
    with pytest.raises(Uncertain, match="number of our post"):
        mastodon.publish(make.story(), KEY)


def test_a_test_names_the_account(mastodon: Mastodon) -> None:
    steps = list(mastodon.greet())
    assert steps[0].outcome == OK and "@harbour" in steps[0].sentence


def test_a_test_with_a_wrong_token_says_so(server: MastodonServer) -> None:
    (step,) = speaking(server, "x" * 32).greet()
    assert step.outcome == FAILED and "credentials" in step.sentence


@pytest.mark.parametrize("token", ["short", "with a space in the middle of it", "schlüssel-mit-umlaut-äöü-lang", ""])
def test_what_can_be_no_token_is_refused_at_the_form(token: str) -> None:
    with pytest.raises(ValueError, match="Copy it whole"):
        Mastodon.check_secret(token)
    Mastodon.check_secret(TOKEN)
