"""A stub from an address, through the admin as a browser asks: what is asked, shown, decided and made, and by whom."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupPagePermission, PageLogEntry

from home.models import Author, PublicationImage, SectionPage, StubPage
from syndication.doorbell import listen_again
from syndication.models import Errand, Outlet
from tests import factories as make

pytestmark = pytest.mark.django_db

URL = "https://lantern.example/pieces/lamps"
FACTS: dict[str, Any] = {
    "title": {"text": "Lamps", "place": "JSON-LD"},
    "description": {"text": "A harbour without ships.", "place": "JSON-LD"},
    "authors": {"texts": ["Ada  LOVELACE", "Charles Babbage"], "place": "JSON-LD"},
    "published": {"text": "2018-05-30", "place": "JSON-LD"},
    "language": {"text": "ar", "place": "page"},
    "site_name": {"text": "Evening Lantern", "place": "Open Graph"},
    "paragraphs": {"texts": ["It began with <a> lamp.", "Then there were two."], "place": "JSON-LD"},
    "image": {"text": "https://lantern.example/lamp.jpg", "place": "JSON-LD"},
    "image_alt": {"text": "A lamp on a pier", "place": "Open Graph"},
    "image_caption": {"text": "The last lamp.", "place": "JSON-LD"},
}


@pytest.fixture(autouse=True)
def silent_bell(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No broker listens; the bell forgets that afterwards."""
    yield
    listen_again()


@pytest.fixture
def section() -> SectionPage:
    """Where the stub goes."""
    return make.section("Reviews", slug="reviews")


@pytest.fixture
def chief(section: SectionPage) -> Any:
    """A superuser."""
    return make.editor()


@pytest.fixture
def desk(client: Client, chief: Any) -> Client:
    """Their browser."""
    client.force_login(chief)
    return client


def asking(section: SectionPage) -> str:
    return reverse("stub_from_url:ask", args=[section.pk])


def shown(errand: Errand, **query: str) -> str:
    return reverse("stub_from_url:reading", args=[errand.pk], query=query or None)


def making(errand: Errand) -> str:
    return reverse("stub_from_url:make", args=[errand.pk])


def picture() -> str:
    return default_storage.save("from-outlets/test.jpg", ContentFile(make.drawing("jpg")))


def read(section: SectionPage, user: Any, *, name: str = "", problem: str = "", url: str = URL, **facts: Any) -> Errand:
    """A reading that is done."""
    told = {key: value for key, value in {**FACTS, **facts}.items() if value is not None}
    found = {"url": url, "facts": told, "picture": name, "picture_problem": problem}
    errand = Errand.ask(Errand.Kind.READ_PAGE, asked={"url": url, "section": section.pk}, asked_by=user)
    Errand.objects.filter(pk=errand.pk).update(state="done", found=found, due_at=None, ended_at=timezone.now())
    errand.refresh_from_db()
    return errand


def writer(section: SectionPage, *rights: str) -> Any:
    """Somebody who may add pages in the section, and has these rights besides."""
    user = get_user_model().objects.create_user(f"writer-{section.pk}-{len(rights)}", "w@home.example", "secret")
    group = Group.objects.create(name=f"Writers {user.pk}")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    GroupPagePermission.objects.create(group=group, page=section, permission=Permission.objects.get(codename="add_page"))
    group.permissions.add(*Permission.objects.filter(codename__in=rights))
    user.groups.add(group)
    return user


# --- asking ---------------------------------------------------------------------------------------------------------------


def test_an_address_is_written_down_for_a_worker_and_the_editor_waits_on_a_page_of_its_own(
    desk: Client, section: SectionPage, chief: Any
) -> None:
    answer = desk.post(asking(section), {"url": URL})
    errand = Errand.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, shown(errand))
    assert (errand.kind, errand.state, errand.asked_by) == ("read-page", "waiting", chief)
    assert errand.asked == {"url": URL, "section": section.pk} and errand.due_at
    assert "Waiting for a worker" in desk.get(shown(errand)).content.decode()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "Paste the address of the piece at the outlet."),
        ("http://10.0.0.1/lamps", "not on the public web"),
        ("ftp://lantern.example/lamps", "The address must begin with https:// or http://."),
        ("https://ada:secret@lantern.example/", "must not hold a name or password"),
        ("javascript:alert(1)", "Enter a valid URL."),
    ],
)
def test_an_address_we_would_not_visit_is_refused_at_the_field(
    url: str, sentence: str, desk: Client, section: SectionPage
) -> None:
    answer = desk.post(asking(section), {"url": url})
    assert answer.status_code == 200 and sentence in answer.content.decode()
    assert not Errand.objects.exists()


@pytest.mark.parametrize(
    "other", [URL, f"{URL}/", "http://lantern.example/pieces/lamps", "https://www.lantern.example/pieces/lamps", f"{URL}#top"]
)
def test_an_address_that_has_a_stub_is_refused_with_the_way_to_it(other: str, desk: Client, section: SectionPage) -> None:
    stub = make.stub("The lamps", outlet_url=URL)
    text = desk.post(asking(section), {"url": other}).content.decode()
    assert "There is already a stub for this address" in text
    assert f'<a href="{reverse("wagtailadmin_pages:edit", args=[stub.pk])}">The lamps</a>' in text
    assert not Errand.objects.exists()


def test_another_page_of_the_same_site_is_no_twin(desk: Client, section: SectionPage) -> None:
    make.stub(outlet_url=f"{URL}?p=1")
    assert desk.post(asking(section), {"url": f"{URL}?p=2"}).status_code == 302


def test_the_way_begins_in_the_menu_of_a_section_and_on_the_page_for_a_new_child(desk: Client, section: SectionPage) -> None:
    for name in ("wagtailadmin_explore", "wagtailadmin_pages:add_subpage", "wagtailadmin_pages:edit"):
        assert asking(section) in desk.get(reverse(name, args=[section.pk])).content.decode(), name
    front = desk.get(reverse("wagtailadmin_explore", args=[make.front_page().pk])).content.decode()
    assert "Stub from an address" not in front


# --- waiting --------------------------------------------------------------------------------------------------------------


def test_the_steps_so_far_are_a_part_that_the_page_fetches_again(desk: Client, section: SectionPage, chief: Any) -> None:
    errand = Errand.ask(Errand.Kind.READ_PAGE, asked={"url": URL, "section": section.pk}, asked_by=chief)
    step = {"step": "Fetching the page", "outcome": "running", "sentence": "We ask <lantern.example>.", "detail": ""}
    Errand.objects.filter(pk=errand.pk).update(state="running", steps=[step])
    part = desk.get(shown(errand, part="")).content.decode()
    assert 'data-under-way="yes"' in part and "We ask &lt;lantern.example&gt;." in part and "<html" not in part
    whole = desk.get(shown(errand)).content.decode()
    assert "syndication/reading.js" in whole and "Look again" in whole


def test_a_failure_says_why_and_offers_two_ways_on(desk: Client, section: SectionPage, chief: Any) -> None:
    errand = Errand.ask(Errand.Kind.READ_PAGE, asked={"url": URL, "section": section.pk}, asked_by=chief)
    Errand.objects.filter(pk=errand.pk).update(state="failed", sentence="There is no page.", ended_at=timezone.now())
    text = desk.get(shown(errand)).content.decode()
    assert "There is no page." in text and "Try again" in text and "Write it by hand" in text
    assert "reading.js" not in text
    assert URL in desk.get(f"{asking(section)}?url={URL}").content.decode()


def test_a_step_that_failed_says_so_once_and_nothing_turns_after_the_end(desk: Client, section: SectionPage, chief: Any) -> None:
    errand = Errand.ask(Errand.Kind.READ_PAGE, asked={"url": URL, "section": section.pk}, asked_by=chief)
    step = {"step": "Fetching the page", "outcome": "failed", "sentence": "There is no page.", "detail": "HTTP 404"}
    rows = Errand.objects.filter(pk=errand.pk)
    rows.update(state="failed", steps=[step], sentence="There is no page.", ended_at=timezone.now())
    assert desk.get(shown(errand)).content.decode().count("There is no page.") == 1
    rows.update(steps=[{**step, "outcome": "running", "sentence": "We ask."}], sentence="Something failed on our side.")
    text = desk.get(shown(errand)).content.decode()
    assert "Something failed on our side." in text and "reading-spinner" not in text


def test_what_was_read_long_ago_is_read_anew(desk: Client, section: SectionPage, chief: Any) -> None:
    errand = read(section, chief)
    Errand.objects.update(asked_at=timezone.now() - timedelta(days=2))
    assert desk.get(shown(errand))["Location"].startswith(asking(section))
    assert desk.post(making(errand), {}).status_code == 302
    assert not StubPage.objects.exists()


# --- the review -----------------------------------------------------------------------------------------------------------


def test_the_review_shows_what_was_found_where_and_what_was_not(desk: Client, section: SectionPage, chief: Any) -> None:
    text = desk.get(shown(read(section, chief, published=None))).content.decode()
    assert "Lamps" in text and "JSON-LD" in text and "It began with &lt;a&gt; lamp." in text
    assert text.count("not found on the page") == 1


def test_a_page_that_names_another_home_is_pointed_out(desk: Client, section: SectionPage, chief: Any) -> None:
    errand = read(section, chief, canonical={"text": "https://elsewhere.example/lamps", "place": "link"})
    assert "The page names another one as its home" in desk.get(shown(errand)).content.decode()


# --- making ---------------------------------------------------------------------------------------------------------------


def test_the_draft_holds_all_that_was_read(desk: Client, section: SectionPage, chief: Any) -> None:
    ada = make.author("Ada Lovelace")
    lantern = make.outlet("Evening Lantern", kind="", endpoint="", website="https://lantern.example/")
    name = picture()
    errand = read(section, chief, name=name)
    answer = desk.post(making(errand), {"outlet": lantern.pk, "new_authors": ["Charles Babbage"], "picture": "on"})
    page = StubPage.objects.get()
    assert answer["Location"] == reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert not page.live and page.owner == chief and page.get_parent().pk == section.pk
    assert (page.title, page.slug, page.standfirst) == ("Lamps", "lamps", "A harbour without ships.")
    assert page.excerpt == "<p>It began with &lt;a&gt; lamp.</p><p>Then there were two.</p>"
    assert (page.outlet, page.outlet_url, page.ran_on, page.language) == (lantern, URL, date(2018, 5, 30), "ar")
    assert [line.author.name for line in page.bylines.all()] == ["Ada Lovelace", "Charles Babbage"]
    assert page.bylines.first().author == ada
    assert (page.lead_alt, page.lead_caption) == ("A lamp on a pier", "The last lamp.")
    image = page.lead_image
    assert (image.may_syndicate, image.credit, image.uploaded_by_user) == (False, "", chief)
    assert not default_storage.exists(name)
    revision = page.get_latest_revision()
    assert revision.user == chief and revision.as_object().bylines.count() == 2
    assert "Created from https://lantern.example/pieces/lamps" in [entry.message for entry in PageLogEntry.objects.all()]
    said = desk.get(answer["Location"]).content.decode()
    assert "Enter the picture credit at the image." in said and "Not found on the page" not in said


def test_what_is_missing_stays_empty_with_a_note(desk: Client, section: SectionPage, chief: Any) -> None:
    nothing = dict.fromkeys(FACTS)
    errand = read(section, chief, **nothing)
    answer = desk.post(making(errand), {"outlet": ""})
    page = StubPage.objects.get()
    assert (page.title, page.slug, page.excerpt, page.ran_on, page.outlet) == ("Untitled stub", "untitled-stub", "", None, None)
    said = desk.get(answer["Location"]).content.decode()
    assert "Not found on the page: headline, authors, picture, date, text, language." in said
    assert "Choose the outlet." in said


def test_a_description_alone_becomes_the_text_and_does_not_stand_there_twice(
    desk: Client, section: SectionPage, chief: Any
) -> None:
    desk.post(making(read(section, chief, paragraphs=None)), {})
    page = StubPage.objects.get()
    assert (page.standfirst, page.excerpt) == ("", "<p>A harbour without ships.</p>")


def test_two_clicks_make_one_draft(desk: Client, section: SectionPage, chief: Any) -> None:
    errand = read(section, chief)
    first, second = desk.post(making(errand), {}), desk.post(making(errand), {})
    assert first["Location"] == second["Location"] == desk.get(shown(errand))["Location"]
    assert StubPage.objects.count() == 1


def test_a_stub_made_meanwhile_stops_the_second(desk: Client, section: SectionPage, chief: Any) -> None:
    errand = read(section, chief)
    make.stub("Sooner", outlet_url=URL)
    text = desk.post(making(errand), {}).content.decode()
    assert "There is already a stub for this address" in text and StubPage.objects.count() == 1


def test_the_home_at_the_same_host_is_the_address_and_a_foreign_one_is_not(
    desk: Client, section: SectionPage, chief: Any
) -> None:
    home = {"text": "https://lantern.example/lamps", "place": "link"}
    desk.post(making(read(section, chief, url=f"{URL}?utm=1", canonical=home)), {})
    assert StubPage.objects.get().outlet_url == "https://lantern.example/lamps"
    foreign = {"text": "https://elsewhere.example/lamps", "place": "link"}
    desk.post(making(read(section, chief, canonical=foreign)), {})
    assert StubPage.objects.filter(outlet_url=URL).exists()


def test_slugs_do_not_meet(desk: Client, section: SectionPage, chief: Any) -> None:
    make.original("Lamps", slug="lamps", parent=section)
    desk.post(making(read(section, chief)), {})
    assert StubPage.objects.get().slug == "lamps-2"


@pytest.mark.parametrize(
    ("said", "kept"), [("en-US", "en"), ("ar-EG", "ar"), ("pt-br", "pt-br"), ("tlh", "en-gb"), ("", "en-gb")]
)
def test_a_language_is_one_that_we_offer(said: str, kept: str, desk: Client, section: SectionPage, chief: Any) -> None:
    desk.post(making(read(section, chief, language={"text": said.lower(), "place": "page"})), {})
    assert StubPage.objects.get().language in (kept, kept.partition("-")[0])


def test_a_very_long_page_fits(desk: Client, section: SectionPage, chief: Any) -> None:
    long = {"text": "ا" * 255, "place": "JSON-LD"}
    desk.post(making(read(section, chief, title=long, description={"text": "word " * 200, "place": "meta"})), {})
    page = StubPage.objects.get()
    assert len(page.slug) <= 255 and len(page.standfirst) <= 400


# --- outlets and authors --------------------------------------------------------------------------------------------------


def test_the_outlet_is_found_by_its_host_the_narrowest_first(desk: Client, section: SectionPage, chief: Any) -> None:
    make.outlet("Wide", website="https://example/", kind="", endpoint="")
    lantern = make.outlet("Lantern", website="https://lantern.example/", kind="", endpoint="")
    form = desk.get(shown(read(section, chief))).context["form"]
    assert form.fields["outlet"].initial == str(lantern.pk) and "outlet_name" not in form.fields


def test_an_outlet_that_we_do_not_know_is_proposed_and_added(desk: Client, section: SectionPage, chief: Any) -> None:
    errand = read(section, chief)
    form = desk.get(shown(errand)).context["form"]
    assert (form.fields["outlet"].initial, form.fields["outlet_name"].initial) == ("new", "Evening Lantern")
    desk.post(making(errand), {"outlet": "new", "outlet_name": "The Evening Lantern"})
    outlet = StubPage.objects.get().outlet
    assert (outlet.name, outlet.website, outlet.kind) == ("The Evening Lantern", "https://lantern.example/", "")


@pytest.mark.parametrize(
    ("name", "sentence"), [("", "Enter the name of the outlet"), ("Post", "There is an outlet of this name.")]
)
def test_a_new_outlet_needs_a_name_of_its_own(name: str, sentence: str, desk: Client, section: SectionPage, chief: Any) -> None:
    make.outlet("Post")
    answer = desk.post(making(read(section, chief)), {"outlet": "new", "outlet_name": name})
    assert sentence in answer.content.decode() and not StubPage.objects.exists()


def test_an_author_left_unticked_is_named_and_not_added(desk: Client, section: SectionPage, chief: Any) -> None:
    answer = desk.post(making(read(section, chief)), {})
    assert not Author.objects.exists() and StubPage.objects.get().bylines.count() == 0
    assert "Not among our authors: Ada LOVELACE, Charles Babbage." in " ".join(
        desk.get(answer["Location"]).content.decode().split()
    )


def test_a_name_the_page_does_not_hold_cannot_be_added(desk: Client, section: SectionPage, chief: Any) -> None:
    answer = desk.post(making(read(section, chief)), {"new_authors": ["Mallory"]})
    assert answer.status_code == 200 and not Author.objects.exists()


def test_a_picture_not_wanted_is_thrown_away(desk: Client, section: SectionPage, chief: Any) -> None:
    name = picture()
    desk.post(making(read(section, chief, name=name)), {})
    assert not PublicationImage.objects.exists() and not default_storage.exists(name)


# --- who may --------------------------------------------------------------------------------------------------------------


def test_without_the_right_to_add_pages_there_is_no_way_in(client: Client, section: SectionPage) -> None:
    elsewhere = writer(make.section("Elsewhere"))
    client.force_login(elsewhere)
    assert client.get(asking(section)).status_code == 302
    assert client.post(asking(section), {"url": URL}).status_code == 302
    errand = read(section, elsewhere)
    for answer in (client.get(shown(errand)), client.post(making(errand), {})):
        assert answer.status_code == 302 and answer["Location"] == reverse("wagtailadmin_home")
    assert not StubPage.objects.exists()


def test_a_visitor_is_asked_to_sign_in(client: Client, section: SectionPage, chief: Any) -> None:
    errand = read(section, chief)
    for address in (asking(section), shown(errand), making(errand)):
        assert client.post(address)["Location"].startswith("/admin/login/")


def test_a_reading_belongs_to_who_asked(client: Client, section: SectionPage, chief: Any) -> None:
    errand = read(section, chief)
    client.force_login(make.editor())
    assert client.get(shown(errand)).status_code == 404
    assert client.get(shown(errand, part="")).status_code == 404
    assert client.post(making(errand), {}).status_code == 404


def test_another_kind_of_errand_is_none_of_ours(desk: Client, section: SectionPage, chief: Any) -> None:
    errand = read(section, chief)
    Errand.objects.update(kind="test-outlet")
    assert desk.get(shown(errand)).status_code == 404


def test_a_draft_is_made_by_a_post_only(desk: Client, section: SectionPage, chief: Any) -> None:
    assert desk.get(making(read(section, chief))).status_code == 405


def test_a_writer_makes_a_draft_but_adds_nothing_they_may_not(client: Client, section: SectionPage) -> None:
    user = writer(section)
    client.force_login(user)
    errand = read(section, user, name=picture())
    form = client.get(shown(errand)).context["form"]
    assert list(form.fields) == ["outlet"] and "new" not in dict(form.fields["outlet"].choices)
    asked = {"outlet": "new", "outlet_name": "Mine", "new_authors": ["Charles Babbage"], "picture": "on"}
    assert client.post(making(errand), asked).status_code == 200
    client.post(making(errand), {**asked, "outlet": ""})
    page = StubPage.objects.get()
    assert (page.owner, page.lead_image, page.outlet) == (user, None, None)
    assert not Outlet.objects.exists() and not Author.objects.exists() and not PublicationImage.objects.exists()


def test_a_writer_with_more_rights_is_offered_more(client: Client, section: SectionPage) -> None:
    user = writer(section, "add_outlet", "add_author")
    client.force_login(user)
    form = client.get(shown(read(section, user))).context["form"]
    assert {"outlet_name", "new_authors"} <= set(form.fields)


def test_a_stub_one_may_not_edit_is_named_without_a_link(client: Client, section: SectionPage) -> None:
    make.stub("The lamps", outlet_url=URL, parent=make.section("Elsewhere"))
    client.force_login(writer(section))
    text = client.post(asking(section), {"url": URL}).content.decode()
    assert "There is already a stub for this address: The lamps" in text
