"""Tending: what a received piece needs and its sender need not wait for. A worker fetches its picture, begins its workflow."""

import structlog
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Page

from syndication.arrivals import house
from syndication.models import Errand, Received
from syndication.reading import MOST_ATTEMPTS, Unread, drop_picture, keep_picture
from syndication.story import Picture

log = structlog.get_logger(__name__)


def tend(errand: Errand) -> None:
    """Do what `asked` says of a received piece: `{"received", "picture"}`; end the errand."""
    row = Received.objects.filter(pk=errand.asked.get("received"), withdrawn_at=None, page__isnull=False).first()
    if row is None:
        errand.end(Errand.State.DONE, _("The piece is not here any more."))
        return
    picture = Picture.model_validate(errand.asked["picture"]) if errand.asked.get("picture") else None
    problem = _fetch(row, picture, errand.attempts) if picture else ""
    begin_workflow(row)
    if problem:
        errand.end(Errand.State.FAILED, problem)
    else:
        errand.end(Errand.State.DONE, _("All is done."))


def _fetch(row: Received, picture: Picture, attempts: int) -> str:
    """Fetch the picture and hang it. Returns what an editor should know if it is not there; the piece stands without it."""
    try:
        if attempts > MOST_ATTEMPTS:
            raise Unread(_("The picture could not be fetched. Add one by hand."))
        file = keep_picture(picture.url)
    except Unread as trouble:
        # Its address is forgotten, so that the next push tries again.
        Received.objects.filter(pk=row.pk, picture_url=picture.url).update(note=trouble.sentence, picture_url="")
        return trouble.sentence
    try:
        _hang(row, picture, file)
    finally:
        drop_picture(file)
    return ""


def _hang(row: Received, picture: Picture, file: str) -> None:
    with transaction.atomic():
        # Another version may have arrived meanwhile, with another picture or without the piece.
        now = Received.objects.select_for_update(of=("self",)).select_related("page").filter(pk=row.pk, withdrawn_at=None).first()
        maker = house()
        if now is None or now.page is None or maker is None or now.picture_url != picture.url:
            return
        waited = now.state == Received.State.WAITING
        if image := maker.hang(now.page, picture, file, now.image_id):
            page = Page.objects.get(pk=now.page.pk)
            now.page, now.image_id = page, image
            if waited or now.state == Received.State.WAITING:
                # Still the newest of ours: an editor who publishes it publishes the picture, too.
                now.revision = page.latest_revision_id or now.revision
            now.save(update_fields=["image_id", "revision"])


def begin_workflow(row: Received) -> None:
    """Hand a waiting draft to the editors of its section by Wagtail's workflow there. That sends mail, so a worker does it."""
    row = Received.objects.select_related("page").get(pk=row.pk)
    if row.page is None or row.state != Received.State.WAITING:
        return
    page = row.page.specific
    workflow = page.get_workflow()
    if workflow and page.current_workflow_state is None:
        workflow.start(page, None)
        log.info("workflow begun", page=page.pk, sender=row.sender_id)
    elif task := page.current_workflow_task_state:
        # Who approves would publish the version that was there when it began.
        task.revision = page.get_latest_revision()
        task.save(update_fields=["revision"])
