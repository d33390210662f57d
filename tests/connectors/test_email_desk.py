"""Pieces mailed to desks, through Django's mail to a mail server on loopback."""

import re
from collections.abc import Iterator
from datetime import date
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from syndication.connectors import CONNECTORS
from syndication.connectors.base import Access, Receipt
from syndication.connectors.email_desk import EmailDesk
from syndication.contract import Contract
from syndication.credentials import Secret
from syndication.errors import Permanent, Transient, Uncertain
from syndication.http.probe import FAILED, OK
from syndication.story import Correction, Licence, Picture, Story
from tests import factories as make
from tests.fakes.smtp import Postbox

KEY = UUID("0d1f8a5c-3f52-4f54-9a38-0d5c3c1f7f10")
ADDRESS = "desk@lantern.example"


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    with Postbox() as postbox:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", postbox.port, 2
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = False
        settings.DEFAULT_FROM_EMAIL = "Homeward <newsroom@home.example>"
        settings.SITE_URL = "https://home.example"
        yield postbox


def writing(account: str = ADDRESS, **terms: Any) -> EmailDesk:
    return EmailDesk(Access("Evening Lantern", "", Contract(**terms), lambda: Secret(""), account))


@pytest.fixture
def desk(postbox: Postbox) -> EmailDesk:
    return writing()


@pytest.fixture
def picture() -> Iterator[Picture]:
    name = default_storage.save("images/lamp.jpg", ContentFile(make.drawing("jpg")))
    facts = {"alt": "A lamp at night", "caption": "The lamp.", "credit": "Photo: Mary Somerville"}
    yield make.picture(url=f"https://home.example{default_storage.url(name)}", **facts)
    default_storage.delete(name)


def letter(postbox: Postbox) -> EmailMessage:
    """The newest message."""
    return postbox.letters[-1].message


def part(message: EmailMessage, kind: str) -> str:
    """The text of a part, whatever its encoding, with single spaces."""
    found = message.get_body((kind,))
    assert found is not None
    return re.sub(r"\s+", " ", found.get_content())


def test_the_table_of_contents_knows_it_as_one_that_needs_addresses_only() -> None:
    assert CONNECTORS["email"] is EmailDesk
    assert not EmailDesk.needs_endpoint and not EmailDesk.needs_secret and EmailDesk.account_label
    assert not EmailDesk.announces


def test_a_piece_arrives_as_text_and_as_html(desk: EmailDesk, postbox: Postbox) -> None:
    story = make.story(
        headline="A harbour without ships", standfirst="They left in the night.", body_html="<p>Nobody <em>heard</em>.</p>"
    )
    receipt = desk.publish(story, KEY)
    message = letter(postbox)
    assert message["Subject"] == "A harbour without ships"
    assert message["From"] == "The Harbour Review <newsroom@home.example>" and message["To"] == ADDRESS
    assert postbox.letters[0].recipients == [ADDRESS]
    for kind, body in (("plain", "Nobody heard."), ("html", "<p>Nobody <em>heard</em>.</p>")):
        text = part(message, kind)
        for words in (
            body,
            "Dear colleagues of Evening Lantern",
            "They left in the night.",
            "By Ada Lovelace",
            story.canonical.url,
        ):
            assert words in text, kind
    assert receipt.id == f"<{KEY.hex}@home.example>" and receipt.url == "" and receipt.warnings == ()


def test_the_terms_stand_in_plain_words_with_the_very_lines_to_paste(desk: EmailDesk, postbox: Postbox) -> None:
    story = make.story(headline="Ships & <lamps>", licence=Licence(name="CC BY 4.0", url="https://cc.example/by"))
    writing(noindex=True, attribution="First in the Review").publish(story, KEY)
    text, html = part(letter(postbox), "plain"), part(letter(postbox), "html")
    assert f'<link rel="canonical" href="{story.canonical.url}">' in text
    assert '<meta name="robots" content="noindex">' in text
    assert f'First in the Review: <a href="{story.canonical.url}">Ships &amp; &lt;lamps&gt;</a>' in text
    assert "CC BY 4.0 https://cc.example/by" in text
    assert f"&lt;link rel=&quot;canonical&quot; href=&quot;{story.canonical.url}&quot;&gt;" in html
    assert "You may carry the full text" in html and "Ships &amp; &lt;lamps&gt;" in html


def test_what_is_not_owed_is_not_asked_for(postbox: Postbox) -> None:
    writing(canonical=False, link=False, extent="excerpt", words=120).publish(make.story(body_html=""), KEY)
    text = part(letter(postbox), "plain")
    assert "rel=" not in text and "noindex" not in text
    assert "at most 120 words" in text and "Read the rest at The Harbour Review" in text


def test_a_link_only_desk_is_told_so(postbox: Postbox) -> None:
    writing(extent="link").publish(make.story(body_html="", excerpt_html=""), KEY)
    assert "the headline and the link, not the text" in part(letter(postbox), "html")


def test_the_lead_image_stands_in_the_message_with_its_facts(desk: EmailDesk, postbox: Postbox, picture: Picture) -> None:
    assert desk.publish(make.story(lead_image=picture), KEY).warnings == ()
    message = letter(postbox)
    assert message.get_content_type() == "multipart/related"
    (image,) = [one for one in message.walk() if one.get_content_type() == "image/jpeg"]
    assert image["Content-Disposition"].startswith('inline; filename="lamp') and image.get_content() == make.drawing("jpg")
    html = part(message, "html")
    assert f'src="cid:{image["Content-ID"].strip("<>")}"' in html and 'alt="A lamp at night"' in html
    for kind in ("plain", "html"):
        text = part(message, kind)
        assert "The lamp." in text and "Keep the credit with the picture: Photo: Mary Somerville" in text
        assert "Alternative text of the picture: A lamp at night" in text


def test_a_picture_that_is_gone_never_keeps_a_piece_from_going_out(desk: EmailDesk, postbox: Postbox) -> None:
    lost = make.picture(url="https://home.example/media/images/lost.jpg")
    (warning,) = desk.publish(make.story(lead_image=lost), KEY).warnings
    assert "went without it" in warning and len(postbox.letters) == 1
    assert lost.url in part(letter(postbox), "plain"), "the link remains"


def test_a_drawing_goes_as_a_link(desk: EmailDesk, postbox: Postbox) -> None:
    name = default_storage.save("images/drawing.bin", ContentFile(b"x"))
    odd = make.picture(url=f"https://home.example{default_storage.url(name)}", mime="application/octet-stream")
    (warning,) = desk.publish(make.story(lead_image=odd), KEY).warnings
    assert "went as a link" in warning
    default_storage.delete(name)


def test_arabic_goes_from_right_to_left(desk: EmailDesk, postbox: Postbox) -> None:
    story = make.story(headline="مرفأ بلا سفن", language="ar", direction="rtl", body_html="<p>كان المرفأ خاليًا.</p>")
    desk.publish(story, KEY)
    message = letter(postbox)
    assert message["Subject"] == "مرفأ بلا سفن"
    html = part(message, "html")
    assert '<html lang="ar" dir="rtl">' in html and "كان المرفأ خاليًا." in html and '<div lang="en-gb" dir="ltr">' in html


def test_answers_go_where_the_settings_say(desk: EmailDesk, postbox: Postbox, settings: Any) -> None:
    desk.publish(make.story(), KEY)
    assert letter(postbox)["Reply-To"] is None, "to the sender"
    settings.SYNDICATION_REPLY_TO = "partners@home.example, chief@home.example"
    desk.publish(make.story(), KEY)
    assert letter(postbox)["Reply-To"] == "partners@home.example, chief@home.example"


def test_several_addresses_each_get_it(postbox: Postbox) -> None:
    writing("desk@lantern.example, Night desk <night@lantern.example>").publish(make.story(), KEY)
    assert postbox.letters[0].recipients == ["desk@lantern.example", "night@lantern.example"]


# --- threads ----------------------------------------------------------------------------------------------------------


def test_the_same_key_has_the_same_name_and_another_wish_another(desk: EmailDesk, postbox: Postbox) -> None:
    story = make.story()
    for key in (KEY, KEY, uuid4()):
        desk.publish(story, key)
    names = [one.message["Message-ID"] for one in postbox.letters]
    assert names[0] == names[1] == f"<{KEY.hex}@home.example>" and names[2] != names[0]


def test_what_follows_comes_in_the_same_thread(desk: EmailDesk, postbox: Postbox) -> None:
    story = make.story(headline="Ships")
    receipt = desk.publish(story, KEY)
    receipt = desk.update(story, receipt, uuid4())
    corrected = story.model_copy(update={"corrections": (Correction(at=date(2026, 3, 1), text="There were two lamps."),)})
    receipt = desk.correct(corrected, receipt, uuid4())
    desk.withdraw(corrected, receipt, uuid4())
    messages = [one.message for one in postbox.letters]
    assert [one["Subject"] for one in messages] == ["Ships", "UPDATE: Ships", "CORRECTION: Ships", "KILL: Ships"]
    names = [one["Message-ID"] for one in messages]
    assert [one["In-Reply-To"] for one in messages[1:]] == names[:3]
    references = [one["References"].split() for one in messages]
    assert references[3] == [references[0][0], *names[:3]]
    assert {one[0] for one in references} == {f"<piece-{story.uid.hex}@home.example>"}, "even where a message got lost"


def test_a_correction_is_said_first_and_in_its_own_words(desk: EmailDesk, postbox: Postbox) -> None:
    corrections = (Correction(at=date(2026, 2, 1), text="An older one."), Correction(at=date(2026, 3, 1), text="Two lamps."))
    desk.correct(make.story(corrections=corrections), Receipt("<1@home.example>"), KEY)
    for kind in ("plain", "html"):
        text = part(letter(postbox), kind)
        told = text.partition("The harbour was empty")[0]
        assert "1 March 2026: Two lamps." in told and "An older one" not in told
        assert "An older one." in text, "the text carries all of them"


def test_a_kill_holds_no_text_and_no_terms(desk: EmailDesk, postbox: Postbox, picture: Picture) -> None:
    story = make.story(headline="Ships", lead_image=picture)
    desk.withdraw(story, desk.publish(story, KEY), uuid4())
    message = letter(postbox)
    for kind in ("plain", "html"):
        text = part(message, kind)
        assert "Please take this piece down now" in text and "“Ships”" in text
        assert "The harbour was empty" not in text and "What we ask" not in text
    assert not [one for one in message.walk() if one.get_content_type() == "image/jpeg"]


def test_a_kill_goes_out_even_where_nobody_knows_whether_the_piece_arrived(desk: EmailDesk, postbox: Postbox) -> None:
    story = make.story()
    desk.withdraw(story, Receipt(), KEY)
    assert letter(postbox)["References"] == letter(postbox)["In-Reply-To"] == f"<piece-{story.uid.hex}@home.example>"


def test_a_piece_that_comes_back_is_offered_again_in_its_thread(desk: EmailDesk, postbox: Postbox) -> None:
    story = make.story(headline="Ships")
    receipt = desk.withdraw(story, desk.publish(story, KEY), uuid4())
    back = desk.update(story, receipt, uuid4())
    message = letter(postbox)
    assert message["Subject"] == "Ships" and "We offer this piece again" in part(message, "plain")
    assert message["In-Reply-To"] == receipt.id and back.memory["down"] is False


def test_a_long_thread_is_cut_at_its_beginning_and_an_address_somebody_entered_is_kept(desk: EmailDesk, postbox: Postbox) -> None:
    story, receipt = make.story(), Receipt(url="https://lantern.example/1")
    for _number in range(14):
        receipt = desk.update(story, receipt, uuid4())
    assert len(letter(postbox)["References"].split()) == 11
    assert receipt.url == "https://lantern.example/1"


def test_machines_know_that_a_machine_wrote(desk: EmailDesk, postbox: Postbox) -> None:
    desk.publish(make.story(), KEY)
    assert letter(postbox)["Auto-Submitted"] == "auto-generated"
    assert letter(postbox)["List-ID"] == "The Harbour Review <pieces.home.example>"


# --- what is hostile --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headline", ["Ships\r\nBcc: all@example.org", "Ships\nX-Evil: yes", "Ships\u2028Bcc: x", "\x85Ships\x00"]
)
def test_no_headline_begins_another_header(headline: str, desk: EmailDesk, postbox: Postbox) -> None:
    story = make.story(headline=headline)
    publisher = story.publisher.model_copy(update={"name": 'The "Harbour"\r\nBcc: all@example.org'})
    desk.publish(story.model_copy(update={"publisher": publisher}), KEY)
    message = letter(postbox)
    assert message["Bcc"] is None and message["X-Evil"] is None
    assert postbox.letters[0].recipients == [ADDRESS]
    assert message["Subject"].startswith("Ships")


@pytest.mark.parametrize(
    "account",
    [
        "",
        "desk",
        "desk@",
        "desk lantern@example.org",
        "a@lantern.example b@lantern.example",
        ",",
        "a@lantern.example\nBcc: x@y.example",
        ",".join(f"desk{number}@lantern.example" for number in range(11)),
    ],
)
def test_only_addresses_are_taken(account: str) -> None:
    with pytest.raises(ValueError, match="address"):
        EmailDesk.check_account(account)


@pytest.mark.parametrize(
    "account", ["desk@lantern.example", "a@lantern.example, b@lantern.example", "Desk <desk@lantern.example>"]
)
def test_addresses_are_taken(account: str) -> None:
    EmailDesk.check_account(account)


# --- trouble ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "error", "sentence"),
    [
        ({"RCPT": "550 5.1.1 no such desk"}, Permanent, "does not take mail for this address"),
        ({"RCPT": "451 greylisted"}, Transient, "cannot take the message now"),
        ({"MAIL": "550 not you"}, Transient, "does not let us send"),
        ({"DATA": "552 too big"}, Permanent, "perhaps for its size"),
        ({"END": "554 looks like spam"}, Permanent, "refuses this message"),
        ({"END": "451 later"}, Transient, "cannot take the message now"),
        ({"GREETING": "554 go away"}, Transient, "does not let us in"),
        ({"EHLO": "502 what?", "HELO": "502 what?"}, Transient, "does not let us in"),
    ],
)
def test_what_a_mail_server_says_is_sorted(
    answers: dict[str, str], error: type[Exception], sentence: str, desk: EmailDesk, postbox: Postbox
) -> None:
    postbox.answers = answers
    with pytest.raises(error, match=sentence) as caught:
        desk.publish(make.story(), KEY)
    assert type(caught.value) is error
    assert "no such desk" not in f"{caught.value} {caught.value.detail}", "servers may repeat what we logged in with"  # type: ignore[attr-defined]


def test_an_address_of_several_that_is_refused_keeps_no_other_from_getting_it(postbox: Postbox) -> None:
    postbox.answers = {"RCPT old@lantern.example": "550 gone"}
    writing("old@lantern.example, desk@lantern.example").publish(make.story(), KEY)
    assert postbox.letters[0].recipients == [ADDRESS]


def test_silence_after_the_message_is_uncertain_and_the_repeat_has_the_same_name(desk: EmailDesk, postbox: Postbox) -> None:
    postbox.hang_up_after = "DATA"
    story = make.story()
    with pytest.raises(Uncertain, match="mail programs show it once"):
        desk.publish(story, KEY)
    postbox.hang_up_after = ""
    desk.publish(story, KEY)
    assert len({one.message["Message-ID"] for one in postbox.letters}) == 1 and len(postbox.letters) == 2


def test_no_mail_server_at_all_is_tried_again(desk: EmailDesk, settings: Any, postbox: Postbox) -> None:
    settings.EMAIL_PORT = 1
    with pytest.raises(Transient, match="cannot be reached"):
        desk.publish(make.story(), KEY)


def test_a_test_asks_our_own_server_and_writes_to_nobody(desk: EmailDesk, postbox: Postbox, settings: Any) -> None:
    steps = list(desk.examine())
    assert steps[0].outcome == OK and len(steps) == 3 and postbox.letters == []
    postbox.answers = {"GREETING": "554 go away"}
    (step,) = desk.examine()
    assert step.outcome == FAILED and "does not let us in" in step.sentence


def test_a_test_of_a_wrong_address_says_so(postbox: Postbox) -> None:
    (step,) = writing("nobody").examine()
    assert step.outcome == FAILED and "no e-mail address" in step.sentence


def test_an_apostrophe_in_a_headline_is_an_apostrophe_in_the_text(desk: EmailDesk, postbox: Postbox) -> None:
    desk.publish(make.story(headline="The lamp's end"), KEY)
    assert "The lamp's end" in part(letter(postbox), "plain")


def test_a_desk_that_is_updated_without_a_receipt_still_gets_the_piece(desk: EmailDesk, postbox: Postbox) -> None:
    story: Story = make.story()
    assert desk.update(story, Receipt(memory={"thread": "nonsense"}), KEY).id
    assert story.headline in part(letter(postbox), "plain")
