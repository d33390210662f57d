"""Micropub: discovery, answers that come later, and servers that lack what others have. The suite holds it to the contract."""

from typing import Any

import pytest

from syndication import http
from syndication.connectors.micropub import Micropub
from syndication.errors import Permanent, Refused, Transient, Uncertain
from syndication.http.probe import FAILED, OK, WARNING
from syndication.story import Named, Picture, Story
from tests import factories as make
from tests.connectors.conftest import Engine
from tests.connectors.fakes.base import Copy
from tests.connectors.fakes.micropub import FakeMicropub
from tests.fakes.partner import Partner, named


@pytest.fixture
def site(partner: Partner) -> FakeMicropub:
    return FakeMicropub(partner)


@pytest.fixture
def engine(site: FakeMicropub) -> Engine:
    return Engine(site.outlet())


def changed(story: Story, **facts: Any) -> Story:
    return story.model_copy(update=facts)


# --- discovery ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "head"),
    [
        ('</micropub>; rel="micropub"', ""),
        ('</other>; rel="authorization_endpoint", </micropub>; rel="micropub"', '<link rel="micropub" href="/wrong">'),
        ("", '<link rel="me micropub" href="micropub">'),
        ("", '<link rel=micropub href="/micropub"><link rel=micropub href="/wrong">'),
    ],
)
def test_the_address_is_found_as_the_specification_says(
    link: str, head: str, engine: Engine, partner: Partner, site: FakeMicropub, story: Story
) -> None:
    page = f"<!doctype html><html><head>{head}</head></html>".encode()
    partner.routes["/"] = lambda visit: visit.reply(200, page, **({"link": link} if link else {}))
    engine.publish(story)
    assert partner.requests[-1].path == "/micropub" and len(site.copies) == 1


def test_it_is_found_where_redirects_end(partner: Partner, site: FakeMicropub, story: Story) -> None:
    partner.routes["/old"] = lambda visit: visit.reply(301, location="/")
    Engine(site.outlet(endpoint=partner.url("/old"))).publish(story)
    assert len(site.copies) == 1


def test_a_page_that_names_none_is_told_to_the_editor(engine: Engine, partner: Partner, story: Story) -> None:
    partner.routes["/"] = lambda visit: visit.reply(200, b"<!doctype html><title>Lantern</title>")
    with pytest.raises(Permanent, match="names no Micropub address. Enter the front page"):
        engine.publish(story)


def test_an_address_inside_is_not_visited_however_it_is_named(engine: Engine, partner: Partner, story: Story) -> None:
    partner.routes["/"] = lambda visit: visit.reply(200, b"", link='<http://10.0.0.1/micropub>; rel="micropub"')
    with pytest.raises(Permanent, match="We do not visit"):
        engine.publish(story)


def test_a_token_for_https_is_not_told_without_it(engine: Engine, site: FakeMicropub, monkeypatch: pytest.MonkeyPatch) -> None:
    page = http.Response(200, "https://lantern.example/", {"link": "<http://lantern.example/micropub>; rel=micropub"}, b"")
    monkeypatch.setattr(http, "fetch", lambda *args, **options: page)
    with pytest.raises(Permanent, match="without https"):
        Engine(site.outlet(endpoint="https://lantern.example/")).publish(make.story())


def test_text_from_right_to_left_keeps_its_direction(engine: Engine, site: FakeMicropub, story: Story) -> None:
    engine.publish(changed(story, direction="rtl", language="ar"))
    assert site.copies[0].facts["content"][0]["html"].startswith('<div dir="rtl" lang="ar">')


# --- an entry -----------------------------------------------------------------------------------------------------------------


def test_an_entry_says_what_the_story_says_with_every_value_in_a_list(
    engine: Engine, site: FakeMicropub, partner: Partner
) -> None:
    story = make.story(
        url="https://home.example/reviews/the-lamps/",
        headline="The harbour of lamps",
        standfirst="A night walk.",
        topics=(Named(name="Ships"),),
    )
    receipt = engine.publish(story)
    (message,) = site.messages
    assert message["type"] == ["h-entry"]
    told = message["properties"]
    assert all(isinstance(values, list) and values for values in told.values())
    assert (told["name"], told["summary"], told["category"]) == (
        ["The harbour of lamps"],
        ["A night walk."],
        ["Reviews", "Ships"],
    )
    assert told["published"] == ["2018-05-30T09:00:00+00:00"]
    assert told["syndication"] == [story.canonical.url]
    assert f'<a href="{story.canonical.url}">' in told["content"][0]["html"], "it leads home, whatever the contract says"
    assert receipt.url.endswith(f"/2026/the-lamps-{story.uid.hex[:8]}")
    assert partner.requests[-1].headers["authorization"] == "Bearer a-token-of-lantern"


def test_what_micropub_cannot_say_is_told_only_where_it_is_owed(site: FakeMicropub, story: Story) -> None:
    both = Engine(site.outlet(owes_noindex=True)).publish(story).warnings
    assert len(both) == 2 and "canonical" in both[0] and "noindex" in both[1]
    assert Engine(site.outlet(owes_canonical=False)).publish(make.story()).warnings == ()


def test_the_slug_is_no_property_of_an_update(engine: Engine, site: FakeMicropub, story: Story) -> None:
    engine.publish(story)
    engine.publish(changed(story, headline="Again"))
    assert not {"mp-slug", "published"} & set(site.messages[-1]["replace"])


# --- pictures -----------------------------------------------------------------------------------------------------------------


def test_a_picture_goes_to_the_media_endpoint_once_with_its_alternative_text(
    engine: Engine, site: FakeMicropub, story: Story, picture: Picture
) -> None:
    engine.publish(changed(story, lead_image=picture))
    assert site.copies[0].facts["photo"] == [{"value": site.uploads[0], "alt": "A lamp at night"}]
    engine.publish(changed(story, lead_image=picture, headline="Again"))
    assert len(site.uploads) == 1 and site.copies[0].facts["photo"][0]["value"] == site.uploads[0]


@pytest.mark.parametrize("without", ["media endpoint", "configuration"])
def test_without_a_media_endpoint_the_picture_stays_at_our_address(
    without: str, engine: Engine, site: FakeMicropub, story: Story, picture: Picture
) -> None:
    site.media_endpoint, site.tells_config = ("", True) if without == "media endpoint" else ("/media", False)
    engine.publish(changed(story, lead_image=picture))
    assert site.copies[0].facts["photo"][0]["value"] == picture.url


@pytest.mark.parametrize("behaviour", ["status/413", "status/500", "reset", "status/201"])
def test_a_picture_that_is_refused_is_a_warning(
    behaviour: str, engine: Engine, partner: Partner, site: FakeMicropub, story: Story, picture: Picture
) -> None:
    partner.routes["/media"] = partner_behaviour(behaviour)
    warnings = engine.publish(changed(story, lead_image=picture)).warnings
    assert any("without its picture" in warning for warning in warnings) and len(site.live) == 1


@pytest.mark.parametrize(("behaviour", "error"), [("status/403", Refused), ("slow_down/30", Transient)])
def test_a_refusal_at_the_picture_is_one_of_the_whole_piece(
    behaviour: str, error: type[Exception], engine: Engine, partner: Partner, site: FakeMicropub, story: Story, picture: Picture
) -> None:
    partner.routes["/media"] = partner_behaviour(behaviour)
    with pytest.raises(error):
        engine.publish(changed(story, lead_image=picture))
    assert site.copies == []


def partner_behaviour(name: str) -> Any:
    behave, argument, query = named(name)

    def answer(visit: Any) -> None:
        visit.argument, visit.query = argument, query
        behave(visit)

    return answer


# --- answers that come later --------------------------------------------------------------------------------------------------


def test_a_promise_with_an_address_is_a_receipt_with_an_address(engine: Engine, site: FakeMicropub, story: Story) -> None:
    site.asynchronous = True
    receipt = engine.publish(story)
    assert receipt.url == site.copies[0].url and not any("works on it" in warning for warning in receipt.warnings)


def test_a_promise_without_an_address_is_a_receipt_that_says_so_and_the_next_push_finds_the_post(
    engine: Engine, site: FakeMicropub, story: Story
) -> None:
    site.asynchronous = site.silent = True
    receipt = engine.publish(story)
    assert receipt.url == "" and any("works on it" in warning for warning in receipt.warnings)

    with pytest.raises(Transient, match="has not put up the post yet"):
        engine.publish(changed(story, headline="Again"))
    site.copies[0].facts["waiting"] = False
    receipt = engine.publish(changed(story, headline="Again"))
    assert receipt.url == site.copies[0].url and len(site.copies) == 1 and "Again" in site.copies[0].text


def test_what_was_promised_and_is_withdrawn_waits_until_it_is_there(engine: Engine, site: FakeMicropub, story: Story) -> None:
    site.asynchronous = site.silent = True
    engine.publish(story)
    with pytest.raises(Transient, match="nothing to take down"):
        engine.withdraw(story)
    site.copies[0].facts["waiting"] = False
    engine.withdraw(story)
    assert site.live == []


def test_a_200_without_an_address_is_no_proof(engine: Engine, partner: Partner, site: FakeMicropub, story: Story) -> None:
    site.misbehave("status/200", changes_only=True, times=1)
    with pytest.raises(Uncertain):
        engine.publish(story)


def test_an_update_may_move_the_post(engine: Engine, site: FakeMicropub, story: Story) -> None:
    engine.publish(story)
    site.misbehave(lambda visit: visit.reply(201, location="/2026/elsewhere"), changes_only=True, times=1)
    assert engine.publish(changed(story, headline="Again")).url.endswith("/2026/elsewhere")


def test_any_plain_answer_to_an_update_will_do_but_a_web_page_will_not(engine: Engine, site: FakeMicropub, story: Story) -> None:
    engine.publish(story)
    site.misbehave(lambda visit: visit.reply(200, b"Updated", "text/plain"), changes_only=True, times=1)
    engine.publish(changed(story, headline="Again"))
    site.misbehave("login_page", changes_only=True, times=1)
    with pytest.raises(Uncertain, match="a web page instead of data"):
        engine.publish(changed(story, headline="And again"))


# --- coming back ----------------------------------------------------------------------------------------------------------------


def test_a_deleted_post_comes_back_at_its_address_where_the_server_undeletes(
    engine: Engine, site: FakeMicropub, story: Story
) -> None:
    first = engine.publish(story)
    engine.withdraw(story)
    again = engine.publish(story)
    assert [message.get("action") for message in site.messages] == [None, "delete", "undelete", "update"]
    assert again.url == first.url and len(site.copies) == 1


def test_where_it_does_not_the_post_is_made_anew_without_a_fuss(engine: Engine, site: FakeMicropub, story: Story) -> None:
    site.undeletes = False
    engine.publish(story)
    engine.withdraw(story)
    again = engine.publish(story)
    assert len(site.live) == 1 and again.url == site.live[0].url
    assert not any("anew" in warning for warning in again.warnings)


def test_a_post_that_the_outlet_deleted_is_made_anew_with_a_warning(engine: Engine, site: FakeMicropub, story: Story) -> None:
    engine.publish(story)
    site.copies.clear()
    receipt = engine.publish(changed(story, headline="Again"))
    assert any("published there anew" in warning for warning in receipt.warnings) and len(site.live) == 1


def test_a_post_that_moved_is_found_again(engine: Engine, site: FakeMicropub, story: Story) -> None:
    engine.publish(story)
    site.copies[0].url = site.copies[0].url.replace("/2026/", "/archive/")
    receipt = engine.publish(changed(story, headline="Again"))
    assert receipt.url == site.copies[0].url and len(site.copies) == 1 and "Again" in site.copies[0].text


# --- looking ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keeps", [True, False], ids=["keeps syndication", "drops it"])
def test_a_post_is_found_among_many_by_our_address_or_by_its_own(
    keeps: bool, engine: Engine, site: FakeMicropub, story: Story
) -> None:
    site.keeps_syndication = keeps
    first = engine.publish(story)
    for number in range(120):
        facts = {"name": [story.headline], "content": [{"html": "x"}]}
        site.copies.append(Copy(str(number), url=site.partner.url(f"/2026/note-{number}"), facts=facts))
    engine.forget()
    assert engine.publish(story).url == first.url and len(site.copies) == 121


def test_a_server_that_knows_no_pages_is_not_asked_for_ever(
    engine: Engine, site: FakeMicropub, partner: Partner, story: Story
) -> None:
    answer = {"items": [{"type": ["h-entry"], "properties": {"url": partner.url("/1"), "content": "plain"}}]}
    engine.uncertain = True
    site.misbehave(lambda visit: visit.reply_json(answer), skip=1, times=2)
    engine.publish(story)
    assert sum("q=source" in request.path for request in partner.requests) == 2
    assert len(site.copies) == 1


def test_where_no_posts_are_listed_a_person_must_look(engine: Engine, site: FakeMicropub, story: Story) -> None:
    site.lists_posts = False
    engine.publish(story)
    engine.forget()
    with pytest.raises(Permanent, match="lists no posts. Look there"):
        engine.publish(story)
    assert len(site.copies) == 1


@pytest.mark.parametrize("items", [None, {}, "no", [None, "x", {"properties": None}, {"properties": {"url": [7]}}]])
def test_odd_lists_are_no_reason_to_fall_over(items: Any, engine: Engine, site: FakeMicropub, story: Story) -> None:
    engine.uncertain = True
    site.misbehave(lambda visit: visit.reply_json({"items": items}), skip=1, times=1)
    if isinstance(items, list):
        engine.publish(story)
        assert len(site.copies) == 1
    else:
        with pytest.raises(Permanent):
            engine.publish(story)


# --- the test of the connection -------------------------------------------------------------------------------------------------


def test_a_token_that_is_known_passes(engine: Engine, site: FakeMicropub) -> None:
    assert [step.outcome for step in engine.connector.greet()][:2] == [OK, OK]


def test_a_server_that_tells_strangers_the_same_is_warned_of(engine: Engine, site: FakeMicropub) -> None:
    site.misbehave(lambda visit: visit.reply_json({}), skip=1)
    assert next(engine.connector.greet()).outcome == WARNING
    site.behave()
    site.tells_config = False
    assert next(engine.connector.greet()).outcome == WARNING


def test_a_token_that_is_not_known_fails(site: FakeMicropub) -> None:
    outlet = site.outlet()
    outlet.secret = "another-token"
    (step,) = Engine(outlet).connector.greet()
    assert step.outcome == FAILED and "(401)" in step.sentence


@pytest.mark.parametrize("secret", ["", "  ", "two words", "a\nb"])
def test_what_no_header_can_carry_is_refused_by_the_form(secret: str) -> None:
    with pytest.raises(ValueError, match="one word"):
        Micropub.check_secret(secret)
