"""Planning: which outlet is offered what, what a stub leans on, and what is found that nobody announced."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction, Site

from home.models import ArticlePage
from syndication.models import Edition, Outlet, Override, Republication, Verification, current_edition
from syndication.planning import plan_everything, reconcile
from tests import factories as make
from tests.outlets import Desk, deliver, memory, row

pytestmark = pytest.mark.django_db
State = Republication.State


@pytest.fixture(autouse=True)
def outlet(desk: Desk) -> Outlet:
    """An outlet that takes every original."""
    return memory()


# --- outlets ------------------------------------------------------------------------------------------------------------


def test_a_new_outlet_is_offered_what_is_newer_than_it_takes() -> None:
    old, new = make.original(), make.original()
    Edition.objects.filter(uid=old.uid).update(first_published_at=timezone.now() - timedelta(days=9))
    outlet = memory("Second", takes_since=timezone.now() - timedelta(days=1))
    reconcile()
    assert [found.uid for found in Republication.objects.filter(outlet=outlet)] == [new.uid]


def test_new_terms_reach_what_is_older_than_it_takes_if_it_has_it_or_an_editor_chose_it() -> None:
    had, chosen, _other = make.original("Had"), make.original("Chosen"), make.original("Other")
    outlet = memory("Second", takes_since=timezone.now() + timedelta(days=1))
    Republication.objects.want(current_edition(had.uid), outlet, "publish")  # type: ignore[arg-type]
    Override.objects.create(uid=chosen.uid, outlet=outlet, choice=Override.Choice.SEND)
    before = Republication.objects.get(outlet=outlet).key
    Outlet.objects.filter(pk=outlet.pk).update(extent="link")
    reconcile()
    rows = {found.uid: found.key for found in Republication.objects.filter(outlet=outlet)}
    assert rows.keys() == {had.uid, chosen.uid} and rows[had.uid] != before


def test_an_outlet_without_a_beginning_is_offered_the_archive() -> None:
    pages = [make.original(), make.original()]
    outlet = memory("Second", takes_since=None)
    reconcile()
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
    reconcile()
    assert row(page).state == State.PENDING


def test_a_new_address_or_secret_alone_pushes_nothing(outlet: Outlet) -> None:
    page = make.original()
    deliver(page)
    outlet.endpoint, outlet.secret, outlet.name = f"{make.ABROAD}/other", f"whsec_{'A' * 40}", "Another name"
    outlet.save()
    assert row(page).state == State.DELIVERED


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
    reconcile()
    few = cost()
    for _ in range(4):
        make.original()
        make.stub()
    assert cost() == few <= 14


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
