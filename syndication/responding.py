"""Responding: take down that a page abroad mentions a piece (Webmention, https://www.w3.org/TR/webmention/; Pingback 1.0), then
go and see whether it does. Taking down costs two look-ups and a row; the visit is a worker's.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urldefrag, urlsplit
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from wagtail.models import Page, Site

from syndication.canonical import same
from syndication.conversation import Conversation, judge_words
from syndication.discovering import heard
from syndication.http import Response as Answer
from syndication.http import check_url
from syndication.mentions import Mention, read
from syndication.models import Ban, Edition, Outlet, Response
from syndication.moderating import news_of
from syndication.readers import Place
from syndication.visiting import Visit, visit

log = structlog.get_logger(__name__)

BATCH = 20
LONGEST = 2000
# So many mentions wait to be visited at most: of one host, and of all.
MOST_OF_HOST, MOST_OF_ALL = 50, 2000
State = Response.State


class Refused(Exception):
    """It cannot be taken down: a sentence for the sender's developer, an HTTP status and a fault code of Pingback 1.0."""

    def __init__(self, sentence: str, fault: int = 0, status: int = 400):
        super().__init__(sentence)
        self.sentence, self.fault, self.status = sentence, fault, status


# --- taking down ------------------------------------------------------------------------------------------------------


def take(source: str, target: str, kind: str = Response.Kind.WEBMENTION, person: str = "") -> tuple[Response, bool]:
    """Take down that `source` mentions `target`, or that it changed; a visit is due. Returns the row and whether it is new.

    Raises Refused. `person` is the keyed hash of who tells us. The caller rings `tasks.respond`.
    """
    source, place = _checked_source(source, target)
    edition = piece_at(target)
    if edition is None:
        raise Refused(_("target is no piece of ours that everybody may read."), 32 if _is_ours(target) else 33)
    if not conversation_of(edition).mentions:
        raise Refused(_("This piece takes no mentions."), 33)
    host = place.host[:255]
    if banned(host=host, person=person):
        raise Refused(_("We take no mentions from there."), 49, 403)
    mine = Response.objects.filter(uid=edition.uid, source=source)
    if known := mine.first():
        mine.update(due_at=Now(), attempts=0, target=target[:LONGEST])
        return known, False
    waiting = Response.objects.filter(state=State.WAITING)
    if waiting.filter(host=host).count() >= MOST_OF_HOST or waiting.count() >= MOST_OF_ALL:
        raise Refused(_("Too many mentions wait to be read. Send it again in an hour."), 49, 429)
    facts = {"kind": kind, "state": State.WAITING, "host": host, "target": target[:LONGEST], "person": person}
    return Response.objects.get_or_create(uid=edition.uid, source=source, defaults={**facts, "due_at": Now()})


def _checked_source(source: str, target: str) -> tuple[str, Place]:
    """The source without its fragment. Raises Refused."""
    for name, url in (("source", source), ("target", target)):
        if not url:
            raise Refused(_("%(name)s is missing.") % {"name": name})
        if len(url) > LONGEST or urlsplit_or_none(url) is None or "\0" in url:
            raise Refused(_("%(name)s is no web address.") % {"name": name}, 16 if name == "source" else 33)
    source = urldefrag(source.strip()).url
    if same(source, target) or same(source, urldefrag(target).url):
        raise Refused(_("source and target are the same page."), 0)
    if _is_ours(source):
        raise Refused(_("source is a page of this site, which needs not tell us."), 49)
    try:
        check_url(source)
    except ValueError as problem:
        raise Refused(f"source: {problem}", 16) from None
    return source, Place.of(source)


def urlsplit_or_none(url: str) -> str | None:
    """The scheme of a web address with a host; None of anything else."""
    try:
        parts = urlsplit(url.strip())
        return parts.scheme if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def piece_at(url: str) -> Edition | None:
    """The piece that everybody may read at this address of ours, or that stood there before, or whose alias stands there.

    A query, a fragment or a missing slash apart.
    """
    if not _is_ours(url):
        return None
    parts = urlsplit(url.strip())
    path = parts.path if parts.path.endswith("/") else f"{parts.path}/"
    likely = [f"{scheme}://{parts.netloc.lower()}{path}" for scheme in ("https", "http")]
    visible = Edition.objects.visible().defer("body_html")
    if here := visible.filter(url__in=likely).first():
        return here
    before = Edition.objects.filter(url__in=likely).order_by("-pk").values_list("uid", flat=True)[:1]
    if there := visible.filter(uid__in=list(before)).first():
        return there
    roots = [site.root_page.url_path for site in _sites() if Place.of(site.root_url).host == Place.of(url).host]
    aliases = Page.objects.live().filter(url_path__in=[f"{root.rstrip('/')}{path}" for root in roots]).exclude(alias_of=None)
    return visible.filter(page__in=list(aliases.values_list("alias_of", flat=True))).first()


def _is_ours(url: str) -> bool:
    own = {Place.of(settings.SITE_URL).host, *(Place.of(site.root_url).host for site in _sites())}
    return Place.of(url).host in own


def _sites() -> Iterable[Site]:
    return Site.objects.select_related("root_page")


def conversation_of(edition: Edition) -> Conversation:
    """The rules of a piece, as its page tells them; closed where there is none."""
    page = edition.page.specific if edition.page else None
    return page.conversation() if page is not None else Conversation(comments=False, mentions=False)


def banned(*, host: str = "", person: str = "", email: str = "") -> bool:
    """Whether any of these may say nothing more. `email` and `person` are keyed hashes."""
    given = [(Ban.Kind.HOST, host), (Ban.Kind.PERSON, person), (Ban.Kind.EMAIL, email)]
    kinds = [(kind, value) for kind, value in given if value]
    found = Ban.objects.filter(value__in=[value for _kind, value in kinds]).values_list("kind", "value") if kinds else []
    return any((kind, value) in kinds for kind, value in found)


# --- going to see -----------------------------------------------------------------------------------------------------


def visit_mentions(rounds: int = 20) -> int:
    """Visit every page that is due, a batch at a time. Returns how many visits were written down."""
    done = 0
    for _round in range(rounds):
        rows = Response.objects.exclude(source="").lease(BATCH)
        if not rows:
            break
        editions = {one.uid: one for one in _editions({row.uid for row in rows})}
        with ThreadPoolExecutor(max_workers=BATCH, thread_name_prefix="mention") as pool:
            seen = list(pool.map(_look, rows, [editions.get(row.uid) for row in rows]))
        outlets = list(Outlet.objects.all())
        for row, (visited, mention) in zip(rows, seen, strict=True):
            _write_down_safely(row, visited, mention, editions.get(row.uid), outlets)
            done += 1
    return done


def _editions(uids: set[UUID]) -> Iterable[Edition]:
    return Edition.objects.visible().filter(uid__in=uids).defer("body_html").select_related("page")


def _look(row: Response, edition: Edition | None) -> tuple[Visit, Mention | None]:
    """In a thread, without the database. A page that we fail on keeps no other from being read."""
    if edition is None:
        return Visit(row.source), None
    seen = visit(row.source)
    if seen.answer is None or seen.answer.status >= 300:
        return seen, None
    try:
        return seen, read(seen.answer, [edition.url, row.target, edition.card.canonical.url])
    except Exception:
        log.exception("mention not read", source=row.source)
        return seen, None


def _write_down_safely(
    row: Response, seen: Visit, mention: Mention | None, edition: Edition | None, outlets: list[Outlet]
) -> None:
    try:
        with transaction.atomic():
            _write_down(row, seen, mention, edition, outlets)
    except Exception:
        log.exception("mention not written down", response=row.pk)
        if not row.postpone("It failed on our side."):
            row.rest()


def _write_down(row: Response, seen: Visit, mention: Mention | None, edition: Edition | None, outlets: list[Outlet]) -> None:
    if edition is None:
        # The piece is not there for readers: whether it is mentioned is nobody's concern until somebody tells us again.
        if row.state == State.WAITING:
            row.settle(State.REFUSED, _("The piece is not public any more."))
        else:
            row.rest()
    elif mention is None:
        _unread(row, seen.answer, seen.problem)
    elif not mention.links:
        _over(row, _("Its page does not link to the piece."))
    elif _is_ours(final := _final(row, seen.answer)):
        _over(row, _("Its page leads to this site."))
    elif _is_copy(row, final, mention, outlets):
        heard(final, edition.url, row.kind)
        row.settle(State.REFUSED, _("It is a copy of the piece, and stands among the sightings."))
    elif twin := _twin(row, final):
        Response.objects.filter(pk=twin.pk).update(due_at=Now(), attempts=0)
        row.settle(State.REFUSED, _("The page that it leads to stands here already."))
    else:
        _heard(row, final, mention, conversation_of(edition))


def _final(row: Response, answer: Answer | None) -> str:
    """Where the page stands: whoever leads there from elsewhere is not its author."""
    url = urldefrag(answer.url).url if answer else row.source
    return url if len(url) <= LONGEST else row.source


def _twin(row: Response, final: str) -> Response | None:
    """The response that the same page has already, told by another address of it."""
    found: Response | None = Response.objects.filter(uid=row.uid, source=final).exclude(pk=row.pk).first()
    return found


def _unread(row: Response, answer: Answer | None, problem: str) -> None:
    """Nothing could be read: the page is gone, or does not answer as it should."""
    status = answer.status if answer else None
    gone = status in (404, 410)
    if gone and row.gone_in_a_row + 1 >= 2:
        _over(row, _("Its page is gone (%(status)d).") % {"status": status})
        return
    sentence = problem or _("Its page answers %(status)s.") % {"status": status or "—"}
    if row.postpone(sentence, gone=gone):
        return
    # What was shown once stays: an outage of theirs takes nothing back.
    if row.state == State.WAITING:
        row.settle(State.REFUSED, sentence)
    else:
        row.rest()


def _over(row: Response, sentence: str) -> None:
    """It is no mention, or none any more. What a person decided stays decided."""
    if row.state in (State.REJECTED, State.SPAM):
        row.rest()
        return
    row.settle(State.REFUSED if row.state == State.WAITING else State.GONE, sentence)
    news_of(row.uid)


def _is_copy(row: Response, final: str, mention: Mention, outlets: list[Outlet]) -> bool:
    return mention.copy or any(outlet.runs(url) for outlet in outlets for url in {row.source, final})


def _heard(row: Response, final: str, mention: Mention, rules: Conversation) -> None:
    """Write down what the page says. Who decides is the rules; where a person decided before, that stays."""
    host = Place.of(final).host[:255]
    facts = {name: getattr(mention, name) for name in ("manner", "name", "url", "title", "text")} | {
        "source": final,
        "host": host,
    }
    if row.state in (State.REJECTED, State.SPAM):
        row.settle(row.state, row.sentence, **facts)
        return
    if banned(host=host):
        _over(row, _("We take no mentions from there."))
        return
    known = Response.objects.filter(host=host, shown_at__isnull=False).exclude(state__in=(State.REJECTED, State.SPAM))
    verdict, sentence = judge_words(rules, mention.name, mention.title, mention.text, known=known.exists())
    if row.state == State.HELD and verdict == State.SHOWN:
        # It waits for a person already.
        verdict, sentence = "held", row.sentence
    if row.settle(verdict, sentence, **facts):
        log.info("mention heard", response=row.pk, host=row.host, state=verdict)
        news_of(row.uid)
