"""Comments: the form without cookies and scripts, its rules, its while to mend, moderation, following, and a person's data."""

import json
import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser
from wagtail.models import Page

from home.models import ArticlePage
from syndication import moderating
from syndication.following import mail_followers
from syndication.models import Ban, Follow, Response
from syndication.moderating import data_of, decide, erase, keyed
from syndication.responses import forms
from tests import factories as make

pytestmark = pytest.mark.django_db

FACTS = {"name": "Grace", "email": "Grace@reader.example", "url": "", "text": "The lamps knew.", "reply": "", "website": ""}


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits here; the tests of that say so."""
    monkeypatch.setattr(forms, "LEAST_SECONDS", 0)
    monkeypatch.setattr(forms, "LIMIT", 10_000)
    monkeypatch.setattr(forms, "LIMIT_OF_ALL", 10_000)


def address(piece: ArticlePage) -> str:
    return f"/responses/{piece.uid}/"


def say(piece: ArticlePage, **facts: Any) -> Any:
    """One comment, as a browser sends it."""
    stamp = facts.pop("stamp", None) or forms.stamp(piece.uid)
    return Client().post(address(piece), {**FACTS, "stamp": stamp, **facts})


def shown(piece: ArticlePage) -> str:
    page = LexborHTMLParser(Client().get(piece.url).content)
    thread = page.css_first("#responses")
    return thread.text() if thread else ""


def tree(answer: Any) -> LexborHTMLParser:
    return LexborHTMLParser(answer.content)


def test_a_first_comment_waits_and_after_that_its_author_is_known(piece: ArticlePage) -> None:
    answer = say(piece)
    assert answer.status_code == 303 and not answer.cookies and "no-store" in answer["Cache-Control"]
    assert "waits for a moderator" in Client().get(answer["Location"]).content.decode()
    assert "The lamps knew" not in shown(piece)
    first = Response.objects.get()
    assert (first.state, first.email) == ("held", "grace@reader.example")
    assert decide([first.pk], "shown", None) == 1 and decide([first.pk], "shown", None) == 0
    assert "stands under the piece" in Client().get(say(piece, text="And they told nobody.")["Location"]).content.decode()
    seen = shown(piece)
    assert "2 thoughts on “The lamps”" in seen and "told nobody" in seen and "reader.example" not in seen


def test_answers_stand_two_deep_and_have_their_own_addresses(piece: ArticlePage) -> None:
    make.publication(hold_responses="none")
    say(piece)
    first = Response.objects.get()
    assert "In answer to" in Client().get(f"{address(piece)}?reply={first.pk}").content.decode()
    say(piece, text="Did they?", reply=first.pk)
    second = Response.objects.get(text="Did they?")
    say(piece, text="They did.", reply=second.pk)
    say(piece, text="Elsewhere.", reply="999999999999999999")
    assert list(Response.objects.order_by("pk").values_list("parent", flat=True)) == [None, first.pk, first.pk, None]
    page = tree(Client().get(piece.url))
    assert len(page.css(f"#response-{first.pk} .thread > .u-comment.h-cite")) == 2
    decide([first.pk], "rejected", None)
    assert "Did they?" in shown(piece)


@pytest.mark.parametrize(
    ("facts", "field", "sentence"),
    [
        ({"name": ""}, "name", "Write your name"),
        ({"name": "\u202e!"}, "name", "Write your name"),
        ({"name": "x" * 81}, "name", "at most 80"),
        ({"text": " \n "}, "text", "Write something"),
        ({"text": "x" * 10_001}, "text", "at most 10000"),
        ({"text": "a\0b"}, "text", "Null"),
        ({"email": "grace"}, "email", "no e-mail address"),
        ({"email": "", "follow": "on"}, "email", "so that we can mail you"),
        ({"url": "javascript:alert(1)"}, "url", "no web address"),
        ({"url": "http://10.0.0.1/"}, "url", "no web address"),
        ({"website": "https://spam.example"}, "", "people do not see"),
        ({"stamp": "forged"}, "", "lay open for long"),
        ({"stamp": forms.stamp(UUID(int=7))}, "", "lay open for long"),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_nothing_typed_is_lost(
    piece: ArticlePage, settings: Any, facts: dict[str, Any], field: str, sentence: str
) -> None:
    settings.SYNDICATION_ALLOWED_NETWORKS = []
    answer = say(piece, **facts)
    page = tree(answer)
    assert answer.status_code == 422 and not Response.objects.exists()
    summary = page.css_first("#summary")
    assert summary is not None and "autofocus" in summary.attributes and sentence in summary.text()
    if field:
        assert page.css_first(f'#summary a[href="#id_{field}"]') is not None
        box = page.css_first(f"#id_{field}")
        assert box is not None and f"id_{field}_error" in (box.attributes["aria-describedby"] or "")
    if "text" not in facts:
        assert page.css_first("textarea").text().strip() == FACTS["text"]  # type: ignore[union-attr]
    again = {one.attributes["name"]: one.attributes.get("value") or "" for one in page.css("input[type=hidden]")}
    if not field and "website" not in facts:
        assert say(piece, **{name: value for name, value in again.items() if name == "stamp"}).status_code == 303


def test_machines_are_too_quick_and_floods_wait(piece: ArticlePage, monkeypatch: Any) -> None:
    monkeypatch.setattr(forms, "LEAST_SECONDS", 3)
    assert "That was quick" in say(piece).content.decode()
    monkeypatch.setattr(forms, "LEAST_SECONDS", 0)
    monkeypatch.setattr(forms, "LIMIT", 2)
    # One minute, from its first second: the count begins anew with the next.
    with time_machine.travel(timezone.now().replace(second=1), tick=False):
        found = [say(piece, text=f"Number {number}").status_code for number in range(3)]
        assert found == [303, 303, 429]
        assert "Number 3" in say(piece, text="Number 3").content.decode()


def test_a_preview_shows_the_words_harmless_and_sends_nothing(piece: ArticlePage) -> None:
    answer = say(piece, text="<b onclick=x>Hi</b>\n\nhttps://a.example", preview="1")
    preview = tree(answer).css_first("#preview")
    assert answer.status_code == 200 and preview is not None and not Response.objects.exists()
    assert "<b onclick=x>Hi</b>" in preview.text() and preview.css_first("b") is None
    assert preview.css_first("a").attributes["rel"] == "nofollow ugc noopener external"  # type: ignore[union-attr]


def test_the_button_pressed_twice_is_one_comment(piece: ArticlePage) -> None:
    assert say(piece).status_code == say(piece).status_code == 303
    assert Response.objects.count() == 1


def test_its_author_may_mend_it_for_a_while_without_a_cookie(piece: ArticlePage) -> None:
    link = say(piece)["Location"]
    assert "?edit" in Client().get(link).content.decode()
    edited = {"name": "Grace H.", "url": "grace.example", "text": "The lamps knew it.", "stamp": forms.stamp(piece.uid)}
    assert Client().post(link, {**edited, "preview": "1"}).status_code == 200
    assert Client().post(link, edited).status_code == 303
    row = Response.objects.get()
    assert (row.name, row.url, row.text, row.state) == ("Grace H.", "https://grace.example", "The lamps knew it.", "held")
    assert row.email == "grace@reader.example"
    decide([row.pk], "rejected", None)
    Response.objects.update(decided_by=make.editor())
    assert Client().post(link, {**edited, "text": "Nevertheless."}).status_code == 200
    assert Response.objects.get().text == "The lamps knew it."
    assert Client().get(f"{link[:-2]}/").status_code == 404
    Response.objects.update(received_at=timezone.now() - timedelta(minutes=16), decided_by=None, state="shown")
    assert Client().post(link, {**edited, "text": "Late."}).status_code == 200
    assert Response.objects.get().text == "The lamps knew it."


def test_comments_close_per_piece_and_after_days(piece: ArticlePage) -> None:
    assert "Add your thoughts" in Client().get(piece.url).content.decode()
    Page.objects.filter(pk=piece.pk).update(first_published_at=timezone.now() - timedelta(days=31))
    assert "closed 30 days after" in Client().get(address(piece)).content.decode()
    assert say(piece).status_code == 403 and "Add your thoughts" not in Client().get(piece.url).content.decode()
    make.publication(comments_days=0, comments=False)
    assert say(piece).status_code == 403
    make.edit(piece, responses="open")
    assert say(piece).status_code == 303
    make.edit(piece, responses="closed")
    assert say(piece, text="More.").status_code == 403


def test_under_a_stub_and_in_arabic_it_works_as_well(db: Any) -> None:
    make.publication(comments=True, hold_responses="none")
    stub = make.stub("المصابيح", language="ar")
    say(stub, name="مريم", text="قرأتُ هذا\n\nhttps://a.example/مرحبا")
    page = tree(Client().get(stub.url))
    (said,) = page.css("#responses .said")
    assert said.attributes["dir"] == "auto" and "قرأتُ هذا" in said.text() and len(said.css("p")) == 2
    assert page.css_first("#responses .p-author bdi").text() == "مريم"  # type: ignore[union-attr]
    assert "1 thought on “المصابيح”" in page.css_first("#responses-heading").text()  # type: ignore[union-attr]


def test_bad_input_causes_no_fault_and_no_markup(piece: ArticlePage) -> None:
    """A few hundred here, by the same generator that made five thousand once (docs/architecture.md)."""
    make.publication(hold_responses="none")
    stamp = forms.stamp(piece.uid)
    for number, facts in enumerate(bad_inputs(200)):
        answer = Client().post(address(piece), {**FACTS, "stamp": stamp, **facts})
        assert answer.status_code in (200, 303, 422), (number, facts)
    page = tree(Client().get(piece.url))
    thread = page.css_first("#responses")
    assert thread is not None
    tags = {node.tag for node in thread.traverse() if node.tag}
    assert not tags & {"script", "img", "iframe", "svg", "style", "form", "input", "object", "base", "meta", "b"}
    for node in thread.css("*"):
        assert not [name for name in node.attributes if name.startswith("on") or name == "style"]
        assert (node.attributes.get("href") or "https:").startswith(("https:", "http:", "#", "/responses/"))


PARTS = [
    *(
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '"><svg onload=alert(1)>',
        "javascript:alert(1)",
        "'",
        '"',
        "<",
    ),
    *("https://a.example/", "http://[", "https://a.example/<b>", "data:text/html,x", "&#x3c;b&#x3e;", "{{ 7 }}", "{% now 'Y' %}"),
    *("\0", "\ud7ff", "\u202e", "\u2028", "\r\n\r\n", "مرحبا", "😀", "Z\u0301\u0301\u0301\u0301\u0301\u0301", "%00", "x" * 300),
    *("</textarea>", "<!--", "]]>", "onmouseover=x", "\ufffe", "grace@reader.example", " ", "1' OR '1'='1", "../../etc/passwd"),
]


def bad_inputs(count: int) -> list[dict[str, str]]:
    """Fields filled with what breaks careless programs, the same each time."""
    dice = random.Random(7)
    fields = ("name", "email", "url", "text", "reply", "follow", "website")
    return [
        {field: "".join(dice.choices(PARTS, k=dice.randrange(0, 5))) for field in dice.sample(fields, dice.randrange(1, 4))}
        for _number in range(count)
    ]


# --- moderation -------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk() -> Client:
    """A moderator's browser."""
    client = Client()
    client.force_login(make.editor())
    return client


def test_moderators_decide_many_at_once_and_see_why_each_waits(piece: ArticlePage, desk: Client) -> None:
    for number in range(3):
        say(piece, text=f"Number {number}", email=f"r{number}@reader.example")
    page = desk.get("/admin/syndication/responses/").content.decode()
    assert "Number 2" in page and "the first of its author" in page and "r1@reader.example" in page
    one, two, three = Response.objects.order_by("pk").values_list("pk", flat=True)
    decided = desk.post(
        "/admin/syndication/responses/decide/", {"response": [one, two, "x", "9" * 30], "do": "shown"}, follow=True
    )
    assert "2 responses are shown now." in decided.content.decode()
    desk.post("/admin/syndication/responses/decide/", {"response": [three], "do": "ban"})
    assert [row.state for row in Response.objects.order_by("pk")] == ["shown", "shown", "spam"]
    assert set(Ban.objects.values_list("kind", flat=True)) == {"email", "person"}
    say(piece, text="Me again.", email="other@reader.example")
    assert Response.objects.get(text="Me again.").state == "spam"
    listed = desk.get("/admin/syndication/responses/?state=all").content.decode()
    assert "Me again." in listed and Response.objects.filter(decided_by__isnull=False).count() == 3
    assert "Number 2" not in desk.get(f"/admin/syndication/responses/?piece={piece.uid}").content.decode()


def test_the_queue_costs_as_much_for_twenty_as_for_two(piece: ArticlePage, desk: Client) -> None:
    def costs(rows: int) -> int:
        for number in range(rows):
            Response.objects.create(uid=piece.uid, kind="comment", state="held", name="A", text=str(number))
        with CaptureQueriesContext(connection) as asked:
            assert desk.get("/admin/syndication/responses/").status_code == 200
        return len(asked)

    desk.get("/admin/syndication/responses/")
    assert costs(2) == costs(18)


def test_a_person_gets_their_data_or_has_it_erased(piece: ArticlePage, desk: Client) -> None:
    make.publication(hold_responses="none")
    say(piece, follow="on")
    say(piece, name="Ada", email="ada@reader.example", text="Yes.", reply=Response.objects.get().pk)
    form = {"email": "grace@reader.example", "do": "export"}
    handed = json.loads(desk.post("/admin/syndication/responses/person/", form).content)
    assert [row["text"] for row in handed["responses"]] == ["The lamps knew."] and len(handed["follows"]) == 1
    assert desk.post("/admin/syndication/responses/person/", {**form, "do": "erase"}).status_code == 422
    desk.post("/admin/syndication/responses/person/", {**form, "do": "erase", "sure": "on"})
    assert data_of("grace@reader.example") == {"responses": [], "follows": []}
    assert Response.objects.get().text == "Yes." and "Yes." in shown(piece)
    assert erase("nobody@reader.example", None) == 0


def test_from_where_somebody_wrote_is_forgotten(piece: ArticlePage) -> None:
    say(piece, follow="on")
    assert len(Response.objects.get().person) == 64 and keyed("person", "127.0.0.1/32") == Response.objects.get().person
    long_ago = timezone.now() - timedelta(days=61)
    Response.objects.update(received_at=long_ago)
    Follow.objects.update(asked_at=long_ago)
    moderating.forget()
    assert Response.objects.get().person == "" and not Follow.objects.exists()


# --- following --------------------------------------------------------------------------------------------------------


def path_in(message: Any, what: str) -> str:
    """The path of a link in a mail."""
    start = message.body.index(f"/responses/{what}/")
    return str(message.body[start:].split()[0])


def test_followers_are_asked_once_told_of_each_response_and_leave_by_one_click(piece: ArticlePage) -> None:
    make.publication(hold_responses="none")
    say(piece, follow="on")
    say(piece, follow="on", text="More.")
    assert (mail_followers(), mail_followers()) == (1, 0)
    (asked,) = mail.outbox
    assert asked.to == ["grace@reader.example"] and "Do you want to follow" in asked.subject
    confirm = path_in(asked, "follow")
    assert Follow.objects.get().confirmed_at is None and Client().get(confirm).status_code == 200
    assert Follow.objects.get().confirmed_at is None, "mail programs open links by themselves"
    assert "You hear of each" in Client().post(confirm).content.decode()
    say(piece, name="Ada", email="ada@reader.example", text="Indeed.")
    say(piece, text="My own words.")
    assert (mail_followers(), mail_followers()) == (1, 0)
    news = mail.outbox[-1]
    assert "Indeed." in news.body and "My own words." not in news.body and "ada@reader.example" not in news.body
    assert news.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    leave = news.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://127.0.0.1:8000")
    assert Client().get(leave).status_code == 200 and Follow.objects.exists()
    assert Client().post(leave, {"List-Unsubscribe": "One-Click"}).status_code == 200 and not Follow.objects.exists()
    assert Client().get(leave).status_code == 200
    Follow.objects.filter(due_at=None).update(due_at=Now())
    assert mail_followers() == 0
