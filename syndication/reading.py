"""Reading a page abroad for an editor: the page, what it says of the piece, and its picture. A worker does it, step by step."""

from contextlib import suppress
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import willow  # type: ignore[import-untyped]
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.images.fields import WagtailImageField

from syndication.errors import DeliveryError
from syndication.findings import excerpt_of, host_of
from syndication.http import Response, fetch
from syndication.metadata import PageFacts, read
from syndication.models import Errand

# Pictures wait here for the draft they are for, at most so long; what was read is good for as long.
SHELF = "from-outlets"
KEPT = timedelta(days=1)
PICTURE_LIMIT = 10 * 1024 * 1024
PATIENCE = 15.0
MOST_ATTEMPTS = 3
_PAGES = ("", "text/html", "application/xhtml+xml")
_HEADERS = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1"}
_EXTENSIONS = {"jpeg": "jpg"}


class Unread(Exception):
    """A page we cannot use: the sentence says why and what to do, the detail is for whoever helps."""

    def __init__(self, sentence: str, detail: str = ""):
        super().__init__(sentence)
        self.sentence, self.detail = sentence, detail


def read_page(errand: Errand) -> None:
    """Fetch the page at `asked["url"]`, read it and keep its picture; end the errand with what was found.

    `found` is `{"url", "facts", "picture", "picture_problem"}`: where the page was in the end, what it says
    (`metadata.PageFacts`), and the name of its picture in the storage, "" if there is none.
    """
    if errand.attempts > MOST_ATTEMPTS:
        errand.end(Errand.State.FAILED, _("We began to read this page several times and never finished. Write the stub by hand."))
        return
    forget_pictures()
    url = errand.asked["url"]
    steps = _Steps(errand)
    try:
        steps.begin(_("Fetching the page"), _("We ask %(host)s for it.") % {"host": host_of(url)})
        answer = _page(url)
        steps.finish("ok", _("%(host)s answered.") % {"host": host_of(answer.url)})
        steps.begin(_("Reading it"), _("We look for headline, authors, day and picture."))
        facts = _facts(answer)
    except Unread as trouble:
        steps.finish("failed", trouble.sentence, trouble.detail)
        errand.end(Errand.State.FAILED, trouble.sentence)
        return
    steps.finish(*_summary(facts))
    picture, problem = "", ""
    if facts.image:
        steps.begin(_("Fetching the picture"), _("We ask %(host)s for it.") % {"host": host_of(facts.image.text)})
        try:
            picture = keep_picture(facts.image.text)
            steps.finish("ok", _("The picture is here."))
        except Unread as trouble:
            problem = trouble.sentence
            steps.finish("warning", trouble.sentence, trouble.detail)
    found = {"url": answer.url, "facts": facts.model_dump(mode="json"), "picture": picture, "picture_problem": problem}
    if not errand.end(Errand.State.DONE, _("The page is read."), found) and picture:
        drop_picture(picture)


class _Steps:
    """The steps of an errand, shown to who waits as they happen."""

    def __init__(self, errand: Errand):
        self.errand = errand
        self.told: list[dict[str, str]] = []

    def begin(self, step: str, sentence: str) -> None:
        self.told.append({"step": step, "outcome": "running", "sentence": sentence, "detail": ""})
        self.errand.show(self.told)

    def finish(self, outcome: str, sentence: str, detail: str = "") -> None:
        self.told[-1] |= {"outcome": outcome, "sentence": sentence, "detail": detail}
        self.errand.show(self.told)


# --- the page --------------------------------------------------------------------------------------------------------


def _page(url: str) -> Response:
    """The page, if it is one. Raises Unread."""
    try:
        answer = fetch(url, _HEADERS, deadline=PATIENCE, max_bytes=3_000_000)
    except DeliveryError as trouble:
        # Nobody tries again by itself here: what the door says of that would be untrue.
        raise Unread(_told(trouble.sentence), trouble.detail) from None
    if answer.status != 200:
        raise Unread(_refusal(answer.status, host_of(answer.url)), f"HTTP {answer.status}\n{excerpt_of(answer.text)}")
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _PAGES:
        raise Unread(
            _("This address leads to a file (%(kind)s), not to a page. Enter the address of the page.") % {"kind": kind[:80]}
        )
    return answer


def _told(sentence: str) -> str:
    for promise in (" Nothing was sent; we try again by ourselves.", " We try again by ourselves."):
        if sentence.endswith(promise):
            return f"{sentence.removesuffix(promise)} {_('Try again in a while, or write the stub by hand.')}"
    return sentence


def _refusal(status: int, host: str) -> str:
    facts = {"host": host, "status": status}
    if status in (401, 402, 403, 451):
        return (
            _("%(host)s does not let us see this page (%(status)s): it may be behind a log-in, or shut to visitors like us. "
              "Write the stub by hand.") % facts
        )  # fmt: skip
    if status in (404, 410):
        return _("There is no page at this address (%(status)s). Check it in your browser, and paste it once more.") % facts
    if status == 429:
        return _("%(host)s asks us to slow down (429). Try again in a few minutes.") % facts
    if status >= 500:
        return _("%(host)s has a fault of its own (%(status)s). Try again in a while.") % facts
    return _("%(host)s answered with something that is no page (%(status)s). Check the address in your browser.") % facts


def _facts(answer: Response) -> PageFacts:
    facts = read(answer.body, answer.headers, answer.url)
    if facts.asks_password and not facts.published and not facts.paragraphs and not facts.image:
        raise Unread(
            _("This is a log-in page: %(host)s shows the piece only to who is signed in. Write the stub by hand.")
            % {"host": host_of(answer.url)}
        )
    return facts


def _summary(facts: PageFacts) -> tuple[str, str]:
    if facts.title and facts.authors and facts.published:
        return "ok", _("Found “%(title)s”.") % {"title": facts.title.text}
    if facts.title:
        return "warning", _("Found “%(title)s”, but not all we looked for.") % {"title": facts.title.text}
    return "warning", _("The page does not say what it is about. The draft will be nearly empty.")


# --- the picture -----------------------------------------------------------------------------------------------------


def keep_picture(url: str) -> str:
    """Fetch a picture, if it is one that we can print, and return its name on the shelf in the storage. Raises Unread."""
    try:
        answer = fetch(url, {"Accept": "image/*"}, deadline=PATIENCE, max_bytes=PICTURE_LIMIT, max_decoded=PICTURE_LIMIT)
    except DeliveryError as trouble:
        raise Unread(_("The picture could not be fetched. Add one by hand."), f"{trouble.sentence}\n{trouble.detail}") from None
    if answer.status != 200:
        raise Unread(_("The picture is not where the page says (%d). Add one by hand.") % answer.status)
    try:
        kind = willow.Image.open(BytesIO(answer.body)).format_name
        name = f"{uuid4().hex}.{_EXTENSIONS.get(kind, kind)}"
        WagtailImageField().clean(SimpleUploadedFile(name, answer.body))
    except ValidationError as problem:
        raise Unread(_("The picture is none that we can print. Add one by hand."), " ".join(problem.messages)) from None
    except Exception as problem:  # libraries that read pictures raise whatever they like
        raise Unread(_("The picture is none that we can print. Add one by hand."), type(problem).__name__) from None
    return default_storage.save(f"{SHELF}/{name}", ContentFile(answer.body))


def drop_picture(name: str) -> None:
    """Remove a picture from the shelf."""
    if name.startswith(f"{SHELF}/"):
        default_storage.delete(name)


def forget_pictures() -> int:
    """Remove the pictures of drafts that nobody made within a day. Returns how many."""
    gone = 0
    with suppress(FileNotFoundError, NotImplementedError):
        for name in default_storage.listdir(SHELF)[1]:
            with suppress(FileNotFoundError):
                if default_storage.get_modified_time(f"{SHELF}/{name}") < timezone.now() - KEPT:
                    default_storage.delete(f"{SHELF}/{name}")
                    gone += 1
    return gone


def is_stale(errand: Errand) -> bool:
    """Whether what was read is too old to make a draft of."""
    return bool(errand.asked_at < timezone.now() - KEPT)


def facts_of(errand: Errand) -> PageFacts:
    """What the page said."""
    found: dict[str, Any] = errand.found
    return PageFacts.model_validate(found.get("facts") or {})
