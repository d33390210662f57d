"""The receiving end: what is refused and how, and what becomes of the pieces that arrive.

Messages are made and signed by what our own connector makes and signs them with, so both ends are tried against each other.
"""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from django.core.handlers.wsgi import WSGIRequest
from django.core.management import call_command
from django.http import UnreadablePostError
from django.test import Client
from django.utils import timezone
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.models import Page, PageLogEntry
from wagtail_footnotes.models import Footnote

from home.models import Author, StubPage
from syndication import signing
from syndication.arrivals import open_house
from syndication.contract import Contract
from syndication.models import Edition, Message, Notice, Outlet, Received, Republication, Sender, Verification
from syndication.pulse import prune
from syndication.renderers.payload import payload
from syndication.story import Canonical, Correction, Licence, Named, Person, Story
from tests import factories as make

pytestmark = pytest.mark.django_db
OTHER = "whsec_" + "QUJDRA" * 8


def body(event: str, story: Story | None, contract: Contract | None = None) -> bytes:
    now = datetime.now(UTC)
    message = payload(event, story, contract or Contract(), None, now) if story else {"type": event, "data": {}}
    return json.dumps(message, ensure_ascii=False).encode()


def facts_of(content: bytes) -> bytes:
    """What can be signed: the library signs text."""
    return content.decode("utf-8", "replace").encode()


def post(
    sender: Sender,
    content: bytes,
    *,
    secrets: tuple[str, ...] = (make.SECRET,),
    key: UUID | None = None,
    at: datetime | None = None,
    **headers: Any,
) -> Any:
    """One signed request, as the connector sends it; `headers` replace its own."""
    signed = signing.headers(secrets, f"msg_{(key or uuid4()).hex}", at or datetime.now(UTC), facts_of(content))
    facts = {"content_type": "application/json", "headers": {**signed, **headers.pop("headers", {})}, **headers}
    return Client().post(f"/syndication/inbox/{sender.address}/", data=content, **facts)


def send(sender: Sender, event: str, story: Story, contract: Contract | None = None, **facts: Any) -> Any:
    return post(sender, body(f"article.{event}", story, contract), **facts)


def version(number: int, **facts: Any) -> Story:
    """One version of the same piece, with a text of its own."""
    uid = facts.pop("uid", UUID("0d1f8a5c-3f52-4f54-9a38-0d5c3c1f7f10"))
    url = facts.pop("url", "https://home.example/reviews/harbour/")
    told = {"headline": "A harbour without ships", "body_html": f"<p>Version {number} of the text.</p><p>And more.</p>"}
    return make.story(uid=uid, url=url, version=number, **{"excerpt_html": f"<p>Version {number} opens.</p>", **told, **facts})


def page() -> StubPage:
    return StubPage.objects.get()


def public(client: Client) -> str:
    """What readers get."""
    answer = client.get(page().get_url())
    assert answer.status_code == 200
    return str(answer.content.decode())


# --- what is refused --------------------------------------------------------------------------------------------------


def refused(answer: Any, status: int, error: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    told: dict[str, Any] = answer.json()
    assert told["error"] == error and told["says"].endswith(".")
    assert answer["Cache-Control"] == "no-store" and not answer.cookies and "Cookie" not in answer.get("Vary", "")
    assert not StubPage.objects.exists() and not Message.objects.exists()
    return told


def test_a_strangers_signature_is_refused_even_from_a_page_that_a_browser_sends() -> None:
    sender = make.sender()
    refused(send(sender, "published", version(1), secrets=(OTHER,)), 401, "signature")
    # No cookie and no token is asked for: the signature is all that counts.
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/syndication/inbox/{sender.address}/", b"{}", content_type="application/json").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1 v1 , ,, v2,AAAA"},
        {"webhook-signature": "v1,\u00e9\u00e9\u00e9"},
        {"webhook-signature": " ".join(["v1,AAAA"] * 5000)},
        {"webhook-id": "another"},
        {"webhook-id": ""},
        {"webhook-id": "x" * 201},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "now"},
        {"webhook-timestamp": "-1"},
        {"webhook-timestamp": "1e9"},
        {"webhook-timestamp": "9" * 11},
        {"webhook-timestamp": "9" * 40},
        {"webhook-timestamp": "٣٣٣"},
    ],
)
def test_headers_that_are_not_what_was_signed_are_refused(headers: dict[str, str]) -> None:
    refused(send(make.sender(), "published", version(1), headers=headers), 401, "signature")


def test_a_changed_byte_is_refused_and_so_is_what_is_no_utf8() -> None:
    sender, content = make.sender(), body("article.published", version(1))
    signed = signing.headers([make.SECRET], "msg_1", datetime.now(UTC), content)
    refused(post(sender, content.replace(b"harbour", b"harbouR", 1), headers=signed), 401, "signature")
    refused(post(sender, b"\xff" + content[1:], headers=signed), 401, "signature")


@pytest.mark.parametrize("minutes", [-6, 6, -60 * 24])
def test_what_was_signed_long_ago_or_in_the_future_is_refused_with_the_clock_as_cause(minutes: int) -> None:
    told = refused(
        send(make.sender(), "published", version(1), at=datetime.now(UTC) + timedelta(minutes=minutes)), 401, "signature"
    )
    assert "clock" in told["says"]


@pytest.mark.parametrize("minutes", [-4, 4])
def test_clocks_may_be_a_few_minutes_apart(minutes: int) -> None:
    assert send(make.sender(), "published", version(1), at=datetime.now(UTC) + timedelta(minutes=minutes)).status_code == 200


def test_while_a_secret_is_changed_both_count_and_then_only_the_new_one() -> None:
    sender = make.sender()
    sender.change_secret(OTHER, timedelta(hours=1))
    sender.save()
    assert send(sender, "published", version(1), secrets=(make.SECRET,)).status_code == 200
    assert send(sender, "updated", version(2), secrets=(OTHER,)).status_code == 200
    assert send(sender, "updated", version(3), secrets=(OTHER, make.SECRET)).status_code == 200
    Sender.objects.update(old_secret_until=timezone.now() - timedelta(seconds=1))
    assert send(sender, "updated", version(4), secrets=(make.SECRET,)).status_code == 401
    prune()
    assert Sender.objects.get().sealed_old_secret == ""


def test_nobody_is_at_an_unknown_address_or_at_that_of_a_sender_who_was_turned_off() -> None:
    sender = make.sender()
    Sender.objects.update(active=False)
    refused(send(sender, "published", version(1)), 410, "gone")
    Sender.objects.all().delete()
    refused(send(sender, "published", version(1)), 410, "gone")


def test_another_senders_secret_opens_nothing() -> None:
    sender, other = make.sender(), make.sender("Another", secret=OTHER)
    refused(send(sender, "published", version(1), secrets=(OTHER,)), 401, "signature")
    assert send(other, "published", version(1), secrets=(OTHER,)).status_code == 200


def test_a_message_has_a_size_a_kind_and_a_method() -> None:
    sender = make.sender()
    refused(post(sender, b" " * (1024 * 1024 + 1)), 413, "size")
    refused(post(sender, b"{}", headers={"content-length": "99999999999999999999"}), 413, "size")
    refused(post(sender, b"{}", headers={"content-length": ""}), 411, "length")
    refused(post(sender, b"{}", headers={"content-length": "٣"}), 411, "length")
    refused(post(sender, b"{}", content_type="text/plain"), 415, "content type")
    refused(post(sender, b"{}", headers={"content-encoding": "gzip"}), 415, "content type")
    answer = Client().get(f"/syndication/inbox/{sender.address}/")
    refused(answer, 405, "method")
    assert answer["Allow"] == "POST"


@pytest.mark.parametrize("end", [UnreadablePostError("reset"), None])
def test_a_message_that_breaks_off_is_refused(end: Exception | None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(request: Any, size: int) -> bytes:
        if end:
            raise end
        return b"{"

    sender = make.sender()
    monkeypatch.setattr(WSGIRequest, "read", broken)
    refused(post(sender, b"{}"), 400, "body")


def test_a_length_too_great_is_refused_before_anybody_is_looked_up(django_assert_num_queries: Any) -> None:
    sender = make.sender()
    with django_assert_num_queries(0):
        post(sender, b"{}", headers={"content-length": "2000000"})


def test_too_much_at_once_is_put_off_and_goes_on_later() -> None:
    sender = make.sender()
    Message.objects.bulk_create(Message(sender=sender, webhook_id=str(number), event="x") for number in range(300))
    answer = send(sender, "published", version(1))
    assert answer.status_code == 429 and int(answer["Retry-After"]) > 0
    assert send(sender, "published", version(1), secrets=(OTHER,)).status_code == 401, "a stranger is not told"
    Message.objects.update(received_at=timezone.now() - timedelta(minutes=2))
    assert send(sender, "published", version(1)).status_code == 200


def test_where_no_section_is_chosen_the_sender_is_asked_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    sender = make.sender()
    Sender.objects.update(section=None)
    refused(send(sender, "published", version(1)), 503, "no place")
    assert not Received.objects.exists()


def test_a_secret_that_cannot_be_read_is_our_fault_and_is_not_shown(settings: Any, caplog: Any) -> None:
    sender = make.sender()
    settings.CREDENTIAL_KEYS = []
    refused(send(sender, "published", version(1)), 503, "fault")
    assert make.SECRET not in caplog.text


def test_a_fault_of_ours_is_told_as_one_and_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    from home import receiving

    def fail(*args: Any, **kwargs: Any) -> None:
        raise KeyError("a fault of ours")

    monkeypatch.setattr(receiving, "free_slug", fail)
    refused(send(make.sender(), "published", version(1)), 500, "fault")
    assert not Received.objects.exists() and not Author.objects.exists(), "the next try begins anew"


def test_a_version_that_no_page_validates_is_the_senders_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    from home import receiving

    def object_to(*args: Any, **kwargs: Any) -> None:
        raise ValidationError({"slug": "This slug cannot be."})

    monkeypatch.setattr(receiving, "place", object_to)
    assert refused(send(make.sender(), "published", version(1)), 422, "unfit")["says"] == "This slug cannot be."


def wrong(content: Any, sender: Sender | None = None) -> str:
    """The field that is wrong with a signed message."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return str(refused(post(sender or make.sender(), raw), 422, "unfit")["field"])


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (b" ", "body"),
        (b"<html>", "body"),
        (b"[" * 200_000, "body"),
        (b'{"a":' * 100_000, "body"),
        (b"9" * 5000, "body"),
        ([], "body"),
        ("article.published", "body"),
        ({}, "type"),
        ({"type": 7}, "type"),
        ({"type": "x" * 41}, "type"),
        ({"type": "nul\x00"}, "type"),
        ({"type": "article.published"}, "data"),
        ({"type": "article.published", "data": []}, "data"),
        ({"type": "article.published", "data": {}}, "data.story"),
        ({"type": "article.published", "data": {"story": {}}}, "data.story.uid"),
    ],
)
def test_garbage_is_refused_with_the_field_that_is_wrong(content: Any, field: str) -> None:
    assert wrong(content) == field


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"uid": "7"}, "data.story.uid"),
        ({"headline": ""}, "data.story.headline"),
        ({"headline": "x" * 256}, "data.story.headline"),
        ({"headline": ["x"]}, "data.story.headline"),
        ({"version": 0}, "data.story.version"),
        ({"version": 2**40}, "data.story.version"),
        ({"version": "new"}, "data.story.version"),
        ({"canonical": {"url": "ftp://home.example/"}}, "data.story.canonical.url"),
        ({"canonical": {"url": "javascript:alert(1)"}}, "data.story.canonical.url"),
        ({"canonical": {"url": "https://user:pass@home.example/"}}, "data.story.canonical.url"),
        ({"canonical": {"url": f"https://home.example/{'x' * 2000}"}}, "data.story.canonical.url"),
        ({"canonical": "https://home.example/"}, "data.story.canonical"),
        ({"authors": [{"name": "x"}] * 21}, "data.story.authors"),
        ({"authors": [{"name": "x" * 121}]}, "data.story.authors"),
        ({"authors": [{"name": " "}]}, "data.story.authors"),
        ({"authors": "Ada"}, "data.story.authors"),
        ({"first_published": "yesterday"}, "data.story.first_published"),
        ({"first_published": "2018-05-30T09:00:00"}, "data.story.first_published"),
        ({"first_published": "0001-01-01T00:00:00+14:00"}, "data.story"),
        ({"first_published": "9999-12-31T23:00:00Z"}, "data.story.first_published"),
        ({"corrections": [{"at": "2018-05-30", "text": "x"}] * 51}, "data.story.corrections"),
        ({"body_html": "x" * 600_001}, "data.story.body_html"),
        ({"body_html": "<p>" * 10_001}, "data.story.body_html"),
        ({"body_html": "<blockquote>" * 50 + "deep"}, "data.story.body_html"),
        ({"lead_image": {"url": "https://home.example/x.jpg", "width": "wide", "height": 1}}, "data.story.lead_image.width"),
    ],
)
def test_a_story_that_no_page_of_ours_can_hold_is_refused(change: dict[str, Any], field: str) -> None:
    told = json.loads(body("article.published", version(1)))
    told["data"]["story"].update(change)
    sender = make.sender(shows="copy")
    assert wrong(told, sender) == field


def test_terms_that_make_no_sense_are_refused() -> None:
    told = json.loads(body("article.published", version(1)))
    told["data"]["contract"] = {"extent": "everything"}
    assert wrong(told) == "data.contract.extent"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/reviews/harbour/",
        "https://home.example.evil.example/",
        "https://evilhome.example/",
        "https://home.example@evil.example/",
        "https://127.0.0.1/",
        "http://[::1]/",
    ],
)
def test_a_sender_speaks_of_its_own_hosts_only(url: str) -> None:
    assert wrong(json.loads(body("article.published", version(1, canonical=Canonical(url=url))))) == "data.story.canonical.url"


def test_its_other_hosts_and_those_below_are_its_own_too() -> None:
    sender = make.sender(other_hosts="arabic.example, other.example")
    for number, host in enumerate(("www.home.example", "sports.home.example", "arabic.example", "home.example")):
        story = version(1, uid=uuid4(), url=f"https://{host}/{number}/")
        assert send(sender, "published", story).status_code == 200


def test_deep_nests_and_many_tags_end_soon() -> None:
    sender, begun = make.sender(shows="copy"), time.monotonic()
    for text in ("<blockquote>" * 9_999, "<ul><li>" * 4_999, "<table><tr><td>" * 3_000, "<b><i>" * 4_999, "<div>" * 9_999):
        assert send(sender, "published", version(1, body_html=text + "x")).status_code in (200, 422)
    assert time.monotonic() - begun < 20


# --- what arrives -----------------------------------------------------------------------------------------------------


def test_a_piece_of_a_trusted_sender_is_a_live_stub_that_leads_home(client: Client) -> None:
    sender = make.sender()
    answer = send(sender, "published", version(1, standfirst="Nobody came."))
    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(page().pk),
        "state": "published",
        "version": 1,
        "url": f"http://127.0.0.1:8000{page().get_url()}",
    }
    html = public(client)
    assert '<link rel="canonical" href="https://home.example/reviews/harbour/">' in html
    assert "Version 1 opens." in html and "And more" not in html and "Nobody came." in html
    assert 'href="https://home.example/reviews/harbour/"' in html and "Read the rest at" in html
    stub = page()
    assert stub.outlet.name == "The Harbour Review" and stub.outlet.kind == "" and stub.ran_on.isoformat() == "2018-05-30"
    assert [line.author.name for line in stub.bylines.all()] == ["Ada Lovelace"]
    assert Author.objects.get().website == "https://home.example/authors/ada/"
    assert Edition.objects.get(current=True).story.canonical == Canonical(
        url="https://home.example/reviews/harbour/", policy="outlet"
    )
    assert Verification.objects.get().url == "https://home.example/reviews/harbour/", "the home is watched"
    row = Received.objects.get()
    assert (row.state, row.version, row.headline, row.get_state_display()) == (
        "published",
        1,
        "A harbour without ships",
        "published",
    )
    assert not Notice.objects.exists() and Sender.objects.get().heard_at
    assert "Version 1 came from The Harbour Review" in [entry.message for entry in PageLogEntry.objects.all()]


def test_a_full_copy_shows_the_whole_text_and_still_leads_home(client: Client) -> None:
    send(make.sender(shows="copy"), "published", version(1), Contract(attribution="First published in <The Harbour>"))
    html = public(client)
    assert "Version 1 of the text." in html and "And more." in html and "First published at" in html
    assert "First published in &lt;The Harbour&gt;" in html
    assert '<link rel="canonical" href="https://home.example/reviews/harbour/">' in html


def test_where_only_the_excerpt_may_travel_a_copy_is_an_opening() -> None:
    send(make.sender(shows="copy"), "published", version(1, body_html=""))
    assert page().extent == "excerpt" and "Version 1 opens." in page().excerpt


def test_where_only_headline_and_link_may_travel_the_standfirst_has_to_do() -> None:
    send(make.sender(), "published", version(1, body_html="", excerpt_html="", standfirst="Nobody <came>."))
    assert page().excerpt == "<p>Nobody &lt;came&gt;.</p>"


@pytest.mark.parametrize(
    ("contract", "canonical", "robots"),
    [
        (Contract(canonical=True), "https://home.example/reviews/harbour/", False),
        (Contract(canonical=False, noindex=True), "", True),
    ],
)
def test_the_page_keeps_what_the_contract_asks(contract: Contract, canonical: str, robots: bool, client: Client) -> None:
    answer = send(make.sender(), "published", version(1), contract)
    html = public(client)
    assert f'<link rel="canonical" href="{canonical or answer.json()["url"]}">' in html
    assert ("noindex" in html) is robots
    assert "warnings" not in answer.json()


def test_a_contract_that_asks_for_both_is_kept_in_one_and_the_sender_is_told(client: Client) -> None:
    answer = send(make.sender(), "published", version(1), Contract(canonical=True, noindex=True))
    assert "contradict" in answer.json()["warnings"][0]
    assert "noindex" not in public(client)


def test_a_contract_that_changes_without_a_new_version_is_kept_too(client: Client) -> None:
    sender = make.sender()
    send(sender, "published", version(1))
    send(sender, "updated", version(1), Contract(canonical=False, noindex=True))
    assert "noindex" in public(client)


def test_hostile_html_does_not_reach_readers(client: Client) -> None:
    nasty = (
        "<script>alert(1)</script><style>p{}</style><p onclick=x class=masthead id=main style=color:red>Safe"
        '<a href="javascript:alert(2)">one</a><a href="https://home.example/two" target=_blank>two</a>'
        '<img src="https://tracker.example/x.gif"><iframe src="https://evil.example"></iframe></p>'
        "<figure><img src=x><figcaption>Caption</figcaption></figure><form action=/x><input name=y></form>"
        '<svg onload="alert(3)"><text>S</text></svg><math>M</math><h2>Heading</h2><table><tr><td colspan=2>Cell</td></tr></table>'
        '<embed embedtype="image" id="1"><a linktype="page" id="1">page</a><template><p>T</p></template>'
    )
    story = version(
        1,
        headline="<script>alert(0)</script>",
        standfirst="<b>bold</b>",
        body_html=nasty,
        authors=(Person(name="<i>Eve</i>", website="javascript:alert(4)"),),
        corrections=(Correction(at=timezone.localdate(), text="<script>alert(5)</script>"),),
    )
    send(make.sender(shows="copy"), "published", story)
    text = page().excerpt
    for bad in ("script", "onclick", "style", "class", 'id="', "<img", "iframe", "javascript", "form", "svg", "math", "template"):
        assert bad not in text
    for bad in ("linktype", "embed", "Caption", "target"):
        assert bad not in text
    for good in ("Safe", "https://home.example/two", "<h2>Heading</h2>", '<td colspan="2">Cell</td>'):
        assert good in text
    html = public(client)
    assert "alert(0)</script>" not in html and "alert(5)</script>" not in html and "<i>Eve" not in html
    assert Author.objects.get().website == ""


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ('<a href="/lamps">x</a>', '<a href="https://home.example/lamps" rel="noopener">x</a>'),
        ('<a href="../lamps">x</a>', '<a href="https://home.example/reviews/lamps" rel="noopener">x</a>'),
        ('<a href="//other.example/">x</a>', '<a href="https://other.example/" rel="noopener">x</a>'),
        ('<a href="mailto:desk@home.example">x</a>', '<a href="mailto:desk@home.example" rel="noopener">x</a>'),
        ('<a href="http://[broken">x</a>', '<a rel="noopener">x</a>'),
        ('<a href="#main">x</a>', '<a rel="noopener">x</a>'),
        (
            '<p><sup id="footnote-source-1-1">1</sup><sup id="main">2</sup></p>',
            '<p><sup id="footnote-source-1-1">1</sup><sup>2</sup></p>',
        ),
        ("<figure><picture><source><img src=x></picture><figcaption>C</figcaption></figure><p>T</p>", "<p>T</p>"),
        ("<p>T <img src=x> U</p>", "<p>T  U</p>"),
        (
            "<figure class=quote><blockquote>Q</blockquote><figcaption>Who</figcaption></figure>",
            "<blockquote>Q</blockquote><p>Who</p>",
        ),
        ("<aside><p>T</p></aside><p>T</p>", "<p>T</p>"),
        ("<p>a<br>b &amp; &lt;c&gt;</p>", "<p>a<br/>b &amp; &lt;c&gt;</p>"),
    ],
)
def test_what_a_text_means_at_home_it_means_here(sent: str, kept: str) -> None:
    send(make.sender(shows="copy"), "published", version(1, body_html=f"{sent}<p>End.</p>"))
    assert page().excerpt == f"{kept}<p>End.</p>"


def test_a_piece_of_ours_with_everything_in_it_arrives_whole() -> None:
    note = "6f1b1d5e-1f1c-4a43-8a35-3c8f5d1a2b11"
    table = {"data": [["Lamp", "Hours"], ["North", "9"]], "first_row_is_table_header": True}
    body = [
        ("paragraph", f'<p>It began with a lamp<footnote id="{note}">[6f1b1d]</footnote>.</p>'),
        ("heading", {"text": "The second lamp", "level": "2"}),
        ("quote", {"text": "<p>Light!</p>", "attribution": "Ada", "source": "https://home.example/ada"}),
        ("pull_quote", {"text": "It began with a lamp", "attribution": ""}),
        ("media", {"url": "https://youtu.be/x", "title": "A film of lamps", "note": ""}),
        ("table", table),
    ]
    ours = make.original("Lamps", live=False, body=body)
    ours.footnotes = [Footnote(uuid=note, text="<p>Two lamps.</p>")]
    story = make.publish(ours).edition.story.model_copy(update={"canonical": Canonical(url="https://home.example/lamps/")})
    assert send(make.sender(shows="copy"), "published", Contract().view(story)).status_code == 200
    text = page().excerpt
    for part in (
        '<a href="#footnote-1"',
        '<li id="footnote-1">',
        "Two lamps.",
        "<h2>The second lamp</h2>",
        "Light!",
        "A film of lamps",
    ):
        assert part in text
    assert "Ada" in text and ">Hours</th>" in text and "<td>9</td>" in text and text.count("It began with a lamp") == 1


def test_arabic_is_read_from_right_to_left(client: Client) -> None:
    story = version(1, headline="مرفأ بلا سفن", language="ar", direction="rtl", excerpt_html="<p>كان المرفأ خاليًا.</p>")
    send(make.sender(), "published", story)
    assert page().language == "ar" and 'dir="rtl"' in public(client) and "كان المرفأ" in public(client)


def test_authors_and_topics_of_ours_are_found_by_name_and_strangers_words_make_no_topics() -> None:
    ada, harbours = make.author("Ada  Lovelace"), make.topic("Harbours")
    story = version(
        1,
        authors=(Person(name="ada lovelace"), Person(name="Grace Hopper"), Person(name="Ada Lovelace")),
        topics=(Named(name="harbours"), Named(name="Casino")),
        licence=Licence(name="CC BY 4.0", url="https://creativecommons.org/licenses/by/4.0/"),
    )
    send(make.sender(), "published", story)
    assert [line.author.name for line in page().bylines.all()] == ["Ada  Lovelace", "Grace Hopper"]
    assert page().bylines.first().author == ada
    assert list(page().topics.all()) == [harbours] and page().licence == "cc-by"


def test_what_sanitises_to_two_alike_headlines_gets_slugs_of_its_own() -> None:
    sender = make.sender()
    for _ in range(3):
        send(sender, "published", version(1, uid=uuid4(), url=f"https://home.example/{uuid4()}/"))
    assert sorted(StubPage.objects.values_list("slug", flat=True)) == [
        "a-harbour-without-ships",
        "a-harbour-without-ships-2",
        "a-harbour-without-ships-3",
    ]


def test_an_outlet_that_we_push_to_already_is_the_one_our_stubs_name() -> None:
    outlet = make.outlet("Their desk", website="https://home.example/")
    send(make.sender(), "published", version(1))
    assert page().outlet == outlet and Outlet.objects.count() == 1


# --- later versions ---------------------------------------------------------------------------------------------------


def test_updates_and_corrections_follow_at_the_same_address(client: Client) -> None:
    sender = make.sender()
    first = send(sender, "published", version(1)).json()
    send(sender, "updated", version(2, headline="A harbour with one ship"))
    correction = Correction(at=timezone.localdate(), text="There was one ship.")
    last = send(sender, "corrected", version(3, headline="A harbour with one ship", corrections=(correction,))).json()
    assert last == {**first, "version": 3}
    html = public(client)
    assert "A harbour with one ship" in html and "Version 3 opens." in html and "There was one ship." in html
    assert Edition.objects.get(current=True).version == 3


def test_a_repeat_gets_the_same_answer_and_does_nothing() -> None:
    sender, key = make.sender(), uuid4()
    first = send(sender, "published", version(1), key=key)
    for _ in range(2):
        again = send(sender, "published", version(1), key=key)
        assert (again.status_code, again.json()) == (first.status_code, first.json())
    # Not even with another body: the id has been heard.
    assert send(sender, "updated", version(2), key=key).json() == first.json()
    assert Edition.objects.get().version == 1 and page().revisions.count() == 1


def test_the_same_id_of_another_sender_is_another_message() -> None:
    key = uuid4()
    send(make.sender(), "published", version(1), key=key)
    send(
        make.sender("Another", website="https://other.example/"), "published", version(1, url="https://other.example/1/"), key=key
    )
    assert StubPage.objects.count() == 2


def test_pushed_again_nothing_is_written_twice() -> None:
    sender = make.sender()
    first = send(sender, "published", version(1)).json()
    assert send(sender, "published", version(1)).json() == first
    assert send(sender, "updated", version(2, body_html=version(1).body_html, excerpt_html=version(1).excerpt_html)).json() == {
        **first,
        "version": 2,
    }
    assert page().revisions.count() == 1 and Edition.objects.count() == 1


def test_an_older_version_never_overtakes_a_newer_one(client: Client) -> None:
    sender = make.sender()
    send(sender, "published", version(3))
    late = send(sender, "updated", version(2))
    assert late.status_code == 200 and late.json()["version"] == 3
    assert "Version 3 opens." in public(client)


def test_of_the_same_version_the_one_that_was_sent_later_counts(client: Client) -> None:
    """A piece that is kept from an outlet and sent there once more has one version all the time."""
    sender, now = make.sender(), datetime.now(UTC)
    send(sender, "published", version(1), at=now - timedelta(seconds=90))
    send(sender, "withdrawn", version(1), at=now)
    assert send(sender, "published", version(1), at=now - timedelta(seconds=60)).json()["state"] == "withdrawn"
    assert not page().live
    assert send(sender, "published", version(1), at=now + timedelta(seconds=1)).json()["state"] == "published"
    assert "Version 1 opens." in public(client)


def test_a_withdrawal_within_the_same_second_counts() -> None:
    sender, now = make.sender(), datetime.now(UTC)
    send(sender, "published", version(1), at=now)
    assert send(sender, "withdrawn", version(1), at=now).json()["state"] == "withdrawn"
    assert not page().live


def test_a_withdrawn_piece_is_gone_for_readers_and_its_sender_can_see_that(client: Client) -> None:
    sender = make.sender()
    address = send(sender, "published", version(1)).json()["url"]
    answer = send(sender, "withdrawn", version(2))
    assert answer.json() == {"id": str(page().pk), "state": "withdrawn", "version": 2, "url": address}
    assert client.get(address).status_code == 404
    assert Received.objects.get().state == "withdrawn"
    assert "has withdrawn" in Notice.objects.get(kind="received").sentence


def test_a_withdrawal_of_what_never_came_is_well_and_what_it_withdrew_comes_no_more() -> None:
    sender = make.sender()
    assert send(sender, "withdrawn", version(2)).status_code == 200
    assert send(sender, "published", version(1)).json()["state"] == "withdrawn"
    assert not StubPage.objects.exists()


def test_what_the_sender_took_down_it_can_bring_back_unchanged(client: Client) -> None:
    sender = make.sender()
    address = send(sender, "published", version(1)).json()["url"]
    send(sender, "withdrawn", version(2))
    assert send(sender, "published", version(3, excerpt_html="<p>Version 1 opens.</p>")).json()["url"] == address
    assert "Version 1 opens." in public(client)


def test_events_we_do_not_know_are_left_alone() -> None:
    sender = make.sender()
    answer = post(sender, body("article.adored", None))
    assert (answer.status_code, answer.json()["state"]) == (200, "ignored")


def test_the_senders_test_event_is_known_and_carries_nothing() -> None:
    sender = make.sender()
    answer = post(sender, body("outlet.test", None))
    assert answer.status_code == 200
    assert (answer.json()["may_publish"], answer.json()["canonical"]) == (True, True)
    assert not Received.objects.exists()


# --- moderation and editors -------------------------------------------------------------------------------------------


def test_a_moderated_piece_waits_as_a_draft_and_an_editor_is_told(client: Client) -> None:
    sender = make.sender(trust="moderated")
    answer = send(sender, "published", version(1))
    assert answer.status_code == 202
    assert answer.json() == {"id": str(page().pk), "state": "waiting", "version": 1}
    assert not page().live and client.get(page().get_url()).status_code == 404
    told = Notice.objects.get(kind="received")
    assert told.subject == f"page:{page().pk}" and "A harbour without ships" in told.sentence
    assert list(Received.objects.all().in_state("waiting")) == [Received.objects.get()]

    make.publish(page().get_latest_revision_as_object())
    assert Notice.objects.get().closed_at is not None
    again = send(sender, "published", version(1))
    assert again.status_code == 200 and again.json()["url"].endswith(page().get_url())
    assert list(Received.objects.all().in_state("published")) == [Received.objects.get()]


def test_a_new_version_of_a_moderated_piece_waits_while_readers_keep_the_one_before(client: Client) -> None:
    sender = make.sender(trust="moderated")
    send(sender, "published", version(1))
    make.publish(page().get_latest_revision_as_object())
    answer = send(sender, "updated", version(2))
    assert answer.status_code == 202 and answer.json()["url"].endswith(page().get_url())
    assert "Version 1 opens." in public(client)
    assert Notice.objects.filter(closed_at=None).count() == 1
    make.publish(page().get_latest_revision_as_object())
    assert "Version 2 opens." in public(client) and Received.objects.get().state == "published"


def test_a_withdrawal_of_a_moderated_piece_is_obeyed_at_once(client: Client) -> None:
    sender = make.sender(trust="moderated")
    send(sender, "published", version(1))
    make.publish(page().get_latest_revision_as_object())
    assert send(sender, "withdrawn", version(2)).json()["state"] == "withdrawn"
    assert client.get(page().get_url()).status_code == 404


def test_a_withdrawal_stops_what_an_editor_had_scheduled() -> None:
    sender = make.sender(trust="moderated")
    send(sender, "published", version(1))
    draft = page().get_latest_revision_as_object()
    draft.go_live_at = timezone.now() + timedelta(hours=1)
    draft.save_revision().publish()
    assert page().approved_schedule
    send(sender, "withdrawn", version(2))
    assert not page().approved_schedule and not page().live


def by_hand(**facts: Any) -> None:
    """An editor changes the page through Wagtail and publishes it."""
    make.edit(page(), **facts)


def test_an_editors_words_are_not_overwritten_the_new_version_waits_as_a_draft(client: Client) -> None:
    sender = make.sender()
    send(sender, "published", version(1))
    by_hand(title="A better headline")
    answer = send(sender, "updated", version(2))
    assert answer.status_code == 202
    assert "A better headline" in public(client) and "Version 1 opens." in public(client)
    assert "Version 2 opens." in page().get_latest_revision_as_object().excerpt
    assert "changed" in Notice.objects.get(closed_at=None).sentence
    assert "changed" in Received.objects.get().note


def test_nor_does_the_version_after_that_overwrite_them_until_an_editor_decided(client: Client) -> None:
    sender = make.sender()
    send(sender, "published", version(1))
    by_hand(title="A better headline")
    for number in (2, 3):
        assert send(sender, "updated", version(number)).status_code == 202
        assert "A better headline" in public(client)
    # The editor takes the sender's words after all: from then on they follow again.
    make.publish(page().get_latest_revision_as_object())
    assert "Version 3 opens." in public(client) and Received.objects.get().note == ""
    assert send(sender, "updated", version(4)).status_code == 200
    assert "Version 4 opens." in public(client)


def test_a_sender_who_becomes_trusted_publishes_with_the_next_version_what_waited(client: Client) -> None:
    send(make.sender(trust="moderated"), "published", version(1))
    Sender.objects.update(trust="trusted")
    assert send(Sender.objects.get(), "updated", version(2)).status_code == 200
    assert "Version 2 opens." in public(client) and Received.objects.get().note == ""


def test_what_editors_add_without_touching_the_senders_words_stays_and_holds_nothing_up(client: Client) -> None:
    sender, topic = make.sender(), make.topic("Harbours")
    send(sender, "published", version(1))
    draft = page().get_latest_revision_as_object()
    draft.topics.add(topic)
    draft.slug, draft.seo_title, draft.search_description = "our-slug", "Our title", "Our words"
    # Draftail writes the same text with keys of its own.
    draft.excerpt = '<p data-block-key="a1b2c">Version 1 opens.</p>'
    make.publish(draft)
    assert send(sender, "updated", version(2)).status_code == 200
    assert "Version 2 opens." in public(client)
    assert (page().slug, page().seo_title, list(page().topics.all())) == ("our-slug", "Our title", [topic])


@pytest.mark.parametrize(
    "text",
    [
        "<p>One.</p><p>Two &amp; <b>three</b>, <i>four</i>.</p>",
        '<p>A <a href="https://home.example/x">link</a><br>and a line.</p><h2>Heading</h2><ul><li>a</li><li>b</li></ul>',
        "<h3>Smaller</h3><blockquote>Said.</blockquote><ol><li>one</li></ol><p>H<sub>2</sub>O</p>",
        '<p>كان المرفأ خاليًا.</p><p>Noted<sup id="footnote-source-1-1"><a href="#footnote-1">1</a></sup>.</p>',
    ],
)
def test_saving_the_form_without_a_change_of_words_is_no_change(text: str) -> None:
    """Draftail writes the text anew, with keys and without what it does not know."""
    sender = make.sender(shows="copy")
    send(sender, "published", version(1, body_html=text))
    features = StubPage._meta.get_field("excerpt").features
    converter = ContentstateConverter(features)
    draft = page().get_latest_revision_as_object()
    draft.excerpt = converter.to_database_format(converter.from_database_format(draft.excerpt))
    assert draft.excerpt != page().excerpt
    make.publish(draft)
    assert send(sender, "updated", version(2)).status_code == 200


def test_what_an_editor_took_offline_stays_offline() -> None:
    sender = make.sender()
    send(sender, "published", version(1))
    page().unpublish()
    answer = send(sender, "updated", version(2))
    assert answer.status_code == 202 and not page().live
    assert "offline" in Received.objects.get().note


def test_what_an_editor_deleted_comes_back_as_a_draft_at_most() -> None:
    sender = make.sender()
    address = send(sender, "published", version(1)).json()["url"]
    page().delete()
    assert Received.objects.get().state == "removed"
    assert list(Received.objects.all().in_state("removed")) == [Received.objects.get()]
    for number in (2, 3):
        assert send(sender, "updated", version(number)).status_code == 202 and not page().live
    page().delete()
    assert send(sender, "updated", version(4)).status_code == 202 and not page().live
    assert address


def test_what_was_told_of_a_page_is_over_when_an_editor_deletes_it() -> None:
    send(make.sender(trust="moderated"), "published", version(1))
    page().delete()
    assert Notice.objects.get(kind="received").closed_at is not None


def test_what_came_from_another_site_does_not_travel_on_by_itself(client: Client) -> None:
    make.outlet("Lantern", takes_stubs=True)
    send(make.sender(), "published", version(1))
    assert page().live and not Republication.objects.exists()


def test_a_locked_page_is_left_to_who_locked_it(client: Client) -> None:
    sender = make.sender()
    send(sender, "published", version(1))
    Page.objects.filter(pk=page().pk).update(locked=True)
    assert send(sender, "updated", version(2)).status_code == 202
    assert "Version 1 opens." in public(client)


def test_a_stub_that_editors_had_made_of_the_piece_is_used_instead_of_a_second_one(client: Client) -> None:
    outlet = make.outlet("The Harbour Review", kind="", endpoint="", website="https://home.example/")
    ours = make.stub("By hand", outlet=outlet, outlet_url="https://www.home.example/reviews/harbour")
    answer = send(make.sender(), "published", version(1))
    assert answer.status_code == 202 and answer.json()["id"] == str(ours.pk)
    assert "By hand" in public(client)
    assert page().get_latest_revision_as_object().title == "A harbour without ships"
    assert send(Sender.objects.get(), "updated", version(2)).status_code == 202
    assert "By hand" in public(client)


def test_an_unfinished_stub_that_editors_began_is_not_published_for_them() -> None:
    outlet = make.outlet("The Harbour Review", kind="", endpoint="", website="https://home.example/")
    make.stub("Begun", live=False, outlet=outlet, outlet_url="https://home.example/reviews/harbour/")
    for number in (1, 2):
        assert send(Sender.objects.first() or make.sender(), "updated", version(number)).status_code == 202 and not page().live


def test_a_moved_piece_is_still_updated_where_it_stands_now(client: Client) -> None:
    sender = make.sender()
    send(sender, "published", version(1))
    page().move(make.section("Ports"), pos="last-child")
    answer = send(sender, "updated", version(2))
    assert "/ports/" in answer.json()["url"] and "Version 2 opens." in public(client)


EVERYTHING = (
    "Loose <p>T<br>U<hr></p><h2>H</h2><h3>I</h3><table><caption>C</caption><thead><tr><th scope=col>A</th></tr></thead>"
    "<tbody><tr><td>B</td></tr></tbody></table><ul><li>a<ul><li>b</li></ul></li><li><p>c</p></li></ul><ol start=3><li>d</li></ol>"
    "<blockquote>"
    "<p>Q</p><p>R</p></blockquote><p><small>s</small> <cite>t</cite> <code>u</code> <b><i>v</i></b> <sub>w</sub></p><hr>"
)


@pytest.mark.parametrize(
    ("text", "kept", "warned"),
    [
        (EVERYTHING, "<b><i>v</i></b>", False),
        ("<p>a<br>b</p>", "<p>a<br/>b</p>", False),
        ("<b><p>One.</p><p>Two.</p></b>", "<p>One.</p><p>Two.</p>", True),
        ("<a href='https://home.example/'><h2>One</h2></a>", "<h2>One</h2>", True),
        ("<li>Stray &amp; alone</li><p>Two.</p>", "<p>Stray &amp; alone</p><p>Two.</p>", True),
        ("<p>" * 40 + "x", "x", False),
    ],
)
def test_the_form_opens_whatever_arrived(text: str, kept: str, warned: bool, client: Client) -> None:
    """Wagtail's editor stops at HTML that is legal and odd; then a simpler text is kept, and the sender hears of it."""
    answer = send(make.sender(shows="copy"), "published", version(1, body_html=text))
    assert kept in page().excerpt and ("warnings" in answer.json()) is warned
    client.force_login(make.editor())
    assert client.get(f"/admin/pages/{page().pk}/edit/").status_code == 200


# --- the house --------------------------------------------------------------------------------------------------------


def test_without_a_house_that_makes_pages_nothing_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndication.arrivals._houses", [])
    refused(send(make.sender(), "published", version(1)), 503, "no place")


def test_the_last_house_that_opened_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    from syndication import arrivals

    monkeypatch.setattr(arrivals, "_houses", [])
    open_house(one := object())
    assert arrivals.house() is one


def test_credentials_of_senders_are_sealed_anew_with_a_new_key(settings: Any, capsys: Any) -> None:
    from cryptography.fernet import Fernet

    sender = make.sender()
    before = sender.sealed_secret
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode(), *settings.CREDENTIAL_KEYS]
    call_command("rotate_credentials")
    assert "1 credentials" in capsys.readouterr().out
    sender.refresh_from_db()
    assert sender.sealed_secret != before and sender.secret == make.SECRET


def test_messages_of_long_ago_are_forgotten() -> None:
    sender = make.sender()
    send(sender, "published", version(1))
    Message.objects.update(received_at=timezone.now() - timedelta(days=31))
    send(sender, "updated", version(2))
    prune()
    assert Message.objects.count() == 1


def test_names_of_rows() -> None:
    sender = make.sender()
    send(sender, "published", version(1))
    assert str(sender) == "The Harbour Review" and str(Received.objects.get()) == "A harbour without ships"
    assert str(Message.objects.get()).startswith("article.published msg_")
