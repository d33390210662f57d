"""Corrections on their way out: once each, by their kind, to who carries the piece, and to nobody new once it is retracted."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from home.models import DatedCorrection, StubPage
from syndication.contract import Contract
from syndication.delivering import deliver_due
from syndication.models import Delivery, Edition, Outlet, Republication
from syndication.preflight import preflight
from syndication.receipt import Receipt
from syndication.renderers import copy, ninjs1
from syndication.renderers.payload import payload
from syndication.story import Correction, CorrectionKind, Story, gravest
from tests import factories as make
from tests.connectors.test_email_desk import Postbox, letter, postbox, writing  # type: ignore[attr-defined]  # noqa: F401 - a fixture
from tests.outlets import Desk, memory
from tests.syndication.test_inbox import send, version

MAY = date(2026, 5, 1)
NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)


def correction(text: str = "Two lamps.", kind: CorrectionKind = "correction", **facts: Any) -> Correction:
    """One with a name of its own."""
    return Correction(at=MAY, text=text, kind=kind, **{"id": str(uuid4()), "made_at": NOW, **facts})


# --- values --------------------------------------------------------------------------------------------------------------


def test_news_is_what_the_holder_was_never_told_of() -> None:
    old = Correction(at=MAY, text="Of an edition that named none.")
    first, second = correction("One."), correction("Two.")
    held = make.story(corrections=(old, first))
    edited = first.model_copy(update={"text": "One, said better."})
    renamed = old.model_copy(update={"id": str(uuid4()), "made_at": NOW})
    assert held.model_copy(update={"corrections": (renamed, edited, second)}).news_since(held) == (second,)


def test_an_edition_of_an_older_release_still_loads() -> None:
    facts = make.story().facts() | {"corrections": [{"at": "2018-06-01", "text": "Two."}]}
    (one,) = Story.model_validate(facts).corrections
    assert (one.kind, one.anchor, one.when) == ("correction", "correction-2018-06-01", "2018-06-01")


def test_the_message_names_what_is_new_by_itself_and_the_gravest_first_of_all() -> None:
    news = (correction("News.", "update"), correction("Nothing holds.", "retraction"))
    data = payload("article.corrected", make.story(corrections=news), Contract(), None, NOW, news)["data"]
    assert (data["correction"]["kind"], [one["kind"] for one in data["corrections"]]) == ("retraction", ["update", "retraction"])
    assert data["story"]["corrections"][0]["at"] == "2026-05-01", "a day, as receivers of older releases read it"
    assert gravest(news) == "retraction"
    assert "corrections" not in payload("article.updated", make.story(), Contract(), None, NOW)["data"]


def test_a_copy_and_a_note_for_desks_tell_kind_and_words_and_a_retraction_stands_first() -> None:
    one = correction("The ship was blue.", before="a green ship", after="a blue ship")
    html = copy.html(make.story(corrections=(one,)), Contract())
    assert html.index("It said before: “a green ship” It says now: “a blue ship”") > html.index("The harbour")
    taken_back = make.story(corrections=(one, correction("Nothing holds.", "retraction")))
    html = copy.html(taken_back, Contract())
    assert html.index("Retraction, 1 May 2026: Nothing holds.") < html.index("The harbour")
    assert ninjs1.item(taken_back, Contract(), 2, NOW)["ednote"].endswith("RETRACTION, 2026-05-01: Nothing holds.")


@pytest.mark.parametrize(
    ("kind", "subject", "asks"),
    [
        ("retraction", "RETRACTION: Ships", "Please say so above yours, or take it down"),
        ("clarification", "CLARIFICATION: Ships", "show its readers the note"),
        ("update", "UPDATE: Ships", "There is news in this piece"),
    ],
)
def test_the_desk_is_asked_by_the_kind(
    postbox: Postbox,  # noqa: F811
    kind: CorrectionKind,
    subject: str,
    asks: str,
) -> None:
    news = (correction("First."), correction("Second.", kind)) if kind == "retraction" else (correction("Second.", kind),)
    writing().correct(make.story(headline="Ships", corrections=news), Receipt("<1@home.example>"), uuid4(), news)
    message = letter(postbox)
    text = str(message.get_body(("plain",)).get_content())
    assert message["Subject"] == subject and asks in text
    assert all(one.text in text for one in news), "each that they lack, not the last alone"


# --- the engine ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def outlet(desk: Desk) -> Outlet:
    """An outlet whose desk remembers what it was told."""
    return memory()


def add(page: Any, text: str, kind: str = "correction") -> Any:
    """One more correction, published."""
    draft = page.get_latest_revision_as_object()
    draft.corrections.add(DatedCorrection(kind=kind, text=text))
    return make.publish(draft)


@pytest.mark.django_db
def test_corrections_that_wait_together_go_once_each_and_the_log_says_so(outlet: Outlet, desk: Desk) -> None:
    page = make.original("One")
    deliver_due()
    for number in range(3):
        page = add(page, f"Correction {number}.")
    page = make.edit(page, title="Two")
    deliver_due()
    page = make.edit(page, title="Three")
    deliver_due()
    page = add(page, "Nothing holds.", "retraction")
    deliver_due()
    assert desk.verbs == ["publish", "correct", "update", "correct"]
    assert [one.text for one in desk.heard[1].news] == ["Correction 0.", "Correction 1.", "Correction 2."]
    assert [(one.kind, one.text) for one in desk.heard[3].news] == [("retraction", "Nothing holds.")]
    operations = list(Delivery.objects.order_by("pk").values_list("operation", flat=True))
    assert operations == ["publish", "correct", "publish", "correct"]


@pytest.mark.django_db
def test_a_retracted_piece_goes_to_nobody_new_and_leaves_the_queue_where_it_waits(outlet: Outlet, desk: Desk) -> None:
    waiting = memory("Waiting", embargo_hours=1)
    page = make.original("One")
    deliver_due()
    page = add(page, "Nothing holds.", "retraction")
    (first, *_others) = preflight(Edition.objects.get(current=True), memory("New"))
    assert first.blocks and first.sentence.startswith("The piece was retracted.")
    deliver_due()
    rows = Republication.objects.filter(uid=page.uid)
    assert {row.outlet.name: row.held is not None for row in rows.select_related("outlet")} == {"Memory": True, "Waiting": False}
    assert rows.get(outlet=waiting).state == Republication.State.WITHDRAWN
    assert [heard.outlet for heard in desk.heard] == ["Memory", "Memory"], "who has it is told, nobody else"


@pytest.mark.django_db
def test_what_arrives_with_corrections_mirrors_them_as_the_senders() -> None:
    sender, one = make.sender(), correction("There was one ship.", "clarification", before="ships", after="a ship")
    send(sender, "published", version(1, corrections=(one,)))
    (row,) = StubPage.objects.get().corrections.all()
    assert (str(row.uid), row.kind, row.made_at, row.before, row.after) == (one.id, "clarification", NOW, "ships", "a ship")
    assert row.by_outlet and row.url == f"https://home.example/reviews/harbour/#{one.anchor}"
    # The same again is no edit of ours, and a correction that was mended there is mended here.
    mended = one.model_copy(update={"text": "There was one ship, in May."})
    send(sender, "corrected", version(2, corrections=(mended,)))
    assert StubPage.objects.get().corrections.get().text == "There was one ship, in May."
