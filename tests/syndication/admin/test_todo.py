"""The list of what is to be done by hand, and the kit for one of them."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import ModelLogEntry

from syndication.models import Outlet, Republication, Verification
from tests import factories as make
from tests.syndication.admin.test_screens import carried, get, logged

pytestmark = pytest.mark.django_db
PLACE = "https://medium.com/@harbour"
TASK = "Put the piece up at Medium, then enter its address there."


@pytest.fixture
def editor(client: Client) -> Client:
    """A superuser's browser."""
    client.force_login(make.editor())
    return client


@pytest.fixture
def medium() -> Outlet:
    return make.outlet("Medium", kind="by_hand", endpoint="", secret="", website=PLACE, automatic=False)


def todo(medium: Outlet, headline: str = "Ships", *, told: Any = None, **facts: Any) -> Republication:
    """A piece that somebody must put up."""
    edition = make.edition(told or make.story(headline=headline))
    facts = {"state": "todo", "error": TASK, **facts}
    return Republication.objects.create(uid=edition.uid, outlet=medium, wanted=edition, **facts)


def close(editor: Client, row: Republication, **answer: str) -> Any:
    return editor.post(reverse("syndication:kit", args=[row.pk]), {"key": str(row.key), **answer}, follow=True)


def test_the_list_says_what_is_to_be_done_and_leads_to_the_kit(editor: Client, medium: Outlet) -> None:
    row = todo(medium)
    carried(medium, "Lamps")
    page = get(editor, "todo")
    assert "Ships" in page and TASK in page and "Lamps" not in page
    assert page.count(f'href="{reverse("syndication:kit", args=[row.pk])}"') == 2


def test_an_empty_list_says_so(editor: Client) -> None:
    assert "Nothing is to be done by hand." in get(editor, "todo")
    assert "Take a filter away." in get(editor, "todo", q="ships")


def test_what_is_to_be_taken_down_comes_first(editor: Client, medium: Outlet) -> None:
    todo(medium, "Ships")
    todo(medium, "Lamps", operation="withdraw", error="Take the piece down at Medium.")
    page = get(editor, "todo")
    assert page.index("Lamps") < page.index("Ships") and "to be taken down" in page


def test_the_list_is_searched_and_filtered(editor: Client, medium: Outlet) -> None:
    todo(medium, "Ships")
    todo(make.outlet("Substack", kind="by_hand"), "Lamps", operation="withdraw")
    for query in ({"q": "ship"}, {"outlet": medium.pk}, {"operation": "publish"}):
        page = get(editor, "todo_results", **query)
        assert "Ships" in page and "Lamps" not in page, query


def test_the_list_can_be_had_as_a_spreadsheet(editor: Client, medium: Outlet) -> None:
    todo(medium, "=Ships")
    answer = editor.get(reverse("syndication:todo"), {"export": "csv"})
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines[0] == "Piece,Outlet,What is to be done,Address of the copy,Since"
    assert lines[1].startswith("'=Ships,Medium,")


def test_the_menu_and_the_overview_count_what_is_to_be_done(editor: Client, medium: Outlet) -> None:
    assert "To do (" not in editor.get("/admin/").content.decode()
    todo(medium), todo(medium)
    assert "To do (2)" in editor.get("/admin/").content.decode()
    assert f'<a id="all-todo" href="{reverse("syndication:todo")}">2</a>' in get(editor, "overview")


def test_what_was_handed_over_is_no_error_of_the_outlet(editor: Client, medium: Outlet) -> None:
    logged(todo(medium), "by hand", sentence=TASK)
    page = get(editor, "overview")
    assert "Last error" not in page and "0 % of 1" not in page


def test_a_row_that_is_to_be_done_shows_on_every_screen(editor: Client, medium: Outlet) -> None:
    row = todo(medium)
    assert "to be done by hand" in get(editor, "republications")
    page = get(editor, "republication", row.pk)
    assert "<dt>To do</dt>" in page and "<dt>Error</dt>" not in page


# --- the kit ----------------------------------------------------------------------------------------------------------


def test_the_kit_holds_all_that_is_to_be_pasted(editor: Client, medium: Outlet) -> None:
    picture = make.picture(alt="A lamp", caption="The lamp.", credit="Photo: Ada")
    told = make.story(
        headline='Ships & "lamps"', standfirst="They left.", body_html="<p>Nobody <strong>heard</strong>.</p>", lead_image=picture
    )
    page = get(editor, "kit", todo(medium, told=told).pk)
    for words in (
        TASK,
        'value="Ships &amp; &quot;lamps&quot;"',
        'value="They left."',
        'value="By Ada Lovelace (@ada) on 30 May 2018"',
        f'value="{told.canonical.url}"',
        "<p>Nobody <strong>heard</strong>.</p>",
        "&lt;p&gt;Nobody &lt;strong&gt;heard&lt;/strong&gt;.&lt;/p&gt;",
        "Nobody **heard**.",
        f'value="&lt;link rel=&quot;canonical&quot; href=&quot;{told.canonical.url}&quot;&gt;"',
        f'href="{picture.url}" download',
        'value="A lamp"',
        'value="The lamp. Photo: Ada"',
        'href="https://medium.com/p/import"',
    ):
        assert words in page, words


def test_the_kit_holds_no_more_than_the_outlet_may_carry(editor: Client, medium: Outlet) -> None:
    Outlet.objects.update(extent="excerpt", excerpt_words=3)
    page = get(editor, "kit", todo(medium, told=make.story(lead_image=make.picture(may_syndicate=False))).pk)
    assert "The harbour was…" in page and "when we came" not in page and "Download the picture" not in page


def test_the_kit_of_a_place_that_we_do_not_know_leads_to_its_front_page(editor: Client, medium: Outlet) -> None:
    Outlet.objects.update(website="https://outlet.example/")
    page = get(editor, "kit", todo(medium).pk)
    assert 'href="https://outlet.example/"' in page and "p/import" not in page


def test_the_kit_of_an_update_leads_to_the_copy(editor: Client, medium: Outlet) -> None:
    page = get(editor, "kit", todo(medium, receipt_url=f"{PLACE}/ships-1").pk)
    assert f'href="{PLACE}/ships-1"' in page and "p/import" not in page
    assert f'value="{PLACE}/ships-1"' in page, "filled in"


def test_the_kit_of_a_withdrawal_holds_no_text(editor: Client, medium: Outlet) -> None:
    page = get(editor, "kit", todo(medium, operation="withdraw", receipt_url=f"{PLACE}/ships-1").pk)
    assert "It is taken down" in page and "The harbour was empty" not in page and "Its address there" not in page


def test_what_is_not_to_be_done_has_no_kit(editor: Client, medium: Outlet) -> None:
    assert editor.get(reverse("syndication:kit", args=[carried(medium).pk])).status_code == 404


# --- closing it -------------------------------------------------------------------------------------------------------


def test_pasting_the_address_closes_it_and_the_copy_is_looked_at_like_any_other(editor: Client, medium: Outlet) -> None:
    row = todo(medium)
    answer = close(editor, row, url=f"{PLACE}/ships-1")
    assert "Thank you. “Ships at Medium” is done." in answer.content.decode()
    row.refresh_from_db()
    assert (row.state, row.receipt_url, row.held, row.error) == ("delivered", f"{PLACE}/ships-1", row.wanted, "")
    look = Verification.objects.get()
    assert look.republication == row and look.url == f"{PLACE}/ships-1" and look.due_at is not None


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "Paste the address of the piece there"),
        ("https://elsewhere.example/ships", "This address is not on medium.com."),
        ("https://medium.com.evil.example/ships", "This address is not on medium.com."),
        ("ships", "Enter a valid URL"),
        ("http://10.0.0.1/", "private"),
        ("javascript:alert(1)", "Enter a valid URL"),
    ],
)
def test_an_address_that_is_not_the_outlets_is_refused_at_its_field(
    url: str, sentence: str, editor: Client, medium: Outlet
) -> None:
    row = todo(medium)
    answer = close(editor, row, url=url)
    page = answer.content.decode()
    assert answer.status_code == 422 and sentence in page and "autofocus" in page
    row.refresh_from_db()
    assert row.state == "todo" and not Verification.objects.exists()


@pytest.mark.parametrize("url", ["https://harbour.medium.com/ships-1", "https://harbour-blog.example/ships"])
def test_other_hosts_of_the_outlet_are_its_own(url: str, editor: Client, medium: Outlet) -> None:
    Outlet.objects.update(other_hosts="harbour-blog.example")
    row = todo(medium)
    close(editor, row, url=url)
    row.refresh_from_db()
    assert row.receipt_url == url


def test_where_there_is_no_address_it_is_closed_without(editor: Client, medium: Outlet) -> None:
    row = todo(medium)
    close(editor, row, url="", without="1")
    row.refresh_from_db()
    assert (row.state, row.receipt_url) == ("delivered", "") and not Verification.objects.exists()


def test_a_withdrawal_is_closed_with_a_word_and_looked_at_where_it_stood(editor: Client, medium: Outlet) -> None:
    row = todo(medium, operation="withdraw", receipt_url=f"{PLACE}/ships-1")
    close(editor, row)
    row.refresh_from_db()
    assert row.state == "withdrawn" and Verification.objects.get().url == f"{PLACE}/ships-1"


def test_what_changed_meanwhile_is_not_closed(editor: Client, medium: Outlet) -> None:
    row = todo(medium)
    key = row.key
    Republication.objects.push_again(pk=row.pk)
    Republication.objects.update(state="todo", due_at=None)
    answer = editor.post(reverse("syndication:kit", args=[row.pk]), {"key": str(key), "url": f"{PLACE}/1"}, follow=True)
    assert "The piece changed while you were at it." in answer.content.decode()
    row.refresh_from_db()
    assert row.state == "todo"


def test_each_closing_is_written_in_the_log_with_its_actor(editor: Client, medium: Outlet) -> None:
    close(editor, todo(medium), without="1")
    entry = ModelLogEntry.objects.get(action="syndication.mark_delivered")
    assert entry.user is not None


@pytest.mark.parametrize("name", ["todo", "todo_results"])
def test_the_list_asks_as_many_queries_for_many_rows_as_for_few(
    name: str, editor: Client, medium: Outlet, django_assert_num_queries: Any
) -> None:
    todo(medium), todo(medium)
    get(editor, name)
    with CaptureQueriesContext(connection) as few:
        get(editor, name)
    for _number in range(10):
        todo(medium)
    with django_assert_num_queries(len(few)):
        get(editor, name)


# --- where a copy stands that nobody told us of ---------------------------------------------------------------------------


def address(row: Republication) -> str:
    return reverse("syndication:address", args=[row.pk])


def test_the_address_of_a_copy_can_be_entered_where_the_outlet_did_not_say_it(editor: Client) -> None:
    row = carried(make.outlet("Lantern desk", kind="email"), "Ships")
    assert "Lantern desk has “Ships”, but did not say where it stands." in editor.get(address(row)).content.decode()
    answer = editor.post(address(row), {"url": "https://outlet.example/ships"}, follow=True)
    assert "We look at the copy now." in answer.content.decode()
    row.refresh_from_db()
    assert (row.state, row.receipt_url) == ("delivered", "https://outlet.example/ships")
    assert Verification.objects.get().url == "https://outlet.example/ships"


@pytest.mark.parametrize("url", ["", "https://elsewhere.example/ships"])
def test_an_address_that_cannot_be_is_refused(url: str, editor: Client) -> None:
    row = carried(make.outlet(kind="email"))
    assert editor.post(address(row), {"url": url, "without": "1"}).status_code == 422
    assert not Verification.objects.exists()


@pytest.mark.parametrize(
    ("kind", "facts"),
    [("mastodon", {}), ("email", {"receipt_url": "https://outlet.example/1"}), ("email", {"state": "failed", "held": None})],
)
def test_where_there_is_no_copy_or_its_place_is_known_there_is_nothing_to_enter(
    kind: str, facts: dict[str, Any], editor: Client
) -> None:
    row = carried(make.outlet(kind=kind), **facts)
    assert editor.get(address(row)).status_code == 404
