"""Ghost: what a post there says of a piece, and what happens when two sides write to it. The suite holds it to the contract."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from syndication.connectors.ghost import NOINDEX, Ghost, _cut
from syndication.errors import Permanent, Refused, Transient
from syndication.http.probe import FAILED
from syndication.story import Named, Picture, Story
from tests import factories as make
from tests.connectors.conftest import Engine
from tests.connectors.fakes.ghost import ID, SECRET, FakeGhost
from tests.fakes.partner import Partner


@pytest.fixture
def ghost(partner: Partner) -> FakeGhost:
    return FakeGhost(partner)


@pytest.fixture
def engine(ghost: FakeGhost) -> Engine:
    return Engine(ghost.outlet())


def post(ghost: FakeGhost) -> dict[str, Any]:
    """The one post there."""
    (copy,) = ghost.copies
    return copy.facts


def names(ghost: FakeGhost) -> list[str]:
    return [tag["name"] for tag in post(ghost)["tags"]]


# --- what a post says ---------------------------------------------------------------------------------------------------------


def test_a_post_has_all_that_search_engines_and_cards_read(engine: Engine, ghost: FakeGhost, picture: Picture) -> None:
    story = make.story(
        headline="The harbour of lamps", title="Lamps", standfirst="A night walk.", lead_image=picture, share_image=make.picture()
    )
    receipt = engine.publish(story)
    told = post(ghost)
    assert (told["title"], told["meta_title"], told["og_title"], told["twitter_title"]) == (
        "The harbour of lamps",
        *["Lamps"] * 3,
    )
    assert {told["meta_description"], told["og_description"], told["twitter_description"]} == {"A harbour without ships."}
    assert told["custom_excerpt"] == "A night walk."
    assert told["canonical_url"] == story.canonical.url
    assert told["published_at"] == "2018-05-30T09:00:00.000Z"
    assert told["feature_image"] == ghost.uploads[0]["url"]
    assert (told["feature_image_alt"], told["feature_image_caption"]) == ("A lamp at night", "The lamp Photo: Mary Somerville")
    assert told["og_image"] == told["twitter_image"] == "https://home.example/media/images/field.jpg"
    assert "By Ada Lovelace" in told["html"] and f'<a href="{story.canonical.url}">' in told["html"]
    assert (receipt.id, receipt.url, receipt.warnings) == (told["id"], ghost.copies[0].url, ())


def test_its_address_is_made_like_ours_and_never_moves(engine: Engine, ghost: FakeGhost, story: Story) -> None:
    story = story.model_copy(update={"url": "https://home.example/reviews/the-lamps/"})
    engine.publish(story)
    assert post(ghost)["slug"] == "the-lamps"
    engine.publish(story.model_copy(update={"url": "https://home.example/reviews/other-lamps/"}))
    assert post(ghost)["slug"] == "the-lamps"


def test_when_our_address_changes_the_canonical_link_there_follows(engine: Engine, ghost: FakeGhost, story: Story) -> None:
    engine.publish(story)
    moved = story.canonical.model_copy(update={"url": "https://home.example/reviews/moved/"})
    engine.publish(story.model_copy(update={"url": moved.url, "canonical": moved}))
    assert post(ghost)["canonical_url"] == "https://home.example/reviews/moved/"


def test_topics_are_labels_and_readers_see_no_tag_of_ours(engine: Engine, ghost: FakeGhost, story: Story) -> None:
    topics = (Named(name="Ships"), Named(name="Night, and light"), Named(name="#lamps"))
    engine.publish(story.model_copy(update={"topics": topics}))
    assert names(ghost) == ["Reviews", "Ships", "Night  and light", "lamps", "#homeward", f"#hw-{story.uid.hex}"]


def test_tags_that_the_desk_gave_it_stay_and_ours_follow_the_piece(engine: Engine, ghost: FakeGhost, story: Story) -> None:
    engine.publish(story.model_copy(update={"topics": (Named(name="Ships"),)}))
    post(ghost)["tags"].append({"name": "Guests", "slug": "guests"})
    engine.publish(story.model_copy(update={"topics": (Named(name="Lamps"),)}))
    assert names(ghost) == ["Reviews", "Lamps", "Guests", "#homeward", f"#hw-{story.uid.hex}"]


def test_an_excerpt_is_sent_where_no_more_is_agreed(ghost: FakeGhost, story: Story) -> None:
    Engine(ghost.outlet(extent="link", owes_canonical=False)).publish(story)
    assert "empty" not in post(ghost)["html"] and "Read the rest at The Harbour Review" in post(ghost)["html"]
    assert post(ghost)["canonical_url"] is None, "not owed"


def test_what_its_editor_would_lose_goes_as_a_card_of_html(engine: Engine, ghost: FakeGhost, story: Story) -> None:
    engine.publish(story)
    assert "kg-card" not in post(ghost)["html"]
    engine.publish(story.model_copy(update={"body_html": "<table><tr><td>Lamps</td></tr></table>"}))
    assert post(ghost)["html"].startswith("<!--kg-card-begin: html-->")


def test_text_from_right_to_left_keeps_its_direction_on_a_site_that_has_another(
    engine: Engine, ghost: FakeGhost, story: Story
) -> None:
    story = story.model_copy(update={"direction": "rtl", "language": "ar-lb", "body_html": "<p>كان المرفأ خاليًا.</p>"})
    engine.publish(story)
    assert '<div dir="rtl" lang="ar-lb">' in post(ghost)["html"] and "kg-card" in post(ghost)["html"]
    ghost.locale = "ar"
    engine.publish(story.model_copy(update={"headline": "مرفأ"}))
    assert "<div" not in post(ghost)["html"] and "kg-card" not in post(ghost)["html"], "its editor knows it"


def test_noindex_comes_and_goes_with_the_contract(ghost: FakeGhost, story: Story) -> None:
    engine = Engine(ghost.outlet(owes_noindex=True))
    engine.publish(story)
    assert post(ghost)["codeinjection_head"] == NOINDEX
    engine.outlet.owes_noindex = False
    engine.publish(story.model_copy(update={"headline": "Lamps"}))
    assert post(ghost)["codeinjection_head"] is None
    post(ghost)["codeinjection_head"] = "<style>p { color: teal }</style>"
    engine.publish(story)
    assert post(ghost)["codeinjection_head"] == "<style>p { color: teal }</style>", "theirs stays"
    engine.outlet.owes_noindex = True
    engine.publish(story.model_copy(update={"headline": "Ships"}))
    assert post(ghost)["codeinjection_head"] == f"<style>p {{ color: teal }}</style>\n{NOINDEX}", "ours is added"
    engine.outlet.owes_noindex = False
    engine.publish(story.model_copy(update={"headline": "Lamps"}))
    assert post(ghost)["codeinjection_head"] == "<style>p { color: teal }</style>", "and taken out again"


def test_long_texts_end_in_an_ellipsis_where_ghost_ends_them() -> None:
    assert _cut("lamps", 5) == "lamps"
    assert _cut("lamps and ships", 6) == "lamps…"
    assert _cut("🌊🌊🌊", 5) == "🌊🌊…", "Ghost counts in UTF-16, and half a sign is none"


def test_a_piece_of_the_future_is_published_now(engine: Engine, ghost: FakeGhost, story: Story) -> None:
    engine.publish(story.model_copy(update={"first_published": datetime.now(UTC) + timedelta(days=1)}))
    assert datetime.fromisoformat(post(ghost)["published_at"]) <= datetime.now(UTC)


# --- pictures -----------------------------------------------------------------------------------------------------------------


def test_a_picture_is_uploaded_once_and_again_when_it_is_another(
    engine: Engine, ghost: FakeGhost, story: Story, picture: Picture
) -> None:
    story = story.model_copy(update={"lead_image": picture})
    for headline in ("One", "Two"):
        engine.publish(story.model_copy(update={"headline": headline}))
    assert len(ghost.uploads) == 1 and ghost.uploads[0]["purpose"] == "image"
    again = picture.model_copy(update={"url": f"{picture.url}?again"})
    engine.publish(story.model_copy(update={"lead_image": again}))
    assert len(ghost.uploads) == 2


@pytest.mark.parametrize("behaviour", ["status/413", "status/415", "status/500", "reset", "login_page"])
def test_a_picture_that_ghost_will_not_take_is_a_warning_and_is_tried_again(
    behaviour: str, engine: Engine, ghost: FakeGhost, story: Story, picture: Picture
) -> None:
    story = story.model_copy(update={"lead_image": picture})
    ghost.misbehave(behaviour, times=1)
    receipt = engine.publish(story)
    (warning,) = receipt.warnings
    assert warning.startswith("The piece went without its picture.")
    assert engine.publish(story.model_copy(update={"headline": "Again"})).warnings == ()
    assert post(ghost)["feature_image"]


@pytest.mark.parametrize(("behaviour", "error"), [("status/401", Refused), ("slow_down/30", Transient)])
def test_a_refusal_at_the_picture_is_one_of_the_whole_piece(
    behaviour: str, error: type[Exception], engine: Engine, ghost: FakeGhost, story: Story, picture: Picture
) -> None:
    ghost.misbehave(behaviour, times=1)
    with pytest.raises(error):
        engine.publish(story.model_copy(update={"lead_image": picture}))
    assert ghost.copies == []


# --- two sides ----------------------------------------------------------------------------------------------------------------


def test_a_collision_is_read_again_once(engine: Engine, ghost: FakeGhost, story: Story, partner: Partner) -> None:
    engine.publish(story)
    partner.requests.clear()
    # Somebody saves between our reading and our writing.
    ghost.misbehave("status/409", changes_only=True, times=1)
    engine.publish(story.model_copy(update={"headline": "Again"}))
    assert [request.method for request in partner.requests] == ["GET", "PUT", "GET", "PUT"]
    assert post(ghost)["title"] == "Again"


def test_who_goes_on_editing_makes_us_come_back_later(engine: Engine, ghost: FakeGhost, story: Story) -> None:
    engine.publish(story)
    ghost.misbehave("status/409", changes_only=True)
    with pytest.raises(Transient, match="is editing the copy at this moment"):
        engine.publish(story.model_copy(update={"headline": "Again"}))


def test_the_warning_of_an_edit_names_its_day(engine: Engine, ghost: FakeGhost, story: Story) -> None:
    engine.publish(story)
    post(ghost).update(updated_at="2026-05-01T10:30:00.000Z", title="Lamps!")
    (warning,) = engine.publish(story.model_copy(update={"headline": "Again"})).warnings
    assert "changed the copy on 1 May 2026" in warning


def test_a_label_or_another_blank_is_no_edit_of_the_copy(engine: Engine, ghost: FakeGhost, story: Story) -> None:
    engine.publish(story)
    post(ghost)["tags"].append({"name": "Guests", "slug": "guests"})
    post(ghost).update(updated_at="2026-05-01T10:30:00.000Z", html=post(ghost)["html"].replace("</p>", "</p>\n\n"))
    assert engine.publish(story.model_copy(update={"headline": "Again"})).warnings == ()


def test_our_own_withdrawal_is_no_edit_of_theirs_and_the_piece_comes_back_to_its_address(
    engine: Engine, ghost: FakeGhost, story: Story
) -> None:
    first = engine.publish(story)
    engine.withdraw(story)
    assert post(ghost)["status"] == "draft" and post(ghost)["title"] == story.headline
    again = engine.publish(story)
    assert (again.id, again.url, again.warnings) == (first.id, first.url, ())


def test_a_post_that_was_made_anew_there_is_found_by_its_tag(engine: Engine, ghost: FakeGhost, story: Story) -> None:
    engine.publish(story)
    engine.receipt = replace(engine.receipt, id="f" * 24)
    receipt = engine.publish(story.model_copy(update={"headline": "Again"}))
    assert len(ghost.copies) == 1 and receipt.id == post(ghost)["id"] and receipt.warnings == ()


def test_where_no_ghost_answers_a_missing_post_is_not_taken_for_deleted(engine: Engine, ghost: FakeGhost, story: Story) -> None:
    engine.publish(story)
    ghost.misbehave("status/404")
    with pytest.raises(Permanent, match="no Ghost at this address"):
        engine.publish(story.model_copy(update={"headline": "Again"}))
    assert len(ghost.copies) == 1
    with pytest.raises(Permanent, match="no Ghost at this address"):
        Engine(engine.outlet).publish(make.story())


def test_an_address_it_gives_that_we_would_not_visit_is_dropped(
    engine: Engine, ghost: FakeGhost, story: Story, partner: Partner
) -> None:
    partner.next(lambda visit: visit.reply_json({"posts": [{"id": "7", "url": "http://10.0.0.1/admin", "updated_at": "x"}]}, 201))
    assert engine.publish(story).url == ""


def test_a_post_that_the_desk_put_up_by_hand_is_ours_once_we_know_its_address(
    engine: Engine, ghost: FakeGhost, story: Story
) -> None:
    engine.publish(story)
    post(ghost)["tags"] = []
    engine.receipt = replace(engine.receipt, id="", memory={})
    receipt = engine.publish(story.model_copy(update={"headline": "Again"}))
    assert len(ghost.copies) == 1 and receipt.id == post(ghost)["id"] and post(ghost)["title"] == "Again"
    post(ghost)["tags"] = []
    engine.receipt = replace(engine.receipt, id="", memory={})
    engine.withdraw(story)
    assert ghost.live == []


# --- the key ------------------------------------------------------------------------------------------------------------------


def test_each_request_has_a_token_of_its_own_that_soon_ends(
    engine: Engine, ghost: FakeGhost, story: Story, partner: Partner
) -> None:
    engine.publish(story)
    token = partner.requests[-1].headers["authorization"].removeprefix("Ghost ")
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "kid": ID, "typ": "JWT"}
    claims = jwt.decode(token, bytes.fromhex(SECRET), algorithms=["HS256"], audience="/admin/")
    assert 0 < claims["exp"] - claims["iat"] <= 300
    assert partner.requests[-1].headers["accept-version"] == "v5.0"


@pytest.mark.parametrize("secret", ["", "swordfish", f"{ID}{SECRET}", f"{ID}:", f"{ID}:{'zz' * 32}", f"{ID[:-1]}:{SECRET}"])
def test_what_is_no_admin_key_is_refused_by_the_form_and_never_sent(
    secret: str, ghost: FakeGhost, story: Story, partner: Partner
) -> None:
    with pytest.raises(ValueError, match="24 signs, a colon and 64 more") as caught:
        Ghost.check_secret(secret)
    assert not secret or secret not in str(caught.value)
    if len(secret) > 50 and ":" in secret and "z" not in secret:
        return
    outlet = ghost.outlet()
    outlet.secret = secret
    with pytest.raises(Refused, match="no Admin API key"):
        Engine(outlet).publish(story)
    assert partner.requests == []


def test_a_key_with_blanks_around_it_is_taken(ghost: FakeGhost, story: Story) -> None:
    Ghost.check_secret(f" {ID}:{SECRET}\n")
    outlet = ghost.outlet()
    outlet.secret = f" {ID}:{SECRET}\n"
    assert Engine(outlet).publish(story).id


@pytest.mark.parametrize("path", ["", "/", "/ghost", "/ghost/", "/ghost/#/settings", "/ghost/api/admin/"])
def test_the_address_of_its_admin_is_taken_for_that_of_the_site(
    path: str, ghost: FakeGhost, story: Story, partner: Partner
) -> None:
    Engine(ghost.outlet(endpoint=partner.url(path))).publish(story)
    assert partner.requests[0].path.startswith("/ghost/api/admin/posts/")


def test_a_test_of_the_connection_names_the_site(engine: Engine, ghost: FakeGhost) -> None:
    told = [step.sentence for step in engine.connector.greet()]
    assert told[0] == "Ghost 5.130 of “Lantern” knows our key."


def test_a_test_with_another_key_fails_at_the_key(ghost: FakeGhost) -> None:
    outlet = ghost.outlet()
    outlet.secret = f"{ID}:{'ab' * 32}"
    (step,) = Engine(outlet).connector.greet()
    assert step.outcome == FAILED and "refused our credentials (401)" in step.sentence
