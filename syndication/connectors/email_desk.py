"""E-mail desk: a well-made message to people who put the piece up by hand; what follows comes in the same thread."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.mime.image import MIMEImage
from email.utils import formataddr, parseaddr
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from syndication.connectors import pictures
from syndication.connectors.base import Connector, Receipt
from syndication.connectors.features import YES, Features
from syndication.errors import DeliveryError, Permanent, Transient, Uncertain
from syndication.http.probe import AUTHENTICATION, CANONICAL, FAILED, NOT_APPLICABLE, OK, PUBLISHING, Step
from syndication.renderers import copy, plain
from syndication.renderers.corrections import name, words
from syndication.renderers.terms import terms
from syndication.story import Correction, CorrectionKind, Story, gravest

NEW, UPDATE, KILL = "", "UPDATE", "KILL"
# What is asked for a correction of each kind.
REQUESTS: dict[CorrectionKind, Promise] = {
    "retraction": lazy("We have retracted this piece. Please say so above yours, or take it down:"),
    "correction": lazy("We have corrected this piece. Please correct yours, and show its readers the correction:"),
    "clarification": lazy("We have clarified this piece. Please bring yours up to this version, and show its readers the note:"),
    "update": lazy("There is news in this piece. Please bring yours up to this version, and show its readers the note:"),
}
MOST_ADDRESSES = 10
# So many messages of a thread are named in its References.
THREAD = 10


@dataclass(frozen=True)
class Image:
    """The picture inside the message."""

    cid: str
    part: MIMEImage


class EmailDesk(Connector):
    """Mails the piece with its terms. A repeat has the same Message-ID, which mail programs show once."""

    kind = "email"
    label = "E-mail to a desk"
    features = Features(
        update="a message in the thread",
        withdraw="asked for in the thread",
        correct="a message in the thread",
        canonical="asked for, with the line to paste",
        noindex="asked for, with the line to paste",
        image=YES,
    )
    idempotent = True
    needs_endpoint = False
    needs_secret = False
    account_label = "Addresses of the desk"
    account_help = "Where the pieces are mailed to; several with commas."
    secret_label = ""

    @classmethod
    def check_account(cls, account: str) -> None:
        """Refuse what holds no address, or anything but addresses."""
        found = addresses(account)
        if not account.isprintable() or not 1 <= len(found) <= MOST_ADDRESSES:
            raise ValueError(f"Enter between one and {MOST_ADDRESSES} addresses, with commas between them.")
        for address in found:
            try:
                validate_email(parseaddr(address)[1])
            except ValidationError:
                raise ValueError(
                    "This is no e-mail address, or more than one without a comma. Write news@outlet.example."
                ) from None

    def publish(self, story: Story, key: UUID) -> Receipt:
        """Offer the piece."""
        told = _("Dear colleagues of %(outlet)s, here is a piece for you. What we ask for in return stands below it.")
        return self._mail(NEW, story, Receipt(), key, told % {"outlet": self.access.name})

    def update(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Send the new version, in the thread."""
        if receipt.memory.get("down"):
            return self._mail(NEW, story, receipt, key, _("We offer this piece again, after we had withdrawn it."))
        told = _("This piece has changed. Please bring yours up to this version.")
        return self._mail(UPDATE, story, receipt, key, told)

    def correct(self, story: Story, receipt: Receipt, key: UUID, news: Sequence[Correction] = ()) -> Receipt:
        """Send the corrections they lack first, and the corrected version."""
        fresh = tuple(news) or story.corrections[-1:]
        kind = gravest(fresh) if fresh else "correction"
        return self._mail(kind.upper(), story, receipt, key, str(REQUESTS[kind]), fresh)

    def withdraw(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Ask them to take it down, or not to put it up."""
        told = _("Please take this piece down now, or do not put it up: “%(headline)s”. We have withdrawn it.")
        return self._mail(KILL, story, receipt, key, told % {"headline": story.headline})

    def kill(self, story: Story, receipt: Receipt, key: UUID, reason: str) -> Receipt:
        """Order it down in the words of the wires, the reason first."""
        told = _(
            "MANDATORY KILL. Editors: kill the piece “%(headline)s” now. Take it down everywhere it stands, from archives, apps "
            "and queues as well, and do not use it any more. Reason: %(reason)s"
        )
        return self._mail(KILL, story, receipt, key, told % {"headline": story.headline, "reason": reason}, urgent=True)

    def greet(self) -> Iterator[Step]:
        """Does our own mail server take us? The desk hears nothing of a test."""
        try:
            self.check_account(self.access.account)
            with _sorted(), get_connection():
                pass
        except (ValueError, DeliveryError) as problem:
            yield Step(AUTHENTICATION, FAILED, str(problem))
            return
        yield Step(AUTHENTICATION, OK, "Our mail server takes our mail. Whether theirs does shows at the first message.")
        yield Step(PUBLISHING, NOT_APPLICABLE, "The people at the desk decide what they put up.")
        yield Step(CANONICAL, NOT_APPLICABLE, "Each message asks for the canonical link and brings the line to paste.")

    def _mail(
        self,
        kind: str,
        story: Story,
        receipt: Receipt,
        key: UUID,
        told: str,
        corrections: Sequence[Correction] = (),
        *,
        urgent: bool = False,
    ) -> Receipt:
        image, warnings = _image(story) if kind != KILL else (None, ())
        subject = one_line(f"{kind}: {story.headline}" if kind else story.headline)
        context = {
            "subject": subject,
            "request": told,
            "corrections": [(one, name(one), words(one)) for one in corrections],
            "taking_down": kind == KILL,
            "story": story,
            "picture": story.lead_image,
            "image": image,
            "terms": terms(story, self.access.contract),
            "language": get_language(),
            "line": "-" * 40,
        }
        body = copy.html(story, self.access.contract, home=True)
        message = EmailMultiAlternatives(
            subject,
            render_to_string("syndication/mail/desk.txt", {**context, "text": plain.text(body)}),
            _sender(story),
            addresses(self.access.account),
            reply_to=addresses(settings.SYNDICATION_REPLY_TO),
            headers=_headers(story, key, _thread(receipt)),
        )
        if urgent:
            message.extra_headers |= {"Importance": "high", "X-Priority": "1 (Highest)"}
        # Sanitised when the story was built.
        html = render_to_string("syndication/mail/desk.html", {**context, "body": mark_safe(body)})
        message.attach_alternative(html, "text/html")
        if image:
            message.mixed_subtype = "related"  # type: ignore[attr-defined]
            message.attach(image.part)
        with _sorted():
            message.send()
        sent = message.extra_headers["Message-ID"]
        memory = {"thread": [*_thread(receipt), sent][-THREAD:], "down": kind == KILL}
        return Receipt(sent, receipt.url, memory, warnings)


def addresses(account: str) -> list[str]:
    """The addresses in a line with commas."""
    return [one_line(address) for address in account.split(",") if address.strip()]


def one_line(text: str) -> str:
    """Fit for a header, whatever it holds: a line break would begin another header."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:200]


def _sender(story: Story) -> str:
    return formataddr((one_line(story.publisher.name).replace('"', ""), parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))


def _headers(story: Story, key: UUID, thread: Sequence[str]) -> dict[str, str]:
    """The names by which mail programs know a repeat, gather a thread, and file what comes from us."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    # A message that was never sent and stands for the piece: so even messages whose forerunners got lost are one thread.
    begins = f"<piece-{story.uid.hex}@{host}>"
    return {
        "Message-ID": f"<{key.hex}@{host}>",
        "References": " ".join([begins, *thread]),
        "In-Reply-To": thread[-1] if thread else begins,
        "List-ID": f"{one_line(story.publisher.name).replace('<', '')} <pieces.{host}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }


def _thread(receipt: Receipt) -> list[str]:
    kept: Any = receipt.memory.get("thread")
    return [one for one in kept if isinstance(one, str)] if isinstance(kept, list) else []


def _image(story: Story) -> tuple[Image | None, tuple[str, ...]]:
    picture = story.lead_image
    if picture is None:
        return None, ()
    try:
        file = pictures.read(picture)
    except pictures.NoPicture as problem:
        return None, (str(problem),)
    kind, _slash, subtype = file.mime.partition("/")
    if kind != "image" or not subtype.isascii():
        return None, (_("The picture is of a kind that cannot stand in a message, so it went as a link."),)
    cid = f"picture-{story.uid.hex}"
    part = MIMEImage(file.content, subtype)
    part.add_header("Content-ID", f"<{cid}>")
    part.add_header("Content-Disposition", "inline", filename=one_line(file.name))
    return Image(cid, part), ()


class _sorted:
    """Turns what a mail server says, or does not, into the errors of deliveries."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        # Every error of smtplib is an OSError.
        if isinstance(error, OSError):
            raise _meaning(error) from None


def _meaning(error: OSError) -> DeliveryError:
    """What the trouble means, told by smtplib's names for it. Never its own text: a server may repeat what we logged in with."""
    names = {kind.__name__ for kind in type(error).__mro__}
    code = getattr(error, "smtp_code", 0)
    detail = f"{type(error).__name__} {code or ''}".strip()
    if "SMTPRecipientsRefused" in names:
        codes = [code for code, _told in error.recipients.values()]  # type: ignore[attr-defined]
        detail = f"{detail} {' '.join(map(str, codes))}"
        if all(code >= 500 for code in codes):
            return Permanent(
                "The desk's mail server does not take mail for this address. Ask the desk for the right one.", detail=detail
            )
        return Transient("The desk's mail server cannot take the message now. We try again by ourselves.", detail=detail)
    if names & {"SMTPAuthenticationError", "SMTPNotSupportedError", "SMTPSenderRefused"}:
        # Ours to mend, and the same for every desk: no piece is at fault.
        return Transient(
            "Our own mail server does not let us send. Whoever runs this site should look at EMAIL_HOST.", detail=detail
        )
    if names & {"SMTPConnectError", "SMTPHeloError"}:
        return Transient("Our mail server does not let us in at the moment. We try again by ourselves.", detail=detail)
    if code >= 500:
        return Permanent("The mail server refuses this message, perhaps for its size. Ask whoever runs it why.", detail=detail)
    if code:
        return Transient("The mail server cannot take the message now. We try again by ourselves.", detail=detail)
    if names & {"SMTPServerDisconnected", "TimeoutError", "ConnectionResetError", "BrokenPipeError"}:
        sentence = (
            "The mail server fell silent, so the message may have gone. A repeat has the same name: mail programs show it once."
        )
        return Uncertain(sentence, detail=detail)
    return Transient("Our mail server cannot be reached. We try again by ourselves.", detail=detail)
