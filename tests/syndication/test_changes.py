"""What will change: two stories compared as a reader would."""

from syndication.renderers.changes import Run, changes, paragraphs
from syndication.story import Correction, Named, Person
from tests import factories as make


def test_the_same_story_changes_nothing() -> None:
    story = make.story()
    assert changes(story, story.model_copy(update={"version": 7})) == []


def test_one_word_of_a_paragraph_is_marked_and_the_others_are_left_out() -> None:
    before = make.story(body_html="<p>One.</p><p>The <b>old</b> lamp burns.</p><p>Three.</p>")
    after = before.model_copy(update={"body_html": "<p>One.</p><p>The new lamp burns.</p><p>Three.</p>"})
    [change] = changes(before, after)
    assert change.field == "body"
    assert change.paragraphs == [None, [Run("", "The"), Run("del", "old"), Run("ins", "new"), Run("", "lamp burns.")], None]


def test_a_paragraph_that_came_or_went_is_told_whole() -> None:
    before = make.story(body_html="<p>One.</p>")
    after = before.model_copy(update={"body_html": "<p>One.</p><p>Two.</p>"})
    assert changes(before, after)[0].paragraphs == [None, [Run("ins", "Two.")]]
    assert changes(after, before)[0].paragraphs == [None, [Run("del", "Two.")]]


def test_texts_with_nothing_in_common_are_told_one_after_the_other() -> None:
    before = make.story(headline="An empty harbour")
    after = before.model_copy(update={"headline": "Lamps burn late"})
    assert changes(before, after)[0].paragraphs == [[Run("del", "An empty harbour"), Run("ins", "Lamps burn late")]]


def test_each_fact_that_readers_see_is_compared() -> None:
    before = make.story()
    after = before.model_copy(
        update={
            "standfirst": "New.",
            "authors": (Person(name="Grace"),),
            "lead_image": make.picture(),
            "topics": (Named(name="Sea"),),
            "corrections": (Correction(at="2026-01-02", text="It was two lamps."),),
        }
    )
    assert {change.field for change in changes(before, after)} == {"standfirst", "authors", "lead image", "topics", "corrections"}


def test_nested_blocks_are_told_once() -> None:
    html = "<blockquote><p>Said.</p></blockquote><ul><li>One</li><li>Two <em>and</em> more</li></ul>"
    assert paragraphs(html) == ["Said.", "One", "Two and more"]
    assert paragraphs("Bare words") == ["Bare words"]
    assert paragraphs("") == []
