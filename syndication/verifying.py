"""Verifying: fetch the public page abroad and judge whether it leads home. Delivered is answered; verified is seen."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from django.db import transaction
from django.utils.translation import gettext as _
from structlog.contextvars import bound_contextvars

from syndication import http
from syndication.contract import Contract, Variation
from syndication.findings import find
from syndication.judge import Judgement, judge
from syndication.models import Edition, Notice, Republication, Verification
from syndication.noticing import mended, notice
from syndication.planning import plan_each
from syndication.standing import judge_target
from syndication.story import Story
from syndication.visiting import Visit, visit

log = structlog.get_logger(__name__)

BATCH = 20
# Verdicts that a person must hear of; a page that does not answer may only have a bad hour, so that is told when it lasts.
BAD = {"missing", "wrong", "duplicated"}
LASTS = 3


def verify_due(rounds: int = 20) -> int:
    """Look at every page that is due, a batch at a time. Returns how many looks were written down."""
    looked = 0
    for _round in range(rounds):
        rows = Verification.objects.all().lease(BATCH)
        if not rows:
            break
        loaded = Verification.objects.filter(pk__in=[row.pk for row in rows])
        due = list(loaded.select_related("republication__outlet", "republication__wanted", "republication__held"))
        stubs = {edition.uid: edition for edition in Edition.objects.current().filter(uid__in=[row.stub_uid for row in due])}
        with ThreadPoolExecutor(max_workers=BATCH, thread_name_prefix="look") as pool:
            for row, (seen, judgement) in zip(due, pool.map(_look_safely, due), strict=True):
                looked += _write_down(row, seen, judgement, stubs.get(row.stub_uid))
    return looked


def look_now(republication: Republication) -> None:
    """Look at the copy again as soon as a worker is free."""
    if republication.receipt_url:
        Verification.objects.look(url=republication.receipt_url, republication=republication)


def _look_safely(row: Verification) -> tuple[Visit, Judgement]:
    """A page that we fail on must not keep the others of its batch from being judged."""
    seen = Visit(row.url)
    try:
        with bound_contextvars(**_named(row)):
            seen = visit(row.url)
            return seen, _judge(row, seen)
    except Exception:
        log.exception("look failed", url=row.url, **_named(row))
        sentence = "Our verifier failed on this page. The log has the details; we look again by ourselves."
        return seen, Judgement(verdict="unreachable", sentence=sentence)


def _judge(row: Verification, seen: Visit) -> Judgement:
    """In a thread, without the database."""
    if seen.answer is None:
        return Judgement(verdict="unreachable", sentence=seen.problem)
    republication = row.republication
    if republication is None:
        return judge_target(seen.answer)
    withdrawn = republication.state == Republication.State.WITHDRAWN
    return judged(republication, seen.answer, republication.outlet.contract, withdrawn=withdrawn)


def judged(republication: Republication, answer: http.Response, contract: Contract, *, withdrawn: bool) -> Judgement:
    """Whether the page that was fetched keeps these terms for the piece; of one that was withdrawn, whether it is down."""
    story = story_there(republication)
    return judge(
        find(answer.body, answer.headers, answer.url),
        contract,
        want_url=story.canonical.url,
        status=answer.status,
        fetched_url=answer.url,
        withdrawn=withdrawn,
        story=story,
    )


def story_there(republication: Republication) -> Story:
    """The story whose copy stands at the outlet: whole, so that too much of it is seen too, with the outlet's own words.

    What they hold counts: a newer version still on its way is our business, not their fault.
    """
    held = republication.held
    story = (held or republication.wanted).story
    variation = Variation.model_validate(republication.held_variation if held else republication.variation)
    seen = republication.outlet.contract.view(story, variation)
    return story.model_copy(update={"headline": seen.headline, "excerpt_html": seen.excerpt_html or story.excerpt_html})


def _write_down(row: Verification, seen: Visit, judgement: Judgement, stub: Edition | None) -> bool:
    answer = seen.answer
    where: dict[str, Any] = {"status": answer.status, "answered_url": answer.url} if answer else {}
    before, was_dead = row.verdict, row.target_dead
    with transaction.atomic():
        settled = row.settle(judgement, **where)
        if settled and stub and stub.page and row.target_dead != was_dead:
            # The canonical of our stub leans on their page: when that dies or comes back, our own page changes.
            plan_each([stub.page], "outlet's page died" if row.target_dead else "outlet's page is back")
        if settled:
            _notice(row, stub)
    if settled and before != row.verdict:
        log.info("verdict", verdict=row.verdict, before=before, url=row.url, **_named(row))
    return settled


def _notice(row: Verification, stub: Edition | None) -> None:
    """Tell once that a copy does not lead home; and that it does again."""
    subject = f"verification:{row.pk}"
    if row.verdict == Verification.Verdict.HONOURED:
        mended(subject, Notice.Kind.CANONICAL)
    elif _needs_person(row):
        told = row.republication
        title = told.wanted.headline if told else stub.headline if stub else row.url
        sentence = _("%(finding)s See the copy: %(url)s") % {"finding": row.sentence, "url": row.url}
        outlet, uid = (told.outlet, told.uid) if told else (None, row.stub_uid)
        notice(Notice.Kind.CANONICAL, subject, sentence, title=title, outlet=outlet, uid=uid)


def _needs_person(row: Verification) -> bool:
    if row.verdict == Verification.Verdict.GONE:
        # A stub's page is dead only when it was gone several times in a row; a copy that is gone owes us an answer at once.
        return row.target_dead or row.republication_id is not None
    return row.verdict in BAD or (row.verdict == Verification.Verdict.UNREACHABLE and row.in_a_row >= LASTS)


def _named(row: Verification) -> dict[str, Any]:
    """What a log line says of the row."""
    told = row.republication
    if told is None:
        return {"stub": str(row.stub_uid)}
    return {"republication": told.pk, "outlet": told.outlet.name, "key": str(told.key)}
