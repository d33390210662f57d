"""Receiving: obey a signed message from another site. What arrives becomes a page, a new version of one, or the end of one.

The page is written within the sender's request, in one transaction and without the network: a tenth of a second, which a machine
can wait, and so the sender learns at once where its piece stands and can look. What needs the network (the picture, mail to
editors) is left to a worker.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page, Revision, Site

from syndication.arrivals import Arrival, House, Placed, house
from syndication.incoming import ADDRESS, KILLED, WITHDRAWN, Incoming, Unfit
from syndication.models import Errand, Message, Notice, Received, Sender
from syndication.noticing import mended, notice
from syndication.story import Picture

log = structlog.get_logger(__name__)

# What one sender may send within WINDOW.
MOST, WINDOW = 300, timedelta(minutes=1)
NOTE = 300


class NoPlace(Exception):
    """There is nowhere to put the piece at the moment: a person here must choose a section."""


@dataclass(frozen=True)
class Answer:
    """What the sender is told; `errand` says that something is left for a worker."""

    status: int
    told: dict[str, Any] = field(default_factory=dict)
    errand: bool = False


def too_many(sender: Sender) -> bool:
    """Whether the sender has sent so much lately that it should wait."""
    return Message.lately(sender, WINDOW) >= MOST


def receive(sender: Sender, message_id: str, sent_at: datetime, incoming: Incoming) -> Answer:
    """Obey one message, once: a repeat gets the answer of the first and does nothing. Raises Unfit or NoPlace."""
    with transaction.atomic():
        # First of all the id: of two repeats at the same moment the second waits here for the first.
        message, known = _noted(sender, message_id, incoming.event)
        if known:
            return Answer(message.status, message.answer)
        Sender.objects.filter(pk=sender.pk).update(heard_at=Now())
        answer = _obey(sender, sent_at, incoming)
        Message.objects.filter(pk=message.pk).update(status=answer.status, answer=answer.told)
    log.info("received", sender=sender.name, what=incoming.event, answer=answer.told.get("state", ""), message=message_id)
    return answer


def _noted(sender: Sender, message_id: str, event: str) -> tuple[Message, bool]:
    try:
        with transaction.atomic():
            return Message.objects.create(sender=sender, webhook_id=message_id, event=event), False
    except IntegrityError:
        return Message.objects.get(sender=sender, webhook_id=message_id), True


def _obey(sender: Sender, sent_at: datetime, incoming: Incoming) -> Answer:
    story = incoming.story
    if not incoming.known:
        return Answer(200, {"state": "ignored", "says": "This event means nothing to us. Nothing was done."})
    if story is None:
        own = Site.objects.filter(is_default_site=True).first()
        return Answer(200, {"state": "known", "name": own.site_name if own else "", "may_publish": True, "canonical": True})
    if not sender.runs(story.canonical.url):
        raise Unfit("data.story.canonical.url", f"This sender may speak of pieces at {', '.join(sender.hosts)} only.")
    Received.objects.get_or_create(sender=sender, uid=story.uid)
    # Held until the end: of two versions at once the second sees what the first became.
    row = Received.objects.select_for_update(of=("self",)).select_related("page").get(sender=sender, uid=story.uid)
    if row.sent_at and (story.version, sent_at) < (row.version, row.sent_at):
        # Overtaken. Where the newer one stands is the answer to both.
        return _answer(row)
    row.version, row.sent_at, row.headline, row.source = story.version, sent_at, story.headline[:255], story.canonical.url
    if incoming.event in (WITHDRAWN, KILLED):
        return _take_down(row, incoming.reason)
    return _place(row, incoming)


# --- a version arrives -----------------------------------------------------------------------------------------------


def _place(row: Received, incoming: Incoming) -> Answer:
    sender, story, maker = row.sender, incoming.story, house()
    assert story is not None
    if maker is None or (sender.section is None and row.page is None):
        raise NoPlace
    came_back = row.withdrawn_at is not None
    arrival = Arrival(story, incoming.contract, sender, row.page and row.page.specific, row.written, row.image_id)
    if row.page is None:
        arrival = _with_known(maker, arrival)
    objection = _objection(row, arrival, maker)
    try:
        placed = maker.place(arrival, anew=came_back)
        _keep(row, placed, arrival)
        if not objection and placed.revision:
            # Only now, for whoever is told of a page that went live asks whose it is.
            Revision.objects.get(pk=placed.revision).publish()
    except ValidationError as problem:
        raise Unfit("data.story", " ".join(problem.messages)[:NOTE]) from None
    row.page = Page.objects.get(pk=placed.page.pk)
    if placed.revision:
        row.note = objection
        _tell(row)
    errand = _ask(row, story.lead_image, fresh=bool(placed.revision))
    answer = _answer(row, placed.warnings, errand=errand)
    row.save()
    return answer


def _objection(row: Received, arrival: Arrival, maker: House) -> str:
    """Why this version must wait for an editor; "" if it may go live. No machine overwrites a person's words, or puts back what a
    person took away; what the sender itself took down, it may bring back.
    """
    page = arrival.page
    if _removed(row) or (page and maker.edited(arrival)):
        return _(
            "Somebody here changed or removed the page, so this version waits as a draft. Compare, then publish what shall stand."
        )
    if not row.sender.trusted:
        return _("Pieces of this sender wait for an editor. Look at the draft, then publish it.")
    if page is None or row.withdrawn_at:
        return ""
    if page.live and row.state == Received.State.WAITING:
        return _("An earlier version waits already, so this one does, too. Compare, then publish what shall stand.")
    if not page.live and page.first_published_at:
        return _("Somebody here took the page offline, so this version waits as a draft.")
    return ""


def _removed(row: Received) -> bool:
    return row.page is None and row.revision > 0


def _keep(row: Received, placed: Placed, arrival: Arrival) -> None:
    # What a person made, or took away, is never ours again: an empty digest fits no page, so later versions wait, too.
    estranged = _removed(row) or (arrival.page is not None and not arrival.written)
    row.page, row.withdrawn_at = Page.objects.get(pk=placed.page.pk), None
    if arrival.story.lead_image is None:
        row.picture_url, row.image_id = "", None
    if placed.revision:
        row.revision, row.written = placed.revision, "" if estranged else placed.written
    row.save()


def _with_known(maker: House, arrival: Arrival) -> Arrival:
    """A page that editors made of this piece themselves is used, as one that a person wrote."""
    page = maker.known(arrival)
    if page is None or Received.objects.filter(page=page).exists():
        return arrival
    return replace(arrival, page=page, written="")


def _ask(row: Received, picture: Picture | None, *, fresh: bool) -> bool:
    """Leave to a worker what is to be done: fetch a picture that is new, bring a waiting draft into its workflow."""
    new = picture is not None and picture.may_syndicate and picture.url != row.picture_url
    if picture and new:
        row.picture_url = picture.url[:ADDRESS]
    if not new and not (fresh and row.state == Received.State.WAITING):
        return False
    wanted = picture.model_dump(mode="json") if picture and new else None
    Errand.ask(Errand.Kind.TEND, asked={"received": row.pk, "picture": wanted})
    return True


# --- the end of a piece ----------------------------------------------------------------------------------------------


def _take_down(row: Received, reason: str = "") -> Answer:
    """Whoever edited it: the right to show it is over. A withdrawal of what we never had is kept, too, lest it come later."""
    was_here = row.page is not None and row.withdrawn_at is None
    note = _("Its home killed it: %(reason)s") % {"reason": reason} if reason else ""
    row.withdrawn_at, row.note = timezone.now(), note[:NOTE]
    if row.page and was_here:
        page = row.page.specific
        if state := page.current_workflow_state:
            state.cancel()
        page.revisions.update(approved_go_live_at=None)
        page.unpublish()
        row.page = Page.objects.get(pk=page.pk)
        _tell(row)
    answer = _answer(row)
    row.save()
    return answer


# --- telling ---------------------------------------------------------------------------------------------------------


def _answer(row: Received, warnings: tuple[str, ...] = (), *, errand: bool = False) -> Answer:
    """Where the piece stands. Its address is told once readers can go there, and still after it was taken down."""
    state = row.state
    told: dict[str, Any] = {"id": str(row.page_id or row.pk), "state": state, "version": row.version}
    live = row.page is not None and row.page.live
    if row.page and live:
        row.url = str(row.page.full_url or "")[:ADDRESS]
    if row.url and (live or state != Received.State.WAITING):
        told["url"] = row.url
    if warnings:
        told["warnings"] = list(warnings)
    return Answer(202 if state == Received.State.WAITING else 200, told, errand)


def _tell(row: Received) -> None:
    """Tell editors of what waits for them, and of what a sender took down; no more of what is published."""
    subject, state = f"page:{row.page_id}", row.state
    mended(subject, Notice.Kind.RECEIVED)
    facts = {"title": row.headline, "sender": row.sender.name}
    if state == Received.State.WAITING:
        sentence = _("“%(title)s” came from %(sender)s.") % facts + f" {row.note}"
    elif state == Received.State.WITHDRAWN:
        sentence = _("%(sender)s has withdrawn “%(title)s”, so it is offline here, too. Do not publish it again.") % facts
    else:
        return
    notice(Notice.Kind.RECEIVED, subject, sentence, title=row.headline)


def over(page: Page) -> None:
    """The page was published or deleted here: what editors were told of it is over."""
    mended(f"page:{page.pk}", Notice.Kind.RECEIVED)
    Received.objects.filter(page=page.pk).exclude(note="").update(note="")
