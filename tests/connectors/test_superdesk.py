"""Superdesk: items, versions, pictures and signatures as its own HTTP push makes them. The suite holds it to the contract."""

import hashlib
import hmac
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from syndication.connectors.superdesk import Superdesk
from syndication.contract import Contract
from syndication.errors import Refused, Transient
from syndication.http.probe import AUTHENTICATION, FAILED, OK, WARNING
from syndication.renderers import ninjs1
from syndication.story import Correction, Licence, Named, Person, Picture, Story
from tests import factories as make
from tests.connectors.conftest import Engine
from tests.connectors.fakes.superdesk import FakeSuperdesk
from tests.fakes.partner import Partner

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def newsroom(partner: Partner) -> FakeSuperdesk:
    return FakeSuperdesk(partner)


@pytest.fixture
def engine(newsroom: FakeSuperdesk) -> Engine:
    return Engine(newsroom.outlet())


def item(newsroom: FakeSuperdesk) -> dict[str, Any]:
    """The one item there."""
    (copy,) = newsroom.copies
    return copy.facts


# --- the item -----------------------------------------------------------------------------------------------------------------


def test_an_item_says_in_their_dialect_what_the_story_says() -> None:
    story = make.story(
        url="https://home.example/reviews/the-lamps/",
        headline="The harbour of lamps",
        standfirst="A night walk & a day's work.",
        authors=(Person(name="Ada Lovelace", url="https://home.example/ada/", x="@ada"), Person(name="Mary Somerville")),
        topics=(Named(name="Night Ships"),),
        licence=Licence(name="CC BY 4.0", url="https://licence.example/by"),
        word_count=700,
    )
    told = ninjs1.item(story, Contract(attribution="First published in The Harbour Review", noindex=True), 3, NOW)
    assert told["guid"] == f"urn:uuid:{story.uid}"
    assert (told["version"], told["type"], told["pubstatus"]) == ("3", "text", "usable")
    assert (told["headline"], told["slugline"], told["language"]) == ("The harbour of lamps", "the-lamps", "en-gb")
    assert told["byline"] == "Ada Lovelace, Mary Somerville"
    assert told["authors"] == [
        {"name": "Ada Lovelace", "role": "writer", "uri": "https://home.example/ada/", "twitter": "ada"},
        {"name": "Mary Somerville", "role": "writer"},
    ]
    assert told["description_text"] == "A night walk & a day's work."
    assert told["description_html"] == "<p>A night walk &amp; a day&#x27;s work.</p>"
    assert told["firstpublished"] == "2018-05-30T09:00:00+0000" and told["versioncreated"] == "2026-03-01T12:00:00+0000"
    assert (told["service"], told["subject"]) == (
        [{"name": "Reviews", "code": "reviews"}],
        [{"name": "Night Ships", "code": "night-ships"}],
    )
    assert told["keywords"] == ["Night Ships"]
    assert (told["wordcount"], told["readtime"]) == (700, 3)
    assert told["source"] == told["copyrightholder"] == "The Harbour Review"
    assert told["extra"] == {
        "canonical_url": story.canonical.url,
        "robots": "noindex, follow",
        "attribution": "First published in The Harbour Review",
    }
    assert told["altids"]["canonical"] == story.canonical.url
    assert "as the canonical link of the page" in told["usageterms"] and "CC BY 4.0" in told["usageterms"]
    assert f'<a href="{story.canonical.url}">' in told["body_html"]
    json.dumps(told)


def test_what_is_empty_is_left_out() -> None:
    bare = make.story(authors=(), description="", excerpt_html="", body_html="", section=None, word_count=0)
    told = ninjs1.item(bare, Contract(canonical=False, link=False), 1, NOW)
    assert not {
        "byline",
        "authors",
        "description_text",
        "service",
        "subject",
        "extra",
        "usageterms",
        "associations",
        "readtime",
    } & set(told)


def test_a_kill_has_no_text_and_no_picture_and_says_so_to_the_desk() -> None:
    told = ninjs1.item(make.story(lead_image=make.picture()), Contract(), 4, NOW, status=ninjs1.CANCELED)
    assert told["pubstatus"] == "canceled" and "body_html" not in told and "associations" not in told
    assert told["ednote"].startswith("KILL")


def test_a_correction_is_told_to_the_desk_and_to_readers() -> None:
    told = ninjs1.item(make.story(corrections=(Correction(at=date(2026, 5, 1), text="The ship was blue."),)), Contract(), 2, NOW)
    assert told["ednote"] == "CORRECTION, 2026-05-01: The ship was blue." and "The ship was blue." in told["body_html"]


def test_a_picture_travels_with_its_four_facts() -> None:
    picture = make.picture(alt="A lamp", caption="The lamp at night", credit="Photo: M. S.", licence=Licence(name="CC BY 4.0"))
    told = ninjs1.item(make.story(lead_image=picture), Contract(), 1, NOW, media="7.jpg")["associations"]["featuremedia"]
    assert (told["type"], told["body_text"], told["description_text"]) == ("picture", "A lamp", "The lamp at night")
    assert (told["byline"], told["usageterms"]) == ("Photo: M. S.", "CC BY 4.0")
    assert told["renditions"]["original"] == {
        "href": picture.url,
        "width": 1200,
        "height": 630,
        "mimetype": "image/jpeg",
        "media": "7.jpg",
    }


# --- the push -----------------------------------------------------------------------------------------------------------------


def test_the_signature_is_made_over_the_very_bytes(engine: Engine, partner: Partner, story: Story) -> None:
    engine.publish(story.model_copy(update={"headline": "مرفأ بلا سفن"}))
    (request,) = partner.requests
    mac = hmac.new(FakeSuperdesk.secret.encode(), request.body, hashlib.sha1).hexdigest()
    assert request.headers["x-superdesk-signature"] == f"sha1={mac}"
    assert "مرفأ".encode() in request.body, "not escaped"


def test_versions_rise_whatever_happens_and_follow_ours(engine: Engine, newsroom: FakeSuperdesk, story: Story) -> None:
    engine.publish(story.model_copy(update={"version": 3}))
    assert item(newsroom)["version"] == "3"
    engine.withdraw(story.model_copy(update={"version": 3}))
    assert (item(newsroom)["version"], item(newsroom)["pubstatus"]) == ("4", "canceled")
    engine.publish(story.model_copy(update={"version": 4}))
    assert (item(newsroom)["version"], item(newsroom)["pubstatus"]) == ("5", "usable")
    engine.publish(story.model_copy(update={"version": 9, "headline": "Again"}))
    assert item(newsroom)["version"] == "9"


def test_a_repeat_after_a_lost_answer_has_the_same_version(engine: Engine, newsroom: FakeSuperdesk, story: Story) -> None:
    engine.publish(story.model_copy(update={"version": 3}))
    engine.forget()
    engine.publish(story.model_copy(update={"version": 3}))
    assert item(newsroom)["version"] == "3"


def test_the_picture_goes_before_the_item_and_once(
    engine: Engine, newsroom: FakeSuperdesk, partner: Partner, story: Story, picture: Picture
) -> None:
    story = story.model_copy(update={"lead_image": picture})
    engine.publish(story)
    told = [(request.method, request.path.rpartition("/")[0] or request.path) for request in partner.requests]
    assert told == [("GET", "/push_binary"), ("POST", "/push_binary"), ("POST", "/push")]
    (name,) = newsroom.media
    assert item(newsroom)["associations"]["featuremedia"]["renditions"]["original"]["media"] == name
    partner.requests.clear()
    engine.publish(story.model_copy(update={"headline": "Again"}))
    assert [request.method for request in partner.requests] == ["POST"]


def test_a_picture_they_have_already_is_not_sent_again(
    engine: Engine, newsroom: FakeSuperdesk, partner: Partner, story: Story, picture: Picture
) -> None:
    story = story.model_copy(update={"lead_image": picture})
    engine.publish(story)
    engine.forget()
    partner.requests.clear()
    engine.publish(story)
    assert [request.method for request in partner.requests] == ["GET", "POST"]


@pytest.mark.parametrize("behaviour", ["status/404", "status/413", "status/500", "reset"])
def test_a_picture_that_is_refused_is_a_warning(
    behaviour: str, engine: Engine, newsroom: FakeSuperdesk, story: Story, picture: Picture
) -> None:
    newsroom.misbehave(behaviour, times=1, skip=1)
    receipt = engine.publish(story.model_copy(update={"lead_image": picture}))
    assert receipt.warnings[0].startswith("The piece went without its picture.")
    original = item(newsroom)["associations"]["featuremedia"]["renditions"]["original"]
    assert "media" not in original and original["href"] == picture.url, "they may fetch it from us"


@pytest.mark.parametrize(("behaviour", "error"), [("status/403", Refused), ("slow_down/30", Transient)])
def test_a_refusal_at_the_picture_is_one_of_the_whole_piece(
    behaviour: str, error: type[Exception], engine: Engine, newsroom: FakeSuperdesk, story: Story, picture: Picture
) -> None:
    newsroom.misbehave(behaviour, times=1, skip=1)
    with pytest.raises(error):
        engine.publish(story.model_copy(update={"lead_image": picture}))
    assert newsroom.copies == []


@pytest.mark.parametrize(
    ("endpoint", "assets"),
    [
        ("https://publisher.example/api/v2/content/push", "https://publisher.example/api/v2/assets/push"),
        ("https://publisher.example/api/v1/content/push/", "https://publisher.example/api/v1/assets/push"),
        ("https://newsroom.example/push", "https://newsroom.example/push_binary"),
        ("https://other.example/in/items", "https://other.example/in/assets"),
        ("https://other.example/items?tenant=7", "https://other.example/assets"),
    ],
)
def test_pictures_go_to_the_place_beside_the_endpoint(endpoint: str, assets: str, newsroom: FakeSuperdesk) -> None:
    connector = Engine(newsroom.outlet(endpoint=endpoint)).connector
    assert isinstance(connector, Superdesk) and connector._assets == assets


def test_an_outlet_that_tells_where_the_piece_stands_is_believed(engine: Engine, partner: Partner, story: Story) -> None:
    partner.next(lambda visit: visit.reply_json({"url": partner.url("/lamps")}, 201))
    assert engine.publish(story).url == partner.url("/lamps")


def test_an_answer_without_a_body_is_taken(engine: Engine, partner: Partner, story: Story) -> None:
    partner.next("status/204")
    assert engine.publish(story).id == f"urn:uuid:{story.uid}"


# --- the test of the connection -------------------------------------------------------------------------------------------------


def test_a_true_signature_is_told_from_a_false_one(engine: Engine, newsroom: FakeSuperdesk) -> None:
    steps = list(engine.connector.greet())
    assert steps[0].outcome == OK and "refuses a false one (403)" in steps[0].sentence
    assert newsroom.copies == []


def test_a_wrong_token_fails(newsroom: FakeSuperdesk) -> None:
    outlet = newsroom.outlet()
    outlet.secret = "another token"
    (step,) = Engine(outlet).connector.greet()
    assert (step.step, step.outcome) == (AUTHENTICATION, FAILED) and "(403)" in step.sentence


def test_who_checks_no_signature_is_warned_of(engine: Engine, newsroom: FakeSuperdesk) -> None:
    newsroom.misbehave("status/400")
    assert next(engine.connector.greet()).outcome == WARNING


@pytest.mark.parametrize(
    "behaviour", ["status/404", "status/405", "redirect/301?to=https://elsewhere.example/", "reset", "login_page"]
)
def test_where_nothing_takes_items_the_test_fails(behaviour: str, engine: Engine, newsroom: FakeSuperdesk) -> None:
    newsroom.misbehave(behaviour)
    (step,) = engine.connector.greet()
    assert step.outcome == FAILED and step.sentence.endswith(".")


def test_a_token_that_anybody_could_guess_is_refused_by_the_form() -> None:
    with pytest.raises(ValueError, match="shorter than 8"):
        Superdesk.check_secret("swordfi")
    Superdesk.check_secret("swordfish")
