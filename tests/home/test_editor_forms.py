"""The editor's forms, through Wagtail's admin as a browser posts them: what may wait, what may not, and how we say so."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from selectolax.lexbor import LexborHTMLParser
from wagtail.models import Page
from wagtail.test.utils.form_data import nested_form_data, querydict_from_html, rich_text, streamfield

from home.models import ArticlePage, Author, PublicationImage, SectionPage, StubPage
from syndication.models import Outlet
from tests import factories as make

pytestmark = pytest.mark.django_db

OUTLETS = "/admin/syndication/outlets/"
MEGABYTE = 1024 * 1024
UNSIGNED = "Choose who signs: a piece goes live with at least one author."


@pytest.fixture
def section() -> SectionPage:
    """The section new pieces are written in."""
    return make.section("Reviews", slug="reviews")


@pytest.fixture
def desk(client: Client) -> Client:
    """A browser an editor is signed in with."""
    make.front_page()
    client.force_login(make.editor())
    return client


def adding(model: type[Page], parent: Page) -> str:
    """The address of the form for a new page."""
    return reverse("wagtailadmin_pages:add", args=("home", model._meta.model_name, parent.pk))


def editing(page: Page) -> str:
    """The address of the form of a page."""
    return reverse("wagtailadmin_pages:edit", args=(page.pk,))


# A form for a new page is the same each time, and costly to render.
_BLANK: dict[str, dict[str, Any]] = {}


def form_at(desk: Client, address: str) -> dict[str, Any]:
    """What the form at an address would send as it stands."""
    html = desk.get(address).content.decode()
    return {
        name: value for name, value in querydict_from_html(html, form_id="page-edit-form").items() if "__prefix__" not in name
    }


def article_form(desk: Client, address: str, *texts: str, **typed: Any) -> dict[str, Any]:
    """The form of an article with something typed into it. The browser's script would fill in the body."""
    blocks = [("paragraph", rich_text(f"<p>{text}</p>")) for text in texts]
    return {**form_at(desk, address), **nested_form_data({"body": streamfield(blocks)}), **typed}


def errors(answer: Any) -> dict[str, list[str]]:
    """The sentences at each field of the form that came back."""
    assert answer.status_code == 200, "the form came back"
    return {name: [str(sentence) for sentence in sentences] for name, sentences in answer.context["form"].errors.items()}


def field(answer: Any, name: str) -> str | None:
    """What stands in a field of the form that came back."""
    tree = LexborHTMLParser(answer.content.decode())
    node = tree.css_first(f'[name="{name}"]')
    if node.tag == "select":
        return next((option.attributes["value"] for option in node.css("option[selected]")), "")
    return node.text().strip() if node.tag == "textarea" else node.attributes.get("value")


# --- drafts ---------------------------------------------------------------------------------------------------------------


def test_a_draft_of_an_article_needs_a_headline_and_nothing_else(desk: Client, section: SectionPage) -> None:
    address = adding(ArticlePage, section)
    answer = desk.post(address, article_form(desk, address, title="Lamps", slug="lamps"))
    page = ArticlePage.objects.get(slug="lamps")
    assert answer.status_code == 302 and not page.live
    assert desk.get(editing(page)).status_code == 200


def test_a_draft_of_a_stub_may_wait_for_its_outlet(desk: Client, section: SectionPage) -> None:
    address = adding(StubPage, section)
    answer = desk.post(address, {**form_at(desk, address), "title": "Lamps", "slug": "lamps"})
    page = StubPage.objects.get(slug="lamps")
    assert answer.status_code == 302 and not page.live and page.outlet is None
    assert desk.get(editing(page)).status_code == 200


def test_an_article_is_written_and_published(desk: Client, section: SectionPage) -> None:
    address = adding(ArticlePage, section)
    ada = make.author()
    form = article_form(desk, address, "The harbour was empty.", title="Lamps", slug="lamps", topics="Sea, Light")
    answer = desk.post(address, {**form, "bylines-0-author": ada.pk, "action-publish": "yes"})
    assert answer.status_code == 302
    page = ArticlePage.objects.get(slug="lamps")
    assert page.live and page.story.body_html == "<p>The harbour was empty.</p>"
    assert {topic.name for topic in page.story.topics} == {"Sea", "Light"}
    assert desk.get(page.url).status_code == 200


def test_an_article_without_authors_is_not_published_and_nothing_typed_is_lost(desk: Client, section: SectionPage) -> None:
    address = adding(ArticlePage, section)
    form = article_form(desk, address, "The harbour was empty.", title="Lamps", slug="lamps", standfirst="Only the lamps.")
    answer = desk.post(address, {**form, "action-publish": "yes"})
    assert not ArticlePage.objects.exists()
    assert UNSIGNED in answer.content.decode()
    assert (field(answer, "title"), field(answer, "standfirst")) == ("Lamps", "Only the lamps.")
    assert "The harbour was empty." in answer.content.decode()


def test_an_article_whose_row_for_an_author_was_removed_is_asked_for_one_as_well(desk: Client, section: SectionPage) -> None:
    address = adding(ArticlePage, section)
    form = article_form(desk, address, "The harbour was empty.", title="Lamps", slug="lamps")
    answer = desk.post(address, {**form, "bylines-0-DELETE": "1", "action-publish": "yes"})
    assert not ArticlePage.objects.exists() and UNSIGNED in answer.content.decode()


def test_a_draft_takes_its_authors_when_they_are_known(desk: Client, section: SectionPage) -> None:
    page = make.original("Lamps", slug="lamps", live=False, authors=[])
    form = article_form(desk, editing(page), "The harbour was empty.")
    assert desk.post(editing(page), form).status_code == 302
    desk.post(editing(page), {**form, "bylines-0-author": make.author().pk, "action-publish": "yes"})
    assert ArticlePage.objects.get().story.authors[0].name == "Ada Lovelace"


def saved_by_itself(desk: Client, address: str, form: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What Wagtail's autosave gets for the form as it stands, and the form with the changes it is told to make."""
    said = desk.post(address, form, headers={"accept": "application/json"}).json()
    assert said["success"], said
    return said, {**form, **said.get("field_updates", {})}


def drafted_authors(page: Page) -> list[str]:
    """Who signs the newest draft of a page."""
    draft = type(page).objects.get(pk=page.pk).get_latest_revision_as_object()
    return [line.author.name for line in draft.bylines.all()]


@pytest.mark.parametrize("model", [ArticlePage, StubPage])
def test_a_draft_saves_itself_again_and_again_before_and_after_its_author_is_known(
    model: type[Page], desk: Client, section: SectionPage
) -> None:
    form = article_form(desk, adding(model, section), title="Lamps", slug="lamps")
    _said, form = saved_by_itself(desk, adding(model, section), form)
    page = model.objects.get(slug="lamps")
    for _time in range(2):
        _said, form = saved_by_itself(desk, editing(page), form)
    form["bylines-0-author"] = make.author().pk
    for _time in range(2):
        _said, form = saved_by_itself(desk, editing(page), form)
    assert drafted_authors(page) == ["Ada Lovelace"]
    form["bylines-0-author"] = ""
    saved_by_itself(desk, editing(page), form)
    assert drafted_authors(page) == []


# --- stubs ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def lantern() -> Outlet:
    """The outlet a stub names."""
    return make.outlet("Evening Lantern", kind="", endpoint="", other_hosts="lantern.test, 192.168.7.7")


def stub_form(desk: Client, address: str, **typed: Any) -> dict[str, Any]:
    """The form of a stub with all that it needs, unless `typed` says otherwise."""
    whole = {
        "title": "Lamps",
        "slug": "lamps",
        "bylines-0-author": make.author().pk,
        "outlet": Outlet.objects.get().pk,
        "outlet_url": f"{make.ABROAD}/lamps",
        "ran_on": "2018-05-30",
        "excerpt": rich_text("<p>It began with a lamp.</p>"),
        "action-publish": "yes",
    }
    return {**form_at(desk, address), **whole, **typed}


def test_a_stub_with_all_its_parts_is_published(desk: Client, section: SectionPage, lantern: Outlet) -> None:
    address = adding(StubPage, section)
    answer = desk.post(address, stub_form(desk, address))
    page = StubPage.objects.get()
    assert answer.status_code == 302 and page.live
    assert "Read the rest at" in desk.get(page.url).content.decode()


@pytest.mark.parametrize(
    ("name", "empty", "sentence"),
    [
        ("outlet", "", "Choose the outlet where the piece ran."),
        ("outlet_url", "", "Enter the address of the piece at the outlet: readers go there to read the rest."),
        ("ran_on", "", "Enter the day it ran there; it stands in the byline."),
        (
            "excerpt",
            rich_text(""),
            "Enter the opening paragraphs. A stub without an excerpt gives readers nothing to begin with.",
        ),
        ("excerpt", rich_text("<p> </p><p>  </p>"), "Enter the opening paragraphs."),
    ],
)
def test_a_stub_that_lacks_a_part_is_told_so_at_the_field(
    name: str, empty: str, sentence: str, desk: Client, section: SectionPage, lantern: Outlet
) -> None:
    address = adding(StubPage, section)
    answer = desk.post(address, stub_form(desk, address, standfirst="Only the lamps.", **{name: empty}))
    told = errors(answer)
    assert list(told) == [name] and told[name][0].startswith(sentence)
    assert sentence in " ".join(LexborHTMLParser(answer.content.decode()).body.text().split())
    assert (field(answer, "title"), field(answer, "standfirst")) == ("Lamps", "Only the lamps.")
    if name != "outlet_url":
        assert field(answer, "outlet_url") == f"{make.ABROAD}/lamps"
    assert not StubPage.objects.exists()


def test_a_stub_that_lacks_everything_is_told_all_of_it_at_once(desk: Client, section: SectionPage) -> None:
    address = adding(StubPage, section)
    answer = desk.post(address, {**form_at(desk, address), "title": "Lamps", "slug": "lamps", "action-publish": "yes"})
    assert set(errors(answer)) >= {"outlet", "outlet_url", "ran_on", "excerpt"}
    assert UNSIGNED in answer.content.decode()
    assert field(answer, "title") == "Lamps"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("javascript:alert(1)", "Enter a valid URL."),
        ("http://10.0.0.1/lamps", "This address is not at Evening Lantern"),
        ("http://192.168.7.7/lamps", "The host of this address is not on the public web: it is a private address"),
        ("ftp://outlet.example/lamps", "The address must begin with https:// or http://."),
        ("https://ada:secret@outlet.example/lamps", "The address must not hold a name or password"),
        (
            "https://elsewhere.example/lamps",
            "This address is not at Evening Lantern (outlet.example, lantern.test, 192.168.7.7).",
        ),
        ("https://notoutlet.example/lamps", "This address is not at Evening Lantern"),
        ("https://outlet.example.evil.test/lamps", "This address is not at Evening Lantern"),
    ],
)
def test_an_address_where_no_copy_of_ours_can_be_is_refused_with_the_reason(
    url: str, sentence: str, desk: Client, section: SectionPage, lantern: Outlet
) -> None:
    address = adding(StubPage, section)
    answer = desk.post(address, stub_form(desk, address, outlet_url=url))
    told = errors(answer)
    assert list(told) == ["outlet_url"] and any(sentence in one for one in told["outlet_url"]), told
    assert field(answer, "outlet_url") == url


def test_not_even_a_draft_keeps_a_script_for_an_address(desk: Client, section: SectionPage, lantern: Outlet) -> None:
    address = adding(StubPage, section)
    form = stub_form(desk, address, outlet_url="javascript:alert(1)")
    del form["action-publish"]
    assert list(errors(desk.post(address, form))) == ["outlet_url"]


@pytest.mark.parametrize("url", [f"{make.ABROAD}/lamps", "https://www.outlet.example/lamps", "https://arabic.lantern.test/lamps"])
def test_an_address_on_any_host_of_the_outlet_is_taken(url: str, desk: Client, section: SectionPage, lantern: Outlet) -> None:
    address = adding(StubPage, section)
    assert desk.post(address, stub_form(desk, address, outlet_url=url)).status_code == 302
    assert StubPage.objects.get().outlet_url == url


# --- outlets ----------------------------------------------------------------------------------------------------------------


def outlet_form(desk: Client, address: str, **typed: Any) -> dict[str, Any]:
    """The form of an outlet with what was typed."""
    return {**querydict_from_html(desk.get(address).content.decode(), form_id="w-editor-form").dict(), **typed}


@pytest.mark.parametrize(
    ("typed", "name", "sentence"),
    [
        ({"new_secret": "hunter2"}, "new_secret", "A webhook secret begins with whsec_. Copy it whole from the outlet."),
        ({"new_secret": "whsec_!!!"}, "new_secret", "After whsec_ comes base64; this is not."),
        ({"new_secret": "whsec_c2hvcnQ="}, "new_secret", "A webhook secret holds 24 to 64 bytes; this one holds 5."),
        ({"new_secret": ""}, "new_secret", "Enter the secret: without it the outlet cannot know that a push is ours."),
        ({"endpoint": ""}, "endpoint", "Enter the address we push to, or leave “how we push” empty."),
        ({"endpoint": "http://192.168.1.1/hook"}, "endpoint", "not on the public web"),
        ({"website": "http://10.0.0.1/"}, "website", "not on the public web"),
        ({"kind": "pigeon"}, "kind", "Select a valid choice."),
        ({"name": "Evening Lantern"}, "name", "already exists"),
        ({"name": ""}, "name", "required"),
    ],
)
def test_an_outlet_that_could_not_be_reached_is_refused_with_the_reason(
    typed: dict[str, str], name: str, sentence: str, desk: Client, lantern: Outlet
) -> None:
    address = f"{OUTLETS}new/"
    whole = {
        "name": "Morning Post",
        "website": "https://post.example/",
        "kind": "webhook",
        "endpoint": "https://post.example/hook",
        "new_secret": make.SECRET,
    }
    answer = desk.post(address, outlet_form(desk, address, **{**whole, **typed}))
    told = errors(answer)
    assert list(told) == [name] and sentence in told[name][0], told
    assert make.SECRET not in answer.content.decode()
    assert field(answer, "website") == {**whole, **typed}["website"]
    assert Outlet.objects.count() == 1


def test_an_outlet_nothing_is_pushed_to_needs_a_name_and_a_website(desk: Client) -> None:
    address = f"{OUTLETS}new/"
    answer = desk.post(address, outlet_form(desk, address, name="Morning Post", website="https://post.example/"))
    assert answer.status_code == 302
    assert not Outlet.objects.get().kind


def test_a_secret_is_sealed_never_shown_again_and_kept_when_left_empty(desk: Client) -> None:
    address = f"{OUTLETS}new/"
    typed = {"name": "Post", "website": "https://post.example/", "kind": "webhook", "endpoint": "https://post.example/hook"}
    desk.post(address, outlet_form(desk, address, **typed, new_secret=make.SECRET))
    outlet = Outlet.objects.get()
    assert outlet.secret == make.SECRET and make.SECRET not in outlet.sealed_secret
    edit = f"{OUTLETS}edit/{outlet.pk}/"
    shown = desk.get(edit).content.decode()
    assert make.SECRET not in shown and outlet.sealed_secret not in shown
    assert "A secret is kept. Leave empty to keep it." in shown
    assert desk.post(edit, outlet_form(desk, edit, name="The Post")).status_code == 302
    outlet.refresh_from_db()
    assert (outlet.name, outlet.secret) == ("The Post", make.SECRET)


def test_a_new_secret_wakes_an_outlet_that_refused_the_old_one(desk: Client) -> None:
    outlet = make.outlet(state=Outlet.State.HELD, state_reason="401")
    edit = f"{OUTLETS}edit/{outlet.pk}/"
    new = make.SECRET.replace("whsec_Y2Fu", "whsec_Y2Fv")
    assert desk.post(edit, outlet_form(desk, edit, new_secret=new)).status_code == 302
    outlet.refresh_from_db()
    assert (outlet.state, outlet.state_reason, outlet.secret) == ("active", "", new)


def test_the_outlets_are_listed_with_their_state(desk: Client) -> None:
    make.outlet("Morning Post", state=Outlet.State.SUSPENDED)
    page = desk.get(OUTLETS).content.decode()
    assert "Morning Post" in page and "suspended by an editor" in page


def test_outlets_are_for_editors_only(client: Client) -> None:
    answer = client.get(f"{OUTLETS}new/")
    assert answer.status_code == 302 and answer["Location"].startswith("/admin/login/")


# --- images -------------------------------------------------------------------------------------------------------------------


def upload(desk: Client, data: bytes, name: str, **typed: str) -> Any:
    """Send an image through the form."""
    facts = {"title": "The pier", "description": "A pier", "credit": "Drawing: Mary Somerville", "licence": "cc-by", **typed}
    return desk.post(reverse("wagtailimages:add"), {**facts, "tags": "", "file": SimpleUploadedFile(name, data)})


def test_an_image_beyond_ten_megabytes_is_refused_at_the_field(desk: Client) -> None:
    answer = upload(desk, make.drawing("jpg") + bytes(10 * MEGABYTE), "pier.jpg")
    told = errors(answer)
    assert list(told) == ["file"] and "10.0" in told["file"][0] and "too big" in told["file"][0]
    assert told["file"][0] in answer.content.decode().replace("\xa0", " ") or "too big" in answer.content.decode()
    assert not PublicationImage.objects.exists()
    assert field(answer, "credit") == "Drawing: Mary Somerville"


def test_many_images_at_once_are_measured_too(desk: Client) -> None:
    big = SimpleUploadedFile("pier.jpg", make.drawing("jpg") + bytes(10 * MEGABYTE))
    answer = desk.post(reverse("wagtailimages:add_multiple"), {"files[]": big, "title": "Pier"}).json()
    assert not answer["success"] and "too big" in answer["error_message"]


@pytest.mark.parametrize(
    ("data", "name"), [(b"no image at all", "pier.jpg"), (make.SVG, "pier.svg"), (make.drawing("png"), "pier.exe")]
)
def test_what_is_no_image_we_can_print_is_refused(data: bytes, name: str, desk: Client) -> None:
    assert list(errors(upload(desk, data, name))) == ["file"]


def test_an_image_needs_a_credit(desk: Client) -> None:
    assert list(errors(upload(desk, make.drawing("jpg"), "pier.jpg", credit=""))) == ["credit"]
    assert upload(desk, make.drawing("jpg"), "pier.jpg").status_code == 302
    assert PublicationImage.objects.get().licence == "cc-by"


# --- previews -------------------------------------------------------------------------------------------------------------------


def preview(desk: Client, address: str, form: dict[str, Any]) -> LexborHTMLParser:
    """What the preview panel shows of a form that is not saved."""
    said = desk.post(address, form)
    assert said.status_code == 200 and said.json()["is_available"], said.content
    answer = desk.get(address)
    assert answer.status_code == 200
    return LexborHTMLParser(answer.content.decode())


def test_the_preview_of_an_article_shows_what_is_not_saved_yet(desk: Client, section: SectionPage) -> None:
    page = make.original("Lamps", slug="lamps")
    form = article_form(desk, editing(page), "Nine boats came.", title="Other lamps", standfirst="Not saved.")
    tree = preview(desk, reverse("wagtailadmin_pages:preview_on_edit", args=(page.pk,)), form)
    assert tree.css_first("h1.p-name").text() == "Other lamps"
    assert tree.css_first(".text").text().strip() == "Nine boats came."
    assert tree.css_first('meta[property="og:title"]').attributes["content"] == "Other lamps"
    desk.logout()
    assert "Other lamps" not in desk.get(page.url).content.decode()


def test_the_preview_of_a_new_stub_shows_what_is_not_saved_yet(desk: Client, section: SectionPage, lantern: Outlet) -> None:
    address = reverse("wagtailadmin_pages:preview_on_add", args=("home", "stubpage", section.pk))
    tree = preview(desk, address, stub_form(desk, adding(StubPage, section)))
    assert tree.css_first("h1.p-name").text() == "Lamps"
    assert tree.css_first(".onward a").attributes["href"] == f"{make.ABROAD}/lamps"
    assert not StubPage.objects.exists()


@pytest.mark.parametrize("model", [ArticlePage, StubPage])
def test_a_preview_is_there_from_the_headline_on(model: type[Page], desk: Client, section: SectionPage) -> None:
    form = form_at(desk, adding(model, section)) | nested_form_data({"body": streamfield([])})
    address = reverse("wagtailadmin_pages:preview_on_add", args=("home", model._meta.model_name, section.pk))
    tree = preview(desk, address, {**form, "title": "Only a headline", "slug": "only-a-headline"})
    assert tree.css_first("h1.p-name").text() == "Only a headline"


def test_the_preview_of_an_author_shows_what_is_not_saved_yet(desk: Client, section: SectionPage) -> None:
    ada = make.author(slug="ada")
    form = {"name": "Ada King", "slug": "ada-king", "bio": rich_text("<p>Counted lamps.</p>"), "x_handle": "@king"}
    views = "wagtailsnippets_home_author"
    for address in (reverse(f"{views}:preview_on_add"), reverse(f"{views}:preview_on_edit", args=(ada.pk,))):
        tree = preview(desk, address, form)
        assert tree.css_first("h1").text() == "Ada King" and "Counted lamps." in tree.css_first(".p-note").text()
    assert Author.objects.get().name == "Ada Lovelace"


def test_a_draft_is_viewed_with_its_own_text(desk: Client, section: SectionPage) -> None:
    page = make.original("Lamps", slug="lamps")
    draft = page.get_latest_revision_as_object()
    draft.title = "Other lamps"
    draft.save_revision()
    shown = desk.get(reverse("wagtailadmin_pages:view_draft", args=(page.pk,))).content.decode()
    assert "Other lamps" in shown


def test_an_edit_form_of_a_live_piece_opens_with_every_panel(desk: Client) -> None:
    page = make.original(lead_image=make.image())
    make.outlet("Morning Post")
    shown = desk.get(editing(page)).content.decode()
    for words in ("Headline", "Authors", "Lead image", "Footnotes", "Corrections", "Syndication", "Morning Post"):
        assert words in shown
