"""Posts on Bluesky, against a data server on loopback."""

import io
import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from syndication import http
from syndication.connectors import CONNECTORS
from syndication.connectors.base import Access, Receipt
from syndication.connectors.bluesky import NO_THUMB, SHOWS_THE_OLD, Bluesky, name_of
from syndication.connectors.posts import graphemes
from syndication.contract import Contract
from syndication.credentials import Secret
from syndication.errors import Permanent, Refused, Transient, Uncertain
from syndication.http.probe import FAILED, OK
from syndication.story import Picture, Story
from tests import factories as make
from tests.fakes.social import APP_PASSWORD, BlueskyServer

KEY = UUID("0d1f8a5c-3f52-4f54-9a38-0d5c3c1f7f10")


@pytest.fixture
def server(visitable: Callable[..., Any]) -> BlueskyServer:
    return visitable(BlueskyServer())


def speaking(server: BlueskyServer, password: str = APP_PASSWORD) -> Bluesky:
    return Bluesky(Access("Bluesky", server.url(), Contract(), lambda: Secret(password), BlueskyServer.account))


@pytest.fixture
def bluesky(server: BlueskyServer) -> Bluesky:
    return speaking(server)


@pytest.fixture
def picture() -> Iterator[Picture]:
    noise = io.BytesIO()
    Image.effect_noise((1500, 1000), 90).convert("RGBA").save(noise, "PNG")
    name = default_storage.save("images/lamp.png", ContentFile(noise.getvalue()))
    yield make.picture(url=f"https://home.example{default_storage.url(name)}", mime="image/png")
    default_storage.delete(name)


def post(server: BlueskyServer) -> dict[str, Any]:
    (record,) = server.posts.values()
    return record


def test_the_table_of_contents_knows_it_as_one_that_announces_and_may_be_repeated() -> None:
    assert CONNECTORS["bluesky"] is Bluesky
    assert Bluesky.announces and Bluesky.idempotent


def test_a_post_says_headline_and_standfirst_and_its_card_links_to_the_canonical_page(
    bluesky: Bluesky, server: BlueskyServer
) -> None:
    story = make.story(headline="A harbour without ships", standfirst="They left in the night.", language="en-gb")
    receipt = bluesky.publish(story, KEY)
    record = post(server)
    assert record["$type"] == "app.bsky.feed.post" and record["langs"] == ["en-gb"]
    assert record["text"].startswith("A harbour without ships\n\nThey left in the night.\n\nhome.example/reviews/")
    card = record["embed"]["external"]
    assert (card["uri"], card["title"]) == (story.canonical.url, "A harbour without ships")
    assert card["description"] == "A harbour without ships." and "thumb" not in card
    name = name_of(story.uid)
    assert receipt.id == f"at://{server.did}/app.bsky.feed.post/{name}"
    assert receipt.url == f"https://bsky.app/profile/{server.account}/post/{name}"


@pytest.mark.parametrize("headline", ["Ships", "مرفأ بلا سفن", "👨‍👩‍👧‍👦 come home 🇸🇨", "Ünïcödé", "x" * 400])
def test_the_link_is_marked_by_the_bytes_it_stands_at(headline: str, bluesky: Bluesky, server: BlueskyServer) -> None:
    story = make.story(headline=headline, url=f"https://www.home.example/reviews/{'long-' * 20}slug/")
    bluesky.publish(story, KEY)
    (facet,) = post(server)["facets"]
    marked = post(server)["text"].encode()[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode()
    assert marked.startswith("home.example/reviews/long-") and marked.endswith("…")
    assert facet["features"] == [{"$type": "app.bsky.richtext.facet#link", "uri": story.canonical.url}]


def test_a_post_has_at_most_300_letters_as_readers_count_them(bluesky: Bluesky, server: BlueskyServer) -> None:
    bluesky.publish(make.story(headline="👨‍👩‍👧‍👦" * 100, standfirst="A long, long tale. " * 50), KEY)
    assert 300 >= len(graphemes(post(server)["text"])) > 100
    server.posts.clear()
    bluesky.publish(make.story(standfirst="A long, long tale. " * 50), KEY)
    assert 300 >= len(graphemes(post(server)["text"])) > 250


def test_a_post_has_at_most_3000_bytes(bluesky: Bluesky, server: BlueskyServer) -> None:
    bluesky.publish(make.story(headline="👨‍👩‍👧‍👦" * 300), KEY)
    assert 3000 >= len(post(server)["text"].encode()) > 1500


def test_a_repeat_replaces_and_never_doubles(bluesky: Bluesky, server: BlueskyServer) -> None:
    story = make.story()
    server.next(server._answer)
    server.lose_answer()
    with pytest.raises(Uncertain):
        bluesky.publish(story, KEY)
    bluesky.publish(story, KEY)
    assert len(server.posts) == server.created == 1


def test_the_name_of_a_post_follows_from_the_piece_alone_and_tells_a_time_that_is_over() -> None:
    letters = "234567abcdefghijklmnopqrstuvwxyz"
    names = {uid: name_of(uid) for uid in (uuid4() for _number in range(300))}
    assert len(set(names.values())) == 300 and all(name_of(uid) == name for uid, name in names.items())
    for name in names.values():
        number = 0
        for letter in name:
            number = number * 32 + letters.index(letter)
        assert 1104537600 < (number >> 10) / 1e6 < 1704067200 and len(name) == 13


def test_find_looks_by_name(bluesky: Bluesky, server: BlueskyServer) -> None:
    story = make.story()
    assert bluesky.find(story) is None
    receipt = bluesky.publish(story, KEY)
    assert bluesky.find(story) == receipt


# --- changes ----------------------------------------------------------------------------------------------------------


def renamed(story: Story) -> Story:
    return story.model_copy(update={"headline": "No ships"})


def test_an_update_replaces_the_record_keeps_its_date_and_says_what_apps_show(bluesky: Bluesky, server: BlueskyServer) -> None:
    story = make.story()
    receipt = bluesky.publish(story, KEY)
    date = post(server)["createdAt"]
    again = bluesky.update(renamed(story), receipt, uuid4())
    assert post(server)["text"].startswith("No ships") and post(server)["createdAt"] == date
    assert again.warnings == (SHOWS_THE_OLD,) and again.id == receipt.id


def test_an_update_that_changes_nothing_in_the_post_warns_of_nothing(bluesky: Bluesky) -> None:
    story = make.story()
    receipt = bluesky.publish(story, KEY)
    assert bluesky.update(story.model_copy(update={"body_html": "<p>Another end.</p>"}), receipt, uuid4()).warnings == ()


def test_an_edit_made_there_is_replaced_and_told(bluesky: Bluesky, server: BlueskyServer) -> None:
    story = make.story()
    receipt = bluesky.publish(story, KEY)
    post(server)["text"] = "Somebody else's words"
    again = bluesky.update(story, receipt, uuid4())
    assert "Somebody else" not in post(server)["text"]
    assert "changed the copy" in again.warnings[0]
    assert bluesky.update(story, again, uuid4()).warnings == ()


@pytest.mark.parametrize(
    "answer",
    [(400, {"error": "InvalidRequest", "message": "Could not locate record: at://x"}), (404, {"error": "RecordNotFound"})],
)
def test_a_post_deleted_there_is_posted_anew(answer: tuple[int, Any], bluesky: Bluesky, server: BlueskyServer) -> None:
    story = make.story()
    receipt = bluesky.publish(story, KEY)
    server.posts.clear()
    server.next(server._answer, lambda visit: visit.reply_json(answer[1], answer[0]))
    again = bluesky.update(story, receipt, uuid4())
    assert len(server.posts) == 1 and again.warnings == ()


def test_a_withdrawal_deletes_the_post_and_what_is_gone_is_gone(bluesky: Bluesky, server: BlueskyServer) -> None:
    story = make.story()
    receipt = bluesky.publish(story, KEY)
    for given in (receipt, receipt, Receipt()):
        assert bluesky.withdraw(story, given, uuid4()) == Receipt()
    assert server.posts == {}


# --- the picture of the card ------------------------------------------------------------------------------------------


def test_the_picture_of_the_card_is_made_small_and_uploaded_once(
    bluesky: Bluesky, server: BlueskyServer, picture: Picture
) -> None:
    story = make.story(share_image=picture)
    receipt = bluesky.publish(story, KEY)
    (blob,) = server.blobs
    assert len(blob) <= 1_000_000 and max(Image.open(io.BytesIO(blob)).size) == 1200
    assert post(server)["embed"]["external"]["thumb"]["ref"] == {"$link": "bafkrei1"}
    kept = Receipt(receipt.id, receipt.url, json.loads(json.dumps(dict(receipt.memory))))
    bluesky.update(renamed(story), kept, uuid4())
    assert len(server.blobs) == 1 and "thumb" in post(server)["embed"]["external"]


def test_after_a_withdrawal_the_picture_is_uploaded_anew(bluesky: Bluesky, server: BlueskyServer, picture: Picture) -> None:
    story = make.story(share_image=picture)
    receipt = bluesky.publish(story, KEY)
    bluesky.withdraw(story, receipt, uuid4())
    bluesky.update(story, receipt, uuid4())
    assert len(server.blobs) == 2, "theirs went with the post"


def test_a_picture_that_is_gone_never_keeps_a_piece_from_going_out(bluesky: Bluesky, server: BlueskyServer) -> None:
    lost = make.picture(url="https://home.example/media/images/lost.jpg")
    (warning,) = bluesky.publish(make.story(share_image=lost), KEY).warnings
    assert "picture" in warning and "thumb" not in post(server)["embed"]["external"]


def test_a_file_that_is_no_picture_never_keeps_a_piece_from_going_out(bluesky: Bluesky, server: BlueskyServer) -> None:
    name = default_storage.save("images/text.jpg", ContentFile(b"no picture at all"))
    broken = make.picture(url=f"https://home.example{default_storage.url(name)}")
    (warning,) = bluesky.publish(make.story(lead_image=broken), KEY).warnings
    assert "small enough" in warning and len(server.posts) == 1
    default_storage.delete(name)


@pytest.mark.parametrize("behaviour", ["status/413", "status/500", "reset", "login_page"])
def test_an_upload_that_fails_never_keeps_a_piece_from_going_out(
    behaviour: str, bluesky: Bluesky, server: BlueskyServer, picture: Picture
) -> None:
    server.next(server._answer, f"/{behaviour}")
    assert bluesky.publish(make.story(share_image=picture), KEY).warnings == (NO_THUMB,)
    assert len(server.posts) == 1


# --- trouble ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        ("status/401", Refused),
        ("status/403", Refused),
        ("status/400", Permanent),
        ("status/500", Uncertain),
        ("slow_down/30", Transient),
        ("reset", Uncertain),
        ("garbage", Uncertain),
        ("login_page", Uncertain),
        ("huge_body", Uncertain),
        ("redirect/302?to=http://10.0.0.1/", Permanent),
    ],
)
def test_trouble_with_a_post_is_sorted(behaviour: str, error: type[Exception], bluesky: Bluesky, server: BlueskyServer) -> None:
    server.next(server._answer, behaviour)
    with pytest.raises(error) as caught:
        bluesky.publish(make.story(), KEY)
    assert type(caught.value) is error


def test_a_wrong_password_is_refused_with_what_bluesky_says(server: BlueskyServer) -> None:
    with pytest.raises(Refused) as caught:
        speaking(server, "aaaa-bbbb-cccc-dddd").publish(make.story(), KEY)
    assert "aaaa-bbbb" not in f"{caught.value} {caught.value.detail}"


def test_two_writers_at_the_same_moment_try_again(bluesky: Bluesky, server: BlueskyServer) -> None:
    server.next(server._answer, lambda visit: visit.reply_json({"error": "ConcurrentWrites"}, 400))
    with pytest.raises(Transient, match="same moment"):
        bluesky.publish(make.story(), KEY)


def test_what_bluesky_objects_to_is_in_the_detail(bluesky: Bluesky, server: BlueskyServer) -> None:
    server.next(server._answer, lambda visit: visit.reply_json({"error": "InvalidRecord", "message": "too long"}, 400))
    with pytest.raises(Permanent) as caught:
        bluesky.publish(make.story(), KEY)
    assert "InvalidRecord too long" in caught.value.detail


@pytest.mark.parametrize(("ahead", "least", "most"), [(600, 500, 600), (-600, 0, 0), (86400, 21600, 21600)])
def test_the_limit_of_requests_is_waited_for(
    ahead: int, least: float, most: float, bluesky: Bluesky, server: BlueskyServer
) -> None:
    moment = str(int(time.time()) + ahead)
    server.next(lambda visit: visit.reply_json({"error": "RateLimitExceeded"}, 429, ratelimit_reset=moment))
    with pytest.raises(Transient) as caught:
        bluesky.publish(make.story(), KEY)
    assert caught.value.retry_after is not None and least <= caught.value.retry_after <= most


def test_a_wait_that_is_asked_for_outright_is_heeded(bluesky: Bluesky, server: BlueskyServer) -> None:
    server.next("slow_down/30")
    with pytest.raises(Transient) as caught:
        bluesky.publish(make.story(), KEY)
    assert caught.value.retry_after == 30


def test_a_limit_without_a_moment_waits_as_we_usually_do(bluesky: Bluesky, server: BlueskyServer) -> None:
    server.next(lambda visit: visit.reply_json({"error": "RateLimitExceeded"}, 429, ratelimit_reset="soon"))
    with pytest.raises(Transient) as caught:
        bluesky.publish(make.story(), KEY)
    assert caught.value.retry_after is None


def test_no_session_stands_in_the_transcript(bluesky: Bluesky, server: BlueskyServer) -> None:
    with http.recorded() as wire:
        bluesky.publish(make.story(), KEY)
    told = "\n".join(wire)
    assert "putRecord" in told
    assert server.token not in told and APP_PASSWORD not in told


def test_a_test_names_the_account(bluesky: Bluesky) -> None:
    step = next(bluesky.greet())
    assert step.outcome == OK and "harbour.bsky.social" in step.sentence


@pytest.mark.parametrize(("behaviour", "outcome"), [("status/401", FAILED), ("slow_down/30", FAILED), ("login_page", FAILED)])
def test_a_test_that_fails_says_why_and_ends(behaviour: str, outcome: str, bluesky: Bluesky, server: BlueskyServer) -> None:
    server.next(behaviour)
    (step,) = bluesky.greet()
    assert step.outcome == outcome and APP_PASSWORD not in step.detail


@pytest.mark.parametrize("password", ["hunter2", "", "ABCD-EFGH-IJKL-MNOP", "abcd-efgh-ijkl", "abcd efgh ijkl mnop"])
def test_only_an_app_password_is_taken(password: str) -> None:
    with pytest.raises(ValueError, match="app password"):
        Bluesky.check_secret(password)
    Bluesky.check_secret(APP_PASSWORD)


@pytest.mark.parametrize("account", ["@harbour.bsky.social", "harbour", "", "harbour bsky social", "-x.example"])
def test_a_handle_has_dots_and_no_at(account: str) -> None:
    with pytest.raises(ValueError, match="handle"):
        Bluesky.check_account(account)


@pytest.mark.parametrize("account", ["harbour.bsky.social", "home.example", "did:plc:harbour234567"])
def test_handles_and_dids_are_taken(account: str) -> None:
    Bluesky.check_account(account)
