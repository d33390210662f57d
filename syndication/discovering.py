"""Discovering: copies that nobody reported, at addresses an editor found or somebody tells us of. Editors decide, not this."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import structlog
from django.db.models import Q
from django.utils.translation import gettext as _

from syndication.findings import Findings, find
from syndication.http import check_url
from syndication.judge import Evidence
from syndication.likeness import likeness, words
from syndication.models import Edition, Errand, Republication, Sighting
from syndication.readers import Place
from syndication.sighting import is_ours, sight
from syndication.visiting import Visit, visit

log = structlog.get_logger(__name__)

MOST = 500
# So many are fetched side by side before the errand gives its turn to others and shows how far it is.
SLICE = 10
# Of the pieces whose headline could be meant, so many of the newest are compared with a page.
CANDIDATES = 40
_NAMED_AT_MOST = 200
_LONGEST = 2_000


# --- what is told us ---------------------------------------------------------------------------------------------------


def heard(source_url: str, target_url: str, source: str = "webmention") -> Sighting | None:
    """Somebody says that `source_url` speaks of `target_url`: propose it as a copy of the piece that stands there, if one does.

    The caller has fetched the source and seen the link. None where no piece of ours stands at the target, or the page is known.
    """
    uid = pieces_at([target_url]).get(_plain(target_url))
    if uid is None:
        return None
    evidence = Evidence(_("it links to the piece"), source, target_url[:300])
    return sight(uid, Place.of(source_url), source, url=source_url[:_LONGEST], evidence=[asdict(evidence)])


def pieces_at(urls: Iterable[str]) -> dict[str, UUID]:
    """The pieces that stand, or once stood, at these addresses of ours: by address, without fragment and final slash."""
    wanted = {_plain(url) for url in urls if url}
    either = [*wanted, *(f"{url}/" for url in wanted)]
    # The current edition comes last, so that it has the last word where an address changed hands.
    known = Edition.objects.filter(url__in=either).order_by("current", "pk").values_list("url", "uid")
    return {_plain(url): uid for url, uid in known}


def _plain(url: str) -> str:
    return url.partition("#")[0].rstrip("/")


# --- a list ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BadLine:
    """A line that is no address we can visit, and why."""

    number: int
    text: str
    sentence: str


def read_list(text: str) -> tuple[list[str], list[BadLine]]:
    """The addresses in a text, one a line and each once, and the lines that hold none. Empty lines are nothing."""
    urls: dict[str, None] = {}
    bad = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not (url := line.strip()):
            continue
        try:
            check_url(url)
        except ValueError as problem:
            bad.append(BadLine(number, url[:100], str(problem)))
            continue
        if len(url) > _LONGEST:
            bad.append(BadLine(number, url[:100], _("The address is longer than %(most)d characters.") % {"most": _LONGEST}))
            continue
        urls[url] = None
    return list(urls), bad


def ask(urls: list[str], *, asked_by: Any = None) -> Errand:
    """Have a worker look at these pages. The caller rings `tasks.run_errands`."""
    return Errand.ask(Errand.Kind.FIND_COPIES, asked={"urls": urls[:MOST]}, asked_by=asked_by)


def find_copies(errand: Errand) -> None:
    """Look at the next pages of the list; the errand is due again until all are seen.

    `found["pages"]` has one entry a page, in order: `url`, `outcome` (`sighted`, `known`, `ours`, `nothing` or `problem`), the
    `sentence` that tells it, and of a piece its `headline` and the `sighting` where there is one. A slice that a lost worker
    began is looked at again, which writes nothing twice.
    """
    urls, pages = errand.asked["urls"], list(errand.found.get("pages", []))
    coming = urls[len(pages) : len(pages) + SLICE]
    with ThreadPoolExecutor(max_workers=SLICE, thread_name_prefix="discover") as pool:
        seen = list(pool.map(_read_safely, coming))
    pages += [_outcome(url, visited, findings) for url, (visited, findings) in zip(coming, seen, strict=True)]
    if len(pages) < len(urls):
        errand.go_on({"pages": pages})
        return
    count = sum(page["outcome"] == "sighted" for page in pages)
    sentence = _("%(pages)d pages were looked at; %(count)d seem to be copies of ours.") % {"pages": len(pages), "count": count}
    errand.end(Errand.State.DONE, sentence, {"pages": pages})


def _read_safely(url: str) -> tuple[Visit, Findings | None]:
    """In a thread, without the database. A page that we fail on must not keep the others from being read."""
    try:
        visited = visit(url)
        answer = visited.answer
        readable = answer is not None and 200 <= answer.status < 300
        return visited, find(answer.body, answer.headers, answer.url) if answer and readable else None
    except Exception:
        log.exception("discovery failed", url=url)
        return Visit(url, problem=_("Our reader failed on this page. The log has the details.")), None


def _outcome(url: str, visited: Visit, findings: Findings | None) -> dict[str, Any]:
    answer = visited.answer
    if findings is None:
        problem = visited.problem or _("The page does not answer as it should (%(status)s).") % {
            "status": answer and answer.status
        }
        return {"url": url, "outcome": "problem", "sentence": problem}
    place = Place.of(findings.url)
    if is_ours(place):
        return {"url": url, "outcome": "ours", "sentence": _("This is a page of our own.")}
    uid, evidence = whose(findings)
    if uid is None:
        told = _("Nothing on the page names a piece of ours, and its text is none of ours.")
        return {"url": url, "outcome": "nothing", "sentence": told}
    return {"url": url, **_proposed(uid, place, findings.url, evidence)}


def _proposed(uid: UUID, place: Place, url: str, evidence: list[Evidence]) -> dict[str, Any]:
    piece = {"headline": Edition.objects.current().filter(uid=uid).values_list("headline", flat=True).first() or str(uid)}
    sight(uid, place, "list", url=url[:_LONGEST], evidence=[asdict(one) for one in evidence])
    seen = Sighting.objects.filter(uid=uid, url=url[:_LONGEST]).first()
    if seen is None or Republication.objects.filter(uid=uid, receipt_url=seen.url).exists():
        told = _("A copy there is known already, or nothing more of this piece or host is to be shown.")
        return {**piece, "outcome": "known", "sentence": told}
    if seen.state != Sighting.State.NEW:
        told = _("Somebody has decided on this page before: %(state)s.") % {"state": seen.get_state_display()}
        return {**piece, "outcome": "known", "sentence": told}
    return {**piece, "outcome": "sighted", "sentence": evidence[0].what if evidence else "", "sighting": seen.pk}


# --- which piece it is -------------------------------------------------------------------------------------------------


def whose(findings: Findings) -> tuple[UUID | None, list[Evidence]]:
    """The piece of ours that a page carries, and what says so; None if nothing does.

    What it names as its home comes first (canonical, Open Graph, JSON-LD), then its text, then a mere link to one piece.
    """
    if named := _named(findings):
        return named
    if alike := _alike(findings):
        return alike
    links = list(dict.fromkeys(found for href, _rel in findings.anchors if (found := _plain(href)).startswith("http")))
    at = pieces_at(links[:_NAMED_AT_MOST])
    if len(set(at.values())) == 1:
        url, uid = next(iter(at.items()))
        return uid, [Evidence(_("It links to the piece."), "body", url)]
    return None, []


def _named(findings: Findings) -> tuple[UUID, list[Evidence]] | None:
    told = [
        *((found, _("It names our page as its canonical.")) for found in findings.canonicals),
        *((found, _("It names our page in og:url.")) for found in findings.og_urls),
        *((found, _("It names our page in JSON-LD.")) for found in findings.main_entities),
    ]
    at = pieces_at(found.url for found, _what in told)
    named = [
        (at[_plain(found.url)], Evidence(what, found.place, found.excerpt)) for found, what in told if _plain(found.url) in at
    ]
    if not named:
        return None
    uid = named[0][0]
    return uid, [evidence for other, evidence in named if other == uid]


def _alike(findings: Findings) -> tuple[UUID, list[Evidence]] | None:
    """The piece whose text the page shows most of, among those whose headline its title could be."""
    best: tuple[float, Edition, str] | None = None
    for edition in _candidates(findings.title):
        like = likeness(edition.story, findings.title, findings.text)
        if like.kind in ("whole", "part", "excerpt") and (best is None or like.share > best[0]):
            best = (like.share, edition, like.kind)
    if best is None:
        return None
    share, edition, kind = best
    what = {
        "whole": _("It shows the text of the piece."),
        "part": _("It shows %(share)s of the text of the piece.") % {"share": f"{share:.0%}"},
        "excerpt": _("It shows the excerpt of the piece."),
    }[kind]
    return edition.uid, [Evidence(what, "body", ""), Evidence(_("the title of the page"), "head", findings.title)]


def _candidates(title: str) -> list[Edition]:
    """Pieces that have one of the three longest words of a title in their headline, the newest first."""
    longest = sorted({word for word in words(title) if len(word) > 2}, key=len, reverse=True)[:3]
    if not longest:
        return []
    any_of = Q()
    for word in longest:
        any_of |= Q(headline__icontains=word)
    return list(Edition.objects.current().filter(any_of, public=True).order_by("-first_published_at")[:CANDIDATES])
