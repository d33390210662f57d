"""Verifying: fetch the public page abroad and judge whether it leads home. Delivered is answered; verified is seen."""

import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial
from typing import Any, cast

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from structlog.contextvars import bound_contextvars

from syndication import http
from syndication.contract import Contract, Variation
from syndication.drift import Seen, explain, naming_former, turned
from syndication.findings import find
from syndication.judge import Evidence, Judgement, Verdict, judge
from syndication.killing import look_wait, seen_of_kill
from syndication.leaning import lean
from syndication.models import Edition, Look, Notice, Republication, Verification
from syndication.noticing import mended, notice, retell
from syndication.snapshot import Snapshot
from syndication.standing import judge_target
from syndication.story import Story
from syndication.visiting import BATCH, OUR_FAULT, Tour, Visit, wish_of

log = structlog.get_logger(__name__)

# A run ends after so many seconds: what is due then is the next one's.
RUN_SECONDS = 60.0
# Verdicts that a person must hear of; a page that does not answer may only have a bad hour, so that is told when it lasts.
BAD = {"missing", "wrong", "duplicated"}
LASTS = 3


def verify_due(rounds: int = 100) -> int:
    """Look at every page that is due and whose host has a turn for us, a batch at a time. Returns how many looks were written."""
    looked, ends = 0, time.monotonic() + RUN_SECONDS
    for _round in range(rounds):
        rows = Verification.objects.all().lease_by_turns(BATCH) if time.monotonic() < ends else []
        if not rows:
            break
        loaded = Verification.objects.filter(pk__in=[row.pk for row in rows])
        about = [f"republication__{name}" for name in ("outlet", "wanted", "held", "kill")]
        due = list(loaded.select_related(*about))
        stubs = {edition.uid: edition for edition in Edition.objects.current().filter(uid__in=[row.stub_uid for row in due])}
        befores = {row.pk: before_correction(row.republication) for row in due}
        for row, seen, judgement in Tour(due, partial(_judge_safely, befores), wished).looks():
            looked += _write_down(row, seen, judgement, stubs.get(row.stub_uid) if row.stub_uid else None)
    return looked


def look_now(republication: Republication) -> None:
    """Look at the copy again as soon as a worker is free."""
    if republication.receipt_url:
        Verification.objects.look(url=republication.receipt_url, republication=republication)


def wished(row: Verification) -> str:
    """A digest of all by which this page is judged: only a page judged by the same may be taken for unchanged."""
    republication = row.republication
    if republication is None:
        return wish_of("stub")
    held = republication.held
    edition = held or republication.wanted
    variation = republication.held_variation if held else republication.variation
    gone = (_withdrawn(republication), republication.kill_id)
    return wish_of(edition.pk, edition.digest, variation, republication.outlet.contract.model_dump_json(), *gone)


def _judge_safely(befores: Mapping[int, Story | None], row: Verification, seen: Visit) -> Judgement:
    """A page that we fail on must not keep the others of its batch from being judged. In a thread, without the database."""
    with bound_contextvars(**_named(row)):
        try:
            return _as_before(row) if seen.unchanged else _judge(row, seen, befores[row.pk])
        except Exception:
            log.exception("look failed", url=row.url)
            return Judgement(verdict="unreachable", sentence=OUR_FAULT)


def _as_before(row: Verification) -> Judgement:
    """What the same page was judged before; its terms stand with the look that judged it."""
    return Judgement(cast(Verdict, row.verdict), row.sentence, tuple(Evidence(**piece) for piece in row.evidence))


def _judge(row: Verification, seen: Visit, before: Story | None) -> Judgement:
    """In a thread, without the database."""
    if seen.answer is None:
        return Judgement(verdict="unreachable", sentence=seen.problem)
    republication = row.republication
    if republication is None:
        return judge_target(seen.answer, row.url, Snapshot.kept(row.snapshot), settings.SITE_URL)
    contract, withdrawn = republication.outlet.contract, _withdrawn(republication)
    return judged(republication, seen.answer, contract, withdrawn=withdrawn, copy_url=row.url, before=before)


def _withdrawn(republication: Republication) -> bool:
    """Whether the copy should be down by now."""
    return republication.state == Republication.State.WITHDRAWN or republication.kill_id is not None


def judged(
    republication: Republication,
    answer: http.Response,
    contract: Contract,
    *,
    withdrawn: bool,
    copy_url: str = "",
    before: Story | None = None,
) -> Judgement:
    """Whether the page that was fetched keeps these terms for the piece; of one that was withdrawn, whether it is down.

    `copy_url` is the address that was asked; `before` what `before_correction` tells.
    """
    story = story_there(republication)
    return judge(
        find(answer.body, answer.headers, answer.url),
        contract,
        want_url=story.canonical.url,
        status=answer.status,
        fetched_url=answer.url,
        withdrawn=withdrawn,
        story=story,
        copy_url=copy_url,
        before=before,
        killed=republication.kill_id is not None,
    )


def before_correction(republication: Republication | None) -> Story | None:
    """The piece as it was before the newest correction that they hold, if any: so that the text of before is known by sight."""
    held = republication.held if republication else None
    count = len(held.facts.get("corrections") or ()) if held else 0
    if held is None or not count:
        return None
    older = Edition.objects.filter(uid=held.uid, version__lt=held.version).order_by("-version")
    versions = older.values_list("version", "facts__corrections")[:BATCH]
    version = next((version for version, told in versions if len(told or ()) < count), None)
    return older.get(version=version).story if version is not None else None


def story_there(republication: Republication) -> Story:
    """The story whose copy stands at the outlet: whole, so that too much of it is seen too, with the outlet's own words.

    What they hold counts: a newer version still on its way is our business, not their fault.
    """
    held = republication.held
    story = (held or republication.wanted).story
    if held is None:
        # What they have not taken yet they cannot show.
        story = story.model_copy(update={"corrections": ()})
    variation = Variation.model_validate(republication.held_variation if held else republication.variation)
    seen = republication.outlet.contract.view(story, variation)
    return story.model_copy(update={"headline": seen.headline, "excerpt_html": seen.excerpt_html or story.excerpt_html})


def _write_down(row: Verification, seen: Visit, judgement: Judgement, stub: Edition | None) -> bool:
    answer = seen.answer
    where: dict[str, Any] = {"status": answer.status, "answered_url": answer.url} if answer else {}
    judgement = _knowing_us(row, judgement)
    before, leant = row.verdict, row.bearing
    with transaction.atomic():
        if seen.unchanged:
            terms = row.looks.order_by("-at", "-pk").values_list("terms", flat=True).first()
            judgement = replace(judgement, terms=terms or {})
        # Only a copy that is honoured is leaned on; a stub's page is compared with its snapshot, so it is read whole each time.
        kept = seen.kept if row.republication_id and judgement.verdict == Verification.Verdict.HONOURED else None
        history, is_news = _history(row, judgement, **where)
        wait = look_wait(row, judgement)
        settled = row.settle(judgement, **where, unchanged=seen.unchanged, kept=kept, history=history, wait=wait)
        if settled and row.stub_uid:
            lean(row, judgement, stub, leant)
        if settled and not seen_of_kill(row, where.get("status")):
            _notice(row, stub, is_news=is_news)
    if settled and before != row.verdict:
        log.info("verdict", verdict=row.verdict, before=before, url=row.url, **_named(row))
    return settled


def _knowing_us(row: Verification, judgement: Judgement) -> Judgement:
    """The judgement by somebody who knows where our page stood before."""
    told = row.republication
    if told is None or judgement.terms.get("canonical") != "wrong":
        return judgement
    former = Edition.objects.filter(uid=told.uid).values_list("url", flat=True).distinct()
    return naming_former(judgement, story_there(told).canonical.url, list(former))


def _history(row: Verification, judgement: Judgement, status: int | None = None, answered_url: str = "") -> tuple[str, bool]:
    """What the history is to say of this look, and whether the copy is in another trouble than before, or in none any more."""
    last = None if not row.verdict or row.saw_the_same(judgement) else row.looks.order_by("-at", "-pk").first()
    if last is None:
        return "", False
    evidence = [asdict(piece) for piece in judgement.evidence]
    now = Seen(timezone.localtime(), judgement.verdict, judgement.sentence, evidence, judgement.terms, status, answered_url)
    at = timezone.localtime(row.looked_at if row.verdict == Verification.Verdict.HONOURED else row.changed_at)
    before = replace(_seen(last), at=at, verdict=row.verdict, sentence=row.sentence, evidence=row.evidence)
    if not turned(before, now):
        return "", False
    if not (before.kind and now.kind):
        return explain(before, now), True
    in_order = _last_in_order(row)
    if in_order and _seen_since(row, in_order, now):
        # After a bad hour of theirs it is as it was: what was told still holds.
        return explain(before, now), row.verdict != Verification.Verdict.UNREACHABLE or row.in_a_row >= LASTS
    return explain(in_order or before, now), True


def _last_in_order(row: Verification) -> Seen | None:
    """The last look that found the copy in order, with what was seen then."""
    looks = row.looks.filter(verdict=Verification.Verdict.HONOURED)
    last, telling = looks.order_by("-at", "-pk").first(), looks.telling().first()
    if last is None or telling is None:
        return None
    return replace(_seen(last), sentence=telling.sentence, evidence=telling.evidence)


def _seen_since(row: Verification, in_order: Seen, now: Seen) -> bool:
    """Whether the copy was in this very trouble already since it was in order."""
    return any(_seen(look).kind == now.kind for look in row.looks.telling().filter(at__gt=in_order.at, verdict=now.verdict))


def _seen(look: Look) -> Seen:
    at = timezone.localtime(look.at)
    return Seen(at, look.verdict, look.sentence, look.evidence, look.terms, look.status, look.answered_url)


def _notice(row: Verification, stub: Edition | None, *, is_news: bool) -> None:
    """Tell once that a copy does not lead home, and of what became of it since; close the notice when it does again."""
    subject = f"verification:{row.pk}"
    if row.verdict == Verification.Verdict.HONOURED:
        mended(subject, Notice.Kind.CANONICAL)
    elif _needs_person(row):
        told = row.republication
        title = told.wanted.headline if told else stub.headline if stub else row.url
        newest = row.looks.telling().first()
        finding = newest.sentence if newest else row.sentence
        sentence = _("%(finding)s See the copy: %(url)s") % {"finding": finding, "url": row.url}
        outlet, uid = (told.outlet, told.uid) if told else (None, row.stub_uid)
        is_told = not notice(Notice.Kind.CANONICAL, subject, sentence, title=title, outlet=outlet, uid=uid)
        lasts = row.verdict == Verification.Verdict.UNREACHABLE and row.in_a_row == LASTS
        if is_told and (is_news or lasts):
            retell(Notice.Kind.CANONICAL, subject, sentence)


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
