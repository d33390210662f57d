"""Receivers: whatever happens to a page or to what it is made of, each outlet's row says what it should hold. Nothing is sent."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction, Site

from home.models import ArticlePage, SectionPage
from syndication.models import Edition, Outlet, Republication, current_edition
from syndication.planning import plan, plan_everything, reconcile
from tests import factories as make
from tests.outlets import Desk, deliver, memory, row

pytestmark = pytest.mark.django_db
State = Republication.State


@pytest.fixture(autouse=True)
def outlet(desk: Desk) -> Outlet:
    """An outlet that takes every original."""
    return memory()


@pytest.fixture
def not_indexed() -> None:
    """Here it is indexed where authors, images and outlets are used."""


def versions(page: Any) -> list[tuple[int, bool, str]]:
    """The editions of a piece: version, public, reason."""
    return list(Edition.objects.filter(uid=page.uid).order_by("version").values_list("version", "public", "reason"))


# --- publish, update, unpublish -----------------------------------------------------------------------------------------


def test_publishing_records_an_edition_and_owes_it_to_the_outlet_without_sending(desk: Desk) -> None:
    page = make.original("One")
    assert versions(page) == [(1, True, "published")]
    wanted = row(page)
    assert (wanted.operation, wanted.state, wanted.wanted.story.headline) == ("publish", State.PENDING, "One")
    assert wanted.due_at is not None
    assert desk.heard == []


def test_publishing_rings_once(rings: list[str], commit: Any) -> None:
    with commit():
        make.original()
    assert rings == ["deliver_due"]


def test_a_draft_is_nobodys_business() -> None:
    page = make.original(live=False)
    assert not Edition.objects.exists() and not Republication.objects.exists()
    assert plan(page, "asked too early") is False


def test_an_edit_is_a_new_version_under_a_new_key() -> None:
    page = make.original("One")
    deliver(page)
    key = row(page).key
    make.edit(page, title="Two")
    assert [version for version, _public, _reason in versions(page)] == [1, 2]
    assert row(page).wanted.story.headline == "Two"
    assert row(page).key != key and row(page).due_at is not None


def test_a_saved_draft_of_a_live_piece_changes_nothing() -> None:
    page = make.original("One")
    deliver(page)
    page.title = "Two"
    page.save_revision()
    assert versions(page) == [(1, True, "published")]
    assert row(page).state == State.DELIVERED


def test_publishing_again_without_a_change_makes_no_edition_and_no_push(rings: list[str], commit: Any) -> None:
    page = make.original(body=make.paragraphs("One", "Two"), lead_image=make.image())
    deliver(page)
    with commit():
        make.edit(page)
    assert len(versions(page)) == 1
    assert row(page).state == State.DELIVERED and row(page).due_at is None
    assert rings == []


def test_unpublishing_asks_for_it_back() -> None:
    page = make.original()
    deliver(page)
    page.unpublish()
    assert versions(page) == [(1, True, "published"), (2, False, "unpublished")]
    assert (row(page).operation, row(page).state) == ("withdraw", State.PENDING)


def test_publishing_again_after_unpublishing_sends_it_again() -> None:
    page = make.original()
    deliver(page)
    page.unpublish()
    make.edit(page)
    assert [public for _version, public, _reason in versions(page)] == [True, False, True]
    assert row(page).operation == "publish" and row(page).due_at is not None


def test_what_was_unpublished_before_it_was_ever_sent_is_withdrawn_in_silence() -> None:
    page = make.original()
    page.unpublish()
    assert (row(page).state, row(page).due_at) == (State.WITHDRAWN, None)


# --- deletion -----------------------------------------------------------------------------------------------------------


def gone(page: Any) -> bool:
    """Whether no reader can see the piece and the outlet is asked for it back."""
    edition = current_edition(page.uid)
    assert edition is not None
    connection.check_constraints()
    return not edition.public and edition.page_id is None and row(page).operation == "withdraw" and row(page).due_at is not None


def test_deleting_a_page_asks_for_it_back() -> None:
    page = make.original()
    deliver(page)
    page.delete()
    assert gone(page)


def test_deleting_the_base_page_does_too() -> None:
    page = make.original()
    deliver(page)
    Page.objects.get(pk=page.pk).delete()
    assert gone(page)


def test_deleting_a_section_asks_for_all_below_it_back() -> None:
    section = make.section()
    pages = [make.original(parent=section), make.original(parent=section)]
    for page in pages:
        deliver(page)
    SectionPage.objects.get(pk=section.pk).delete()
    assert all(gone(page) for page in pages)


@pytest.mark.parametrize("model", [ArticlePage, Page])
def test_deleting_through_a_queryset_does_too(model: Any) -> None:
    page = make.original()
    deliver(page)
    model.objects.filter(pk=page.pk).delete()
    assert gone(page)


def test_deleting_a_private_page_shows_it_to_nobody() -> None:
    page = make.original()
    deliver(page)
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    deliver(page)
    page.delete()
    assert [public for _version, public, _reason in versions(page)] == [True, False]
    assert not Edition.objects.visible().exists()


def test_deleting_a_private_draft_records_nothing() -> None:
    page = make.original(live=False)
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    page.delete()
    assert not Edition.objects.exists()


def test_deleting_an_unpublished_page_changes_nothing_more() -> None:
    page = make.original()
    deliver(page)
    page.unpublish()
    page.delete()
    assert [public for _version, public, _reason in versions(page)] == [True, False]
    assert row(page).operation == "withdraw"


def test_deleting_an_alias_leaves_its_source_alone() -> None:
    page = make.original()
    alias = page.create_alias(update_slug="alias")
    deliver(page)
    alias.specific.delete()
    assert row(page).state == State.DELIVERED and current_edition(page.uid).public  # type: ignore[union-attr]


# --- addresses ----------------------------------------------------------------------------------------------------------


def test_a_new_slug_is_a_new_address(commit: Any) -> None:
    page = make.original()
    deliver(page)
    with commit():
        make.edit(page, slug="elsewhere")
    assert row(page).wanted.story.url.endswith("/elsewhere/")
    assert row(page).wanted.story.canonical.url == row(page).wanted.story.url


def test_a_sections_new_slug_moves_all_its_pieces(commit: Any, rings: list[str]) -> None:
    section = make.section("Reviews")
    page = make.original(parent=section)
    deliver(page)
    with commit():
        make.edit(section, slug="criticism")
    assert "/criticism/" in row(page).wanted.story.url
    assert row(page).due_at is not None
    assert set(rings) == {"deliver_due"}


def test_moving_a_page_is_a_new_address() -> None:
    page = make.original()
    deliver(page)
    Page.objects.get(pk=page.pk).move(make.section("Letters"), pos="last-child")
    wanted = row(page).wanted.story
    assert "/letters/" in wanted.url
    assert wanted.section is not None and wanted.section.name == "Letters"
    assert versions(page)[-1][2] == "moved"


def test_moving_a_section_moves_all_below_it() -> None:
    section, other = make.section("Reviews"), make.section("Archive")
    page = make.original(parent=section)
    deliver(page)
    Page.objects.get(pk=section.pk).move(Page.objects.get(pk=other.pk), pos="last-child")
    assert "/archive/reviews/" in row(page).wanted.story.url


def test_a_page_that_only_changes_its_place_in_the_order_is_left_alone() -> None:
    first, second = make.original(), make.original()
    deliver(second)
    Page.objects.get(pk=second.pk).move(Page.objects.get(pk=first.pk), pos="left")
    assert row(second).state == State.DELIVERED


# --- aliases and copies -------------------------------------------------------------------------------------------------


def test_an_alias_is_its_sources_business() -> None:
    page = make.original("One")
    alias = page.create_alias(update_slug="alias").specific
    make.edit(page, title="Two")
    alias = ArticlePage.objects.get(pk=alias.pk)
    assert alias.title == "Two" and alias.live
    assert alias.uid != page.uid
    assert set(Edition.objects.values_list("uid", flat=True)) == {page.uid}
    assert plan(alias, "asked for the alias") is False


def test_an_alias_keeps_its_uid_through_every_update_of_its_source() -> None:
    page = make.original()
    uid = page.create_alias(update_slug="alias").specific.uid
    for title in ("Two", "Three"):
        page = make.edit(page, title=title)
    assert ArticlePage.objects.get(slug="alias").uid == uid


def test_a_copy_is_another_piece_in_every_revision_of_it() -> None:
    page = make.original("One")
    page = make.edit(page, title="Two")
    copy = page.copy(update_attrs={"slug": "copy", "title": "Copy"}, keep_live=False)
    assert copy.specific.uid != page.uid
    assert {revision.as_object().uid for revision in copy.revisions.all()} == {copy.specific.uid}
    published = make.publish(copy.get_latest_revision_as_object())
    assert published.uid == copy.specific.uid
    assert current_edition(page.uid).story.headline == "Two"  # type: ignore[union-attr]


def test_going_back_to_an_old_revision_keeps_the_uid() -> None:
    page = make.original("One")
    first = page.latest_revision
    make.edit(page, title="Two")
    first.publish()
    assert [version for version, *_rest in versions(page)] == [1, 2, 3]
    assert row(page).wanted.story.headline == "One"


# --- who may see it -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["page", "section", "front page"])
def test_privacy_takes_a_piece_back_and_its_end_sends_it_again(where: str) -> None:
    page = make.original()
    deliver(page)
    place = {"page": page, "section": page.get_parent(), "front page": make.front_page()}[where]
    restriction = PageViewRestriction.objects.create(page=place, restriction_type="login")
    assert row(page).operation == "withdraw"
    assert not Edition.objects.visible().exists()
    restriction.delete()
    assert row(page).operation == "publish"
    assert Edition.objects.visible().count() == 1


def test_a_piece_published_in_private_is_not_sent() -> None:
    section = make.section()
    PageViewRestriction.objects.create(page=section, restriction_type="login")
    page = make.original(parent=section)
    assert not Edition.objects.exists() and not Republication.objects.filter(uid=page.uid).exists()


def test_a_scheduled_piece_is_not_sent_early() -> None:
    page = make.original(go_live_at=timezone.now() + timedelta(days=1))
    assert page.live is False and page.approved_schedule
    assert not Edition.objects.exists() and not Republication.objects.exists()


def test_a_scheduled_edit_of_a_live_piece_waits_for_its_time() -> None:
    page = make.original("One")
    deliver(page)
    make.edit(page, title="Two", go_live_at=timezone.now() + timedelta(days=1))
    assert row(page).wanted.story.headline == "One" and row(page).state == State.DELIVERED


# --- parts of pieces ----------------------------------------------------------------------------------------------------


def test_an_author_who_is_renamed_signs_anew_everywhere(rings: list[str], commit: Any) -> None:
    ada, grace = make.author("Ada"), make.author("Grace")
    page, other = make.original(authors=[ada]), make.original(authors=[grace])
    for piece in (page, other):
        deliver(piece)
    ada.name = "Ada Lovelace"
    with commit():
        ada.save()
    assert "Ada Lovelace" in row(page).wanted.story.byline
    assert (row(page).state, row(other).state) == (State.PENDING, State.DELIVERED)
    assert rings == ["deliver_due"]


@pytest.mark.parametrize("place", ["lead", "body"])
def test_an_image_with_another_credit_is_told_anew(place: str) -> None:
    image = make.image(may_syndicate=True, credit="Somebody")
    figure = ("image", {"image": image, "caption": ""})
    facts: dict[str, Any] = {"lead_image": image} if place == "lead" else {"body": [*make.paragraphs("One"), figure]}
    page = make.original(**facts)
    deliver(page)
    image.credit = "Drawing: Mary Somerville"
    image.save()
    assert row(page).state == State.PENDING
    assert "Mary Somerville" in row(page).wanted.story.model_dump_json()


def test_a_draft_that_names_the_author_is_not_published_by_a_new_name() -> None:
    ada = make.author("Ada")
    make.original(authors=[ada], live=False)
    ada.name = "Ada Lovelace"
    ada.save()
    assert not Edition.objects.exists()


def test_an_outlets_new_name_or_policy_is_told_by_the_stubs_that_point_there() -> None:
    page = make.stub()
    outlet = page.outlet
    assert outlet is not None
    outlet.name, outlet.stub_canonical = "Morning Lantern", "self"
    outlet.save()
    story = current_edition(page.uid).story  # type: ignore[union-attr]
    assert story.outlet is not None and story.outlet.name == "Morning Lantern"
    assert story.canonical.policy == "self"


def test_new_settings_of_the_publication_set_a_worker_to_go_through_all_pieces(rings: list[str], commit: Any) -> None:
    page = make.stub()
    settings = make.publication()
    rings.clear()
    settings.stub_policy = "noindex"
    with commit():
        settings.save()
    assert rings == ["plan_everything"]
    plan_everything()
    assert current_edition(page.uid).story.canonical.policy == "noindex"  # type: ignore[union-attr]


def test_a_sites_new_address_is_on_every_canonical_after_reconcile(rings: list[str], commit: Any) -> None:
    page = make.original()
    deliver(page)
    site = Site.objects.get()
    site.hostname, site.port = "home.example", 443
    with commit():
        site.save()
    assert rings == ["reconcile"]
    assert reconcile() == 1
    assert row(page).wanted.story.canonical.url.startswith("https://home.example/")
