"""Rules: which pieces an outlet gets by itself, and what an editor's choice for one piece changes."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from home.models import ArticlePage
from syndication.delivering import deliver_due
from syndication.models import Edition, Outlet, Override, Republication, current_edition
from syndication.planning import plan, plan_everything, reconcile
from syndication.rules import FACETS, picks
from tests import factories as make
from tests.outlets import Desk, memory, row

LABELS = ["section:1", "topic:5", "topic:6", "author:3", "language:ar"]


@pytest.mark.parametrize(
    ("only", "never", "picked"),
    [
        ([], [], True),
        (["section:1"], [], True),
        (["section:2"], [], False),
        (["section:2", "section:1"], [], True),
        (["section:1", "topic:5"], [], True),
        (["section:1", "topic:7"], [], False),
        (["topic:7", "topic:6"], [], True),
        ([], ["topic:5"], False),
        ([], ["topic:7"], True),
        (["section:1"], ["author:3"], False),
        (["language:ar", "author:3"], ["language:en"], True),
        (["licence:cc-by"], [], False),
    ],
)
def test_one_of_each_facet_that_is_named_and_none_of_the_excluded(only: list[str], never: list[str], picked: bool) -> None:
    assert picks(only, never, LABELS) is picked


pytestmark = pytest.mark.django_db


def heard(desk: Desk) -> set[str]:
    deliver_due()
    return set(desk.holds.values())


def test_a_piece_tells_its_labels_by_keys_that_survive_a_renaming(desk: Desk) -> None:
    section, topic, author = make.section("Harbour"), make.topic("Tides"), make.author()
    page = make.original(parent=section, authors=[author], language="ar", licence="cc-by", live=False)
    page.topics.add(topic)
    page = make.publish(page)
    expected = {f"section:{section.pk}", f"topic:{topic.pk}", f"author:{author.pk}", "language:ar", "licence:cc-by"}
    assert set(current_edition(page.uid).labels) == expected


def test_there_is_a_name_for_every_label() -> None:
    page = make.original()
    names = ArticlePage.label_names()
    assert tuple(names) == FACETS
    known = {label for choices in names.values() for label, _name in choices}
    assert set(page.labels()) <= known


def test_an_outlet_gets_what_its_rules_pick(desk: Desk) -> None:
    harbour, letters = make.section("Harbour"), make.section("Letters")
    memory(only=[f"section:{harbour.pk}"])
    make.original("In", parent=harbour)
    make.original("Out", parent=letters)
    assert heard(desk) == {"In"}


def test_rules_that_change_bring_what_they_pick_now_and_leave_what_is_there(desk: Desk) -> None:
    harbour, letters = make.section("Harbour"), make.section("Letters")
    outlet = memory(only=[f"section:{harbour.pk}"])
    make.original("First", parent=harbour)
    make.original("Second", parent=letters)
    assert heard(desk) == {"First"}
    outlet.only = [f"section:{letters.pk}"]
    outlet.save()
    assert reconcile() == 1
    assert heard(desk) == {"First", "Second"}
    assert reconcile() == 0


def test_rules_changed_behind_our_back_are_found_too(desk: Desk) -> None:
    outlet = memory(only=["section:0"])
    make.original("One")
    reconcile()
    Outlet.objects.filter(pk=outlet.pk).update(only=[])
    assert reconcile() == 1
    assert heard(desk) == {"One"}


def test_a_piece_whose_topic_changes_starts_to_be_picked(desk: Desk) -> None:
    topic = make.topic("Tides")
    memory(only=[f"topic:{topic.pk}"])
    page = make.original("One")
    assert heard(desk) == set()
    page.topics.add(topic)
    make.publish(page)
    assert heard(desk) == {"One"}


def test_older_pieces_are_not_offered_but_what_is_there_is_kept_up_to_date(desk: Desk) -> None:
    memory(window_days=7)
    page, other = make.original("Carried"), make.original("Never sent")
    Republication.objects.filter(uid=other.uid).delete()
    deliver_due()
    Edition.objects.update(first_published_at=timezone.now() - timedelta(days=8))
    for piece in (page, other):
        ArticlePage.objects.filter(pk=piece.pk).update(first_published_at=timezone.now() - timedelta(days=8))
        make.edit(ArticlePage.objects.get(pk=piece.pk), title=f"{piece.title}, revised")
    assert heard(desk) == {"Carried, revised"}


# --- an editor's choice ----------------------------------------------------------------------------------------------------


def choose(page: Any, outlet: Outlet, **facts: Any) -> None:
    Override.objects.update_or_create(uid=page.uid, outlet=outlet, defaults=facts)


def test_a_piece_can_be_kept_from_an_outlet_that_would_get_it(desk: Desk) -> None:
    outlet = memory()
    page = make.original(live=False)
    choose(page, outlet, choice="keep")
    make.publish(page)
    assert heard(desk) == set() and not Republication.objects.exists()


def test_a_piece_can_be_sent_where_the_rules_would_not(desk: Desk) -> None:
    outlet = memory(only=["section:0"], automatic=False)
    page = make.original("One", live=False)
    choose(page, outlet, choice="send")
    make.publish(page)
    assert heard(desk) == {"One"}


def test_keeping_a_piece_from_an_outlet_that_has_it_takes_it_down(desk: Desk) -> None:
    outlet = memory()
    page = make.original("One")
    assert heard(desk) == {"One"}
    choose(page, outlet, choice="keep")
    plan(page, "chosen")
    assert heard(desk) == set()
    plan_everything()
    assert heard(desk) == set()


def test_an_outlet_is_told_the_headline_and_excerpt_an_editor_wrote_for_it(desk: Desk) -> None:
    first, second = memory("First", extent="excerpt"), memory("Second", extent="excerpt")
    page = make.original("Ours", seo_title="Ours for search", live=False)
    choose(page, first, headline="Theirs", excerpt="One < two.\n\nThree.")
    make.publish(page)
    story = Republication.objects.get(outlet=first).story
    assert (story.headline, story.social_title) == ("Theirs", "Theirs")
    assert story.excerpt_html == "<p>One &lt; two.</p>\n\n<p>Three.</p>"
    assert Republication.objects.get(outlet=second).story.headline == "Ours"


def test_a_change_of_the_override_alone_is_news(desk: Desk) -> None:
    outlet = memory()
    page = make.original("Ours")
    deliver_due()
    choose(page, outlet, headline="Theirs")
    assert plan(page, "chosen") is True
    assert row(page).variation["headline"] == "Theirs"
    assert heard(desk) == {"Theirs"}


def test_an_excerpt_of_so_many_words_is_taken_from_the_text_and_stays_whole_html(desk: Desk) -> None:
    memory(extent="excerpt", excerpt_words=10)
    page = make.original(body=make.paragraphs("One two <b>three four</b> five six.", "Seven eight nine ten eleven."))
    excerpt = row(page).outlet.contract.view(current_edition(page.uid).story).excerpt_html
    assert "nine" in excerpt and "eleven" not in excerpt
    assert excerpt.count("<p") == excerpt.count("</p>") == 2
