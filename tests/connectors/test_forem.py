"""Forem: what an article says, in Markdown that Forem does not run, and its rules. The suite holds it to the contract."""

from typing import Any

import pytest

from syndication.connectors.base import Receipt
from syndication.connectors.forem import Forem
from syndication.errors import Permanent, Transient
from syndication.http.probe import CANONICAL, FAILED, OK, WARNING
from syndication.story import Named, Picture, Story
from tests import factories as make
from tests.connectors.conftest import Engine
from tests.connectors.fakes.base import Copy
from tests.connectors.fakes.forem import FakeForem
from tests.fakes.partner import Partner


@pytest.fixture
def forem(partner: Partner) -> FakeForem:
    return FakeForem(partner)


@pytest.fixture
def engine(forem: FakeForem) -> Engine:
    return Engine(forem.outlet())


def article(forem: FakeForem) -> dict[str, Any]:
    """The one article there."""
    (copy,) = forem.copies
    return copy.facts


def changed(story: Story, **facts: Any) -> Story:
    return story.model_copy(update=facts)


# --- the article --------------------------------------------------------------------------------------------------------------


def test_an_article_says_what_the_story_says(engine: Engine, forem: FakeForem, partner: Partner, picture: Picture) -> None:
    story = make.story(
        headline="The harbour of lamps", standfirst="A night walk.", lead_image=picture, topics=(Named(name="Ships"),)
    )
    receipt = engine.publish(story)
    told = article(forem)
    assert (told["title"], told["description"], told["published"]) == ("The harbour of lamps", "A night walk.", True)
    assert (told["canonical_url"], told["main_image"]) == (story.canonical.url, picture.url)
    assert told["tags"] == ["ships", "reviews"]
    assert "organization_id" not in told
    assert (receipt.id, receipt.url) == ("1", forem.copies[0].url)
    assert partner.requests[-1].headers["accept"] == "application/vnd.forem.api-v1+json"


def test_the_text_is_markdown_that_leads_home_and_names_the_maker_of_the_picture(
    engine: Engine, forem: FakeForem, story: Story, picture: Picture
) -> None:
    body = '<h2>By night</h2><p>The <em>harbour</em> was <a href="https://home.example/x/">empty</a>.</p><ul><li>Lamps</li></ul>'
    engine.publish(changed(story, body_html=body, lead_image=picture))
    text = article(forem)["body_markdown"]
    for line in ("## By night", "The *harbour* was [empty](https://home.example/x/).", "- Lamps"):
        assert line in text
    assert f"]({story.canonical.url})" in text and "Photo: Mary Somerville" in text


def test_what_looks_like_a_template_is_not_run(engine: Engine, forem: FakeForem, story: Story) -> None:
    engine.publish(changed(story, body_html="<p>Write {% raw %} and {{ name }}.</p>"))
    text = article(forem)["body_markdown"]
    assert "&#123;% raw %}" in text and "&#123;{ name }}" in text


def test_a_text_that_begins_with_a_rule_is_not_taken_for_settings(forem: FakeForem, story: Story) -> None:
    engine = Engine(forem.outlet())
    engine.publish(changed(story, byline="", body_html="<hr><p>title: lamps</p><hr>"))
    assert not article(forem)["body_markdown"].startswith("---")


def test_tags_are_four_at_most_and_of_letters_and_digits(engine: Engine, forem: FakeForem, story: Story) -> None:
    names = ["Night & Light", "night-light", "Ships!", "1914", "Lamps", "???"]
    engine.publish(changed(story, topics=tuple(Named(name=name) for name in names)))
    assert article(forem)["tags"] == ["nightlight", "ships", "1914", "lamps"]


def test_long_headlines_end_in_an_ellipsis(engine: Engine, forem: FakeForem, story: Story) -> None:
    engine.publish(changed(story, headline="lamps " * 40, description="words " * 60))
    assert len(article(forem)["title"]) <= 128 and article(forem)["title"].endswith("…")
    assert len(article(forem)["description"]) <= 150


def test_an_outlet_that_owes_no_canonical_link_gets_none_and_is_found_by_our_mark(forem: FakeForem, story: Story) -> None:
    engine = Engine(forem.outlet(owes_canonical=False))
    engine.publish(story)
    assert article(forem)["canonical_url"] is None
    engine.forget()
    engine.publish(story)
    assert len(forem.copies) == 1


# --- its rules ----------------------------------------------------------------------------------------------------------------


def test_the_same_headline_within_five_minutes_waits(engine: Engine, forem: FakeForem, story: Story) -> None:
    forem.headlines_are_once = True
    engine.publish(story)
    with pytest.raises(Transient, match="only once in five minutes") as caught:
        Engine(engine.outlet).publish(make.story(headline=story.headline))
    assert caught.value.retry_after is None, "other pieces need not wait"


def test_a_canonical_link_that_is_taken_by_our_own_article_is_an_update(engine: Engine, forem: FakeForem, story: Story) -> None:
    engine.publish(story)
    other = Engine(engine.outlet)
    assert other.publish(changed(story, headline="Again")).id == "1"
    assert len(forem.copies) == 1 and article(forem)["title"] == "Again"


def test_a_canonical_link_that_another_account_took_is_told(engine: Engine, forem: FakeForem, story: Story) -> None:
    forem.taken.add(story.canonical.url)
    with pytest.raises(Permanent, match="Another article there has our address"):
        engine.publish(story)


def test_other_faults_of_an_article_are_for_an_editor(engine: Engine, forem: FakeForem, story: Story) -> None:
    forem.misbehave(lambda visit: visit.reply_json({"error": "Body markdown is too long", "status": 422}, 422))
    with pytest.raises(Permanent) as caught:
        engine.publish(story)
    assert type(caught.value) is Permanent and "too long" in caught.value.detail


def test_where_no_forem_answers_nothing_is_taken_for_gone(engine: Engine, forem: FakeForem, story: Story) -> None:
    engine.publish(story)
    forem.misbehave("status/404")
    with pytest.raises(Permanent, match="no Forem at this address"):
        engine.publish(changed(story, headline="Again"))
    assert len(forem.copies) == 1


# --- two sides ----------------------------------------------------------------------------------------------------------------


def test_an_edit_there_is_told_with_its_day(engine: Engine, forem: FakeForem, story: Story) -> None:
    engine.publish(story)
    forem.edit(forem.copies[0])
    (warning,) = engine.publish(changed(story, headline="Again")).warnings
    assert "changed the copy on 1 May 2026" in warning


def test_other_blanks_and_line_ends_are_no_edit(engine: Engine, forem: FakeForem, story: Story) -> None:
    engine.publish(story)
    article(forem)["body_markdown"] = article(forem)["body_markdown"].replace("\n", "\r\n")
    assert engine.publish(changed(story, headline="Again")).warnings == ()


def test_a_withdrawn_article_is_a_draft_and_comes_back_under_its_number(engine: Engine, forem: FakeForem, story: Story) -> None:
    first = engine.publish(story)
    engine.withdraw(story)
    assert article(forem)["published"] is False
    again = engine.publish(story)
    assert (again.id, again.warnings) == (first.id, ()) and article(forem)["published"] is True


def test_an_article_is_found_on_a_later_page(engine: Engine, forem: FakeForem, story: Story) -> None:
    engine.publish(story)
    for number in range(130):
        forem.copies.append(
            Copy(str(number + 2), facts={"id": number + 2, "title": "x", "body_markdown": "", "canonical_url": None})
        )
    engine.forget()
    assert engine.publish(story).id == "1"


def test_a_list_that_is_none_is_no_proof_of_absence(engine: Engine, forem: FakeForem, story: Story) -> None:
    engine.uncertain = True
    forem.misbehave(lambda visit: visit.reply_json({}), times=1)
    with pytest.raises(Transient, match="without a list of articles"):
        engine.publish(story)
    assert forem.copies == []


def test_an_article_that_was_put_up_by_hand_is_ours_once_we_know_its_address(
    engine: Engine, forem: FakeForem, story: Story
) -> None:
    for verb in (engine.publish, engine.withdraw):
        url = forem.partner.url("/harbour/by-hand")
        facts = {"id": 9, "url": url, "title": "x", "body_markdown": "By hand", "canonical_url": None, "published": True}
        forem.copies[:] = [Copy("9", url=url, facts=facts)]
        engine.receipt, engine.held = Receipt(url=url), story
        verb(story)
        assert article(forem)["published"] is (verb == engine.publish) and len(forem.copies) == 1


# --- the test of the connection -----------------------------------------------------------------------------------------------


def test_a_test_names_the_account(engine: Engine) -> None:
    steps = list(engine.connector.greet())
    assert steps[0].sentence == "The key belongs to the account harbour." and steps[2].outcome == OK


def test_an_outlet_that_owes_noindex_is_warned_of(forem: FakeForem) -> None:
    steps = {step.step: step for step in Engine(forem.outlet(owes_noindex=True)).connector.greet()}
    assert steps[CANONICAL].outcome == WARNING
    steps = {step.step: step for step in Engine(forem.outlet(owes_canonical=False)).connector.greet()}
    assert "owes no canonical" in steps[CANONICAL].sentence


def test_an_answer_without_an_account_fails(engine: Engine, forem: FakeForem) -> None:
    forem.misbehave(lambda visit: visit.reply_json({}))
    (step,) = engine.connector.greet()
    assert step.outcome == FAILED


@pytest.mark.parametrize("secret", ["", "two words"])
def test_what_no_header_can_carry_is_refused_by_the_form(secret: str) -> None:
    with pytest.raises(ValueError, match="one word"):
        Forem.check_secret(secret)
