"""Planning: whatever happens to a page, each outlet's row says what it should hold; and nothing is sent by it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction, Site

from home.models import ArticlePage, SectionPage
from syndication import tasks
from syndication.doorbell import listen_again
from syndication.models import Edition, Outlet, Republication, Verification, current_edition
from syndication.planning import plan, plan_everything, reconcile
from tests import factories as make
from tests.outlets import Desk, memory

pytestmark = pytest.mark.django_db
State = Republication.State


@pytest.fixture(autouse=True)
def outlet(desk: Desk) -> Outlet:
    """An outlet that takes every original."""
    return memory()


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hints that would be sent if everything were committed now."""
    heard: list[str] = []
    listen_again()
    for name in ("deliver_due", "reconcile", "plan_everything"):
        monkeypatch.setattr(getattr(tasks, name), "apply_async", lambda name=name, **options: heard.append(name))
    return heard


def row(page: Any) -> Republication:
    """The page's republication at the one outlet."""
    return Republication.objects.select_related("wanted", "held").get(uid=page.uid)


def deliver(page: Any) -> None:
    """Let the outlet hold what is wanted now."""
    wanted = row(page)
    Republication.objects.filter(pk=wanted.pk).update(held=wanted.wanted, state=State.DELIVERED, due_at=None, fence=1)


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


# --- outlets ------------------------------------------------------------------------------------------------------------


def test_a_new_outlet_is_offered_what_is_newer_than_it_takes() -> None:
    old, new = make.original(), make.original()
    Edition.objects.filter(uid=old.uid).update(first_published_at=timezone.now() - timedelta(days=9))
    outlet = memory("Second", takes_since=timezone.now() - timedelta(days=1))
    assert [found.uid for found in Republication.objects.filter(outlet=outlet)] == [new.uid]


def test_an_outlet_without_a_beginning_is_offered_the_archive() -> None:
    pages = [make.original(), make.original()]
    outlet = memory("Second", takes_since=None)
    assert Republication.objects.filter(outlet=outlet).count() == len(pages)


def test_an_outlet_that_is_not_automatic_gets_only_what_an_editor_sent_and_then_its_changes() -> None:
    by_hand = memory("By hand", automatic=False)
    page, other = make.original("One"), make.original()
    assert not Republication.objects.filter(outlet=by_hand).exists()
    Republication.objects.want(current_edition(page.uid), by_hand, "publish")  # type: ignore[arg-type]
    for piece in (page, other):
        make.edit(piece, title="Changed")
    (kept,) = Republication.objects.filter(outlet=by_hand)
    assert (kept.uid, kept.wanted.story.headline) == (page.uid, "Changed")


def test_stubs_go_only_where_they_are_wanted() -> None:
    takes = memory("Takes stubs", takes_stubs=True)
    stub = make.stub()
    assert [found.outlet_id for found in Republication.objects.filter(uid=stub.uid)] == [takes.pk]


def test_an_outlet_whose_endpoint_is_gone_is_offered_nothing(outlet: Outlet) -> None:
    Outlet.objects.filter(pk=outlet.pk).update(state=Outlet.State.GONE)
    make.original()
    assert not Republication.objects.exists()


def test_a_held_or_suspended_outlet_is_owed_what_comes_meanwhile(outlet: Outlet) -> None:
    Outlet.objects.filter(pk=outlet.pk).update(state=Outlet.State.HELD)
    assert row(make.original()).due_at is not None


def test_changed_terms_reach_the_outlet_and_an_unchanged_form_does_not(outlet: Outlet) -> None:
    page = make.original()
    deliver(page)
    outlet.save()
    assert row(page).state == State.DELIVERED
    outlet.owes_noindex = True
    outlet.save()
    assert row(page).state == State.PENDING


def test_a_new_address_or_secret_alone_pushes_nothing(outlet: Outlet) -> None:
    page = make.original()
    deliver(page)
    outlet.endpoint, outlet.secret, outlet.name = f"{make.ABROAD}/other", f"whsec_{'A' * 40}", "Another name"
    outlet.save()
    assert row(page).state == State.DELIVERED


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


# --- the page a stub points at ------------------------------------------------------------------------------------------


def test_the_target_of_a_public_stub_is_watched_until_it_is_no_longer_public() -> None:
    page = make.stub(outlet_url=f"{make.ABROAD}/one")
    watched = Verification.objects.get(stub_uid=page.uid)
    assert watched.url == f"{make.ABROAD}/one" and watched.due_at is not None
    page = make.edit(page, outlet_url=f"{make.ABROAD}/two")
    assert Verification.objects.get().url == f"{make.ABROAD}/two"
    page.unpublish()
    assert Verification.objects.get().due_at is None
    page = make.edit(page)
    assert Verification.objects.get().due_at is not None
    page.delete()
    assert Verification.objects.get().due_at is None


def test_an_edit_of_a_stub_does_not_hurry_the_next_look() -> None:
    page = make.stub()
    later = timezone.now() + timedelta(days=7)
    Verification.objects.update(due_at=later)
    make.edit(page, title="Another headline")
    assert Verification.objects.get().due_at == later


# --- what nobody announced ----------------------------------------------------------------------------------------------


def test_reconcile_finds_nothing_where_nothing_happened() -> None:
    page = make.original()
    make.stub()
    make.original(live=False)
    deliver(page)
    assert reconcile() == 0
    assert row(page).state == State.DELIVERED


def test_reconcile_finds_an_address_changed_behind_our_back() -> None:
    page = make.original()
    deliver(page)
    ArticlePage.objects.filter(pk=page.pk).update(url_path=page.url_path.replace(page.slug, "moved"), slug="moved")
    assert reconcile() == 1
    assert row(page).wanted.story.url.endswith("/moved/")
    assert reconcile() == 0


def test_reconcile_finds_a_page_switched_off_behind_our_back() -> None:
    page = make.original()
    deliver(page)
    ArticlePage.objects.filter(pk=page.pk).update(live=False)
    assert reconcile() == 1
    assert row(page).operation == "withdraw"
    assert reconcile() == 0


def test_reconcile_finds_a_page_switched_on_behind_our_back() -> None:
    page = make.original(live=False)
    ArticlePage.objects.filter(pk=page.pk).update(live=True)
    assert reconcile() == 1
    assert row(page).operation == "publish"


def test_reconcile_finds_privacy_set_behind_our_back() -> None:
    page = make.original()
    deliver(page)
    PageViewRestriction.objects.bulk_create([PageViewRestriction(page=page.get_parent(), restriction_type="login")])
    assert reconcile() == 1
    assert row(page).operation == "withdraw"


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


def test_a_worker_that_remembers_the_sites_old_address_finds_the_new_one() -> None:
    """Another process saved the site: this one was told nothing and keeps addresses for an hour."""
    page = make.original()
    assert page.full_url
    Site.objects.update(hostname="home.example", port=443)
    assert reconcile() == 1
    assert row(page).wanted.story.url.startswith("https://home.example/")


def test_reconcile_withdraws_what_lost_its_page_without_a_word(outlet: Outlet) -> None:
    edition = make.edition()
    Republication.objects.want(edition, outlet, "publish")
    deliver(edition)
    assert reconcile() == 1
    assert row(edition).operation == "withdraw"
    assert reconcile() == 0


def test_reconcile_costs_the_same_queries_however_many_pieces_there_are() -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert reconcile() == 0
        return len(queries)

    make.original()
    make.stub()
    few = cost()
    for _ in range(4):
        make.original()
        make.stub()
    assert cost() == few <= 8


def test_the_nightly_plan_finds_what_no_fingerprint_shows() -> None:
    page = make.original("One")
    deliver(page)
    Page.objects.filter(pk=page.pk).update(title="Two")
    assert reconcile() == 0
    assert plan_everything() == 1
    assert row(page).wanted.story.headline == "Two"
    assert plan_everything() == 0


def break_image(page: ArticlePage) -> None:
    """Lose the file of the page's lead image, as a failing disk does."""
    image = page.lead_image
    assert image is not None
    image.renditions.all().delete()
    default_storage.delete(image.file.name)
    cache.clear()


@pytest.mark.parametrize("sweep", [reconcile, plan_everything])
def test_a_piece_that_cannot_be_told_does_not_keep_the_others_from_being_planned(sweep: Any) -> None:
    broken = make.original("Broken", lead_image=make.image())
    fine = make.original("Fine")
    for page in (broken, fine):
        deliver(page)
    break_image(broken)
    for page in (broken, fine):
        url_path = page.url_path.replace(page.slug, f"{page.slug}-moved")
        ArticlePage.objects.filter(pk=page.pk).update(slug=f"{page.slug}-moved", url_path=url_path)
    sweep()
    assert row(fine).wanted.story.url.endswith("/fine-moved/")
    assert row(broken).wanted.story.url.endswith("/broken/")


def test_a_piece_that_cannot_be_told_does_not_keep_its_section_from_moving(commit: Any) -> None:
    section = make.section()
    broken = make.original(parent=section, lead_image=make.image())
    fine = make.original(parent=section)
    break_image(broken)
    with commit():
        make.edit(section, slug="moved")
    assert "/moved/" in row(fine).wanted.story.url
