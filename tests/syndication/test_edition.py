"""Edition: recorded when something changed, current once, outliving its page."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from syndication.models import Edition, current_edition, record
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_the_first_edition_is_version_one_and_holds_the_story() -> None:
    story = make.story()
    edition = make.edition(story)
    assert (edition.version, edition.current, edition.public) == (1, True, True)
    kept = Edition.objects.get().story
    assert kept == story.model_copy(update={"version": 1})
    assert kept.digest() == edition.digest == story.digest()


def test_the_same_facts_make_no_new_edition() -> None:
    story = make.story()
    first = make.edition(story)
    again = make.edition(story.model_copy(update={"modified": datetime.now(UTC)}))
    assert again.pk == first.pk and Edition.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"public": False}, {"expires_at": datetime(2030, 1, 1, tzinfo=UTC)}], ids=["visibility", "expiry"]
)
def test_visibility_and_expiry_are_facts_too(change: dict[str, Any]) -> None:
    story = make.story()
    make.edition(story)
    edition = record(story, **{"public": True, "page": None, "reason": "test", **change})
    assert edition.version == 2


def test_only_the_newest_is_current_and_the_older_keep_their_words() -> None:
    story = make.story(headline="One")
    make.edition(story)
    make.edition(story.model_copy(update={"headline": "Two"}))
    found = list(Edition.objects.order_by("version").values_list("version", "current", "facts__headline"))
    assert found == [(1, False, "One"), (2, True, "Two")]
    newest = current_edition(story.uid)
    assert newest is not None and newest.version == 2


def test_the_database_itself_refuses_two_current_editions_and_two_of_one_version() -> None:
    edition = make.edition()
    for twin in ({"current": True, "version": 2}, {"current": False, "version": 1}):
        facts = {field.attname: getattr(edition, field.attname) for field in Edition._meta.fields if field.attname != "id"}
        with pytest.raises(IntegrityError), transaction.atomic():
            Edition.objects.create(**{**facts, **twin})


def test_a_card_is_the_story_without_its_body_and_reads_no_body() -> None:
    make.edition()
    edition = Edition.objects.cards().get()
    assert edition.card.headline and edition.card.body_html == ""
    assert "body_html" in edition.get_deferred_fields()


def test_readers_see_public_current_editions_until_the_minute_they_expire() -> None:
    end = timezone.now() + timedelta(hours=1)
    story = make.story()
    record(story, public=True, page=None, reason="test", expires_at=end)
    make.edition(public=False)
    assert [edition.uid for edition in Edition.objects.visible()] == [story.uid]
    with time_machine.travel(end + timedelta(seconds=1), tick=False):
        assert not Edition.objects.visible().exists()


def test_nobody_has_an_edition_of_what_was_never_recorded() -> None:
    assert current_edition(uuid4()) is None


def test_an_edition_outlives_its_page() -> None:
    page = make.original("Kept")
    page.delete()
    edition = current_edition(page.uid)
    assert edition is not None and edition.page is None and edition.story.headline == "Kept"
