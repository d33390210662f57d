"""Story: frozen, in UTC, fit for XML, and its digest says when it changed."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from syndication.story import Canonical, Correction, Named, OutletCopy, Person, Story, byline
from tests import factories as make

KABUL = timezone(timedelta(hours=4, minutes=30))
UID = UUID("5f0c2f0e-6a9c-4f59-8f6b-7d4f2b1c9a10")


def test_a_story_cannot_be_changed() -> None:
    story = make.story()
    with pytest.raises(ValidationError):
        story.headline = "Another"


def test_moments_are_kept_in_utc_whatever_zone_they_come_in() -> None:
    story = make.story(first_published=datetime(2018, 5, 30, 2, 15, tzinfo=KABUL))
    assert story.first_published == datetime(2018, 5, 29, 21, 45, tzinfo=UTC)
    assert story.first_published.utcoffset() == timedelta(0)
    assert story.facts()["first_published"] == "2018-05-29T21:45:00Z"


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="a moment needs a time zone"):
        make.story(modified=datetime(2018, 5, 30))  # noqa: DTZ001


def test_the_same_facts_have_the_same_digest_in_any_zone_version_and_order() -> None:
    moment = datetime(2018, 5, 30, 9, tzinfo=UTC)
    one = make.story(uid=UID, url="https://home.example/a/", headline="A", first_published=moment)
    facts = one.facts()
    other = Story.model_validate(dict(reversed(facts.items())))
    later = Story(**{**dict(one), "version": 7, "modified": datetime.now(UTC), "first_published": moment.astimezone(KABUL)})
    assert one.digest() == other.digest() == later.digest()


@pytest.mark.parametrize(
    "change",
    [
        {"headline": "Another"},
        {"body_html": "<p>Another</p>"},
        {"url": "https://home.example/other/"},
        {"canonical": Canonical(url="https://outlet.example/a", policy="outlet")},
        {"authors": (Person(name="Grace Hopper"),)},
        {"lead_image": make.picture(credit="Somebody")},
        {"corrections": (Correction(at=date(2018, 6, 1), text="It was Tuesday."),)},
        {"topics": (Named(name="Sea"),)},
        {"outlet": OutletCopy(name="Lantern", url="https://outlet.example/a")},
        {"first_published": datetime(2019, 1, 1, tzinfo=UTC)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_fact_a_reader_could_see_changes_the_digest(change: dict[str, Any]) -> None:
    story = make.story()
    assert story.model_copy(update=change).digest() != story.digest()


def test_the_order_of_authors_is_a_fact() -> None:
    ada, grace = Person(name="Ada"), Person(name="Grace")
    story = make.story(authors=(ada, grace))
    assert story.model_copy(update={"authors": (grace, ada)}).digest() != story.digest()


def test_a_story_of_a_newer_release_still_loads() -> None:
    facts = make.story().facts()
    story = Story.model_validate({**facts, "mood": "grave", "publisher": {**facts["publisher"], "founded": 1843}})
    assert story.facts() == facts


def test_a_story_survives_the_way_through_json() -> None:
    story = make.story(
        lead_image=make.picture(srcset="https://home.example/a.webp 480w"),
        outlet=OutletCopy(name="Lantern", url="https://outlet.example/a", ran_on=date(2018, 5, 30)),
        corrections=(Correction(at=date(2018, 6, 1), text="It was Tuesday."),),
        headline="مرفأ بلا سفن",
        direction="rtl",
    )
    assert Story.model_validate_json(story.model_dump_json()) == story
    assert Story.model_validate(story.facts()).digest() == story.digest()


@given(st.text())
def test_text_is_always_fit_for_xml(text: str) -> None:
    kept = make.story(headline=text, publisher={"name": text, "url": "https://home.example/"})
    for value in (kept.headline, kept.publisher.name):
        assert all(letter in "\t\n\r" or letter >= " " for letter in value)
        value.encode("utf-8")
    assert kept.headline == kept.publisher.name


def test_what_only_looks_odd_is_kept() -> None:
    headline = "]]> & <b> \u200f“مرحبا”\u00ad\t😀"
    assert make.story(headline=headline).headline == headline


@pytest.mark.parametrize(
    ("policy", "url", "listed"),
    [
        ("self", "https://home.example/a/", True),
        ("noindex", "https://home.example/a/", False),
        ("outlet", "https://outlet.example/a", False),
        ("self", "https://home.example/source/", False),
    ],
)
def test_only_a_page_that_is_its_own_canonical_and_may_be_indexed_is_listed(policy: Any, url: str, listed: bool) -> None:
    assert make.story(url="https://home.example/a/", canonical=Canonical(url=url, policy=policy)).listed is listed


def test_the_social_title_is_the_headline_unless_another_was_written() -> None:
    assert make.story(headline="A").social_title == "A"
    assert make.story(headline="A", title="B").social_title == "B"


ADA = Person(name="Ada Lovelace", x="@ada", fediverse="@ada@social.example")
GRACE = Person(name="Grace Hopper", bluesky="grace.example.com")
MARY = Person(name="Mary Somerville")


@pytest.mark.parametrize(
    ("authors", "line"),
    [
        ((ADA,), "By Ada Lovelace (@ada) on 30 May 2018"),
        ((ADA, GRACE), "By Ada Lovelace (@ada) and Grace Hopper (@grace.example.com) on 30 May 2018"),
        ((ADA, GRACE, MARY), "By Ada Lovelace (@ada), Grace Hopper (@grace.example.com) and Mary Somerville on 30 May 2018"),
        ((Person(name="Ada", fediverse="@ada@social.example"),), "By Ada (@ada@social.example) on 30 May 2018"),
        ((), "On 30 May 2018"),
    ],
    ids=["one", "two", "three", "fediverse only", "nobody"],
)
def test_the_byline_names_authors_with_a_handle_each(authors: tuple[Person, ...], line: str) -> None:
    assert byline(authors, "30 May 2018") == line
