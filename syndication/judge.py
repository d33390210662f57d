"""The judge of their pages: whether what a page says keeps the contract. Pure: no network, no rows."""

import re

from syndication.canonical import near_miss, same
from syndication.contract import Contract
from syndication.findings import Findings, Found, excerpt_of, host_of
from syndication.judgement import Evidence, Judgement, Verdict
from syndication.likeness import Likeness, likeness, tells
from syndication.story import Story
from syndication.terms import (
    SHOWN,
    binding,
    judge_canonical,
    judge_correction,
    judge_extent,
    judge_licence,
    judge_link,
    judge_noindex,
    shown,
    text_shown,
)

__all__ = ["Evidence", "Judgement", "Verdict", "judge"]

_GRAVITY = ("honoured", "missing", "duplicated", "wrong", "unreachable")
_CLOSED = {401: "asks for a password", 403: "turns us away", 407: "asks for a password", 451: "is closed for legal reasons"}
_LATER = {408: "took too long", 425: "asks us to come later", 429: "asks us to come less often"}
# How pages that are not there, although they answer 200, and domains without an owner call themselves.
_NO_PAGE = re.compile(
    r"\b(?:404|410)\b|\bnot found\b|\b(?:does not|doesn.t|no longer) exists?\b|\bno longer available\b|\bnicht gefunden\b|"
    r"\bintrouvable\b|\bno encontrad[ao]\b|غير موجودة|لم يتم العثور|"
    r"\b(?:domain|website|site)\b.{0,60}\bfor sale\b|\bdomain (?:is )?parked\b|\bdomain (?:has )?expired\b",
    re.IGNORECASE,
)


def judge(
    findings: Findings,
    contract: Contract,
    want_url: str,
    status: int,
    fetched_url: str,
    withdrawn: bool = False,
    story: Story | None = None,
    copy_url: str = "",
    before: Story | None = None,
    killed: bool = False,
) -> Judgement:
    """Whether a copy keeps its contract. Pure.

    `want_url` is the canonical owed, `status` and `fetched_url` say how and where the fetch ended; `withdrawn` means that
    the copy should be gone by now; `story` is the piece as the outlet may have it, where its text is to be looked for;
    `copy_url` is the address that was asked, and `before` the piece before its newest correction. In this order:

    - 404 and 410: `gone`, or `honoured` if withdrawn. Any other answer but 2xx: `unreachable`, as there is no page to judge.
    - The fetch ended at `want_url` itself: `honoured`; the copy has become a redirect to its home.
    - Withdrawn: `honoured` if it keeps out of search engines or shows the text no more, else `wrong`, for it still stands.
      `killed`, it must not show the text, whatever it tells search engines.
    - Neither our text nor our headline is there: `gone`, whatever the page calls itself; an error page may answer 200.
    - Else each term owed is looked at; the gravest answer is the verdict (wrong, duplicated, missing, honoured) and the
      others go into the evidence. Canonical: none is `missing`, several different `duplicated`, one but not ours `wrong`.
      Header and element agreeing are fine. noindex and link: `missing` if absent. The whole text where the contract gives an
      excerpt or less: `wrong`; so is our text of before, where a correction was made since. A licence that is not named is
      told and not blamed.
    - A paywall hides what we would look for, so of what it hides nothing is said; the head is judged as ever.

    What counts as the same address, and why near misses do not, say `canonical.spelling` and `canonical.near_miss`. A
    noindex to Googlebot alone keeps the term, since that is what Google asks of syndication partners; one to Google News
    alone does not. A noindex that nobody owes takes nothing away from a canonical.
    """
    answer = (Evidence("the answer", "answer", f"HTTP {status}, {excerpt_of(fetched_url)}"), *_moved(copy_url, fetched_url))
    if status in (404, 410):
        return _absent(status, withdrawn, answer)
    if not 200 <= status < 300:
        return Judgement("unreachable", _unreachable(status), answer)
    if same(fetched_url, want_url):
        return _leads_home(contract, withdrawn, answer)
    like = _like(findings, story, want_url, copy_url, fetched_url) if story else None
    if withdrawn:
        return _judge_withdrawal(findings, fetched_url, answer, like, contract, killed)
    if like and like.kind == "nothing":
        return _lost(findings, copy_url, fetched_url, answer)
    terms, silent = _terms(findings, contract, want_url, like, story, before)
    asides = (*silent, *_asides(findings, contract, want_url), *text_shown(like), *answer)
    return _together(terms, asides, {"text": "honoured"} if like and like.kind != "unknown" else {})


Named = tuple[str, Judgement]


def _terms(
    findings: Findings, contract: Contract, want: str, like: Likeness | None, story: Story | None, before: Story | None
) -> tuple[list[Named], tuple[Evidence, ...]]:
    """The terms that were looked at, by name, and what else was seen of them.

    What stands behind a paywall cannot be looked at, so a link that we do not see there is not called missing.
    """
    hidden = findings.paywall is not None and (like is None or like.kind != "whole")
    terms: list[Named] = []
    if contract.canonical:
        terms.append(("canonical", judge_canonical(findings, want)))
    if contract.noindex:
        terms.append(("noindex", judge_noindex(findings)))
    unseen: tuple[Evidence, ...] = ()
    if contract.link:
        link = judge_link(findings, want)
        if hidden and link.verdict == "missing":
            unseen = (Evidence("whether it links to our page, stands behind the paywall", "page", ""),)
            if not terms:
                sentence = (
                    "We could not see whether the copy links to our page: it stands behind a paywall. "
                    "Ask the desk to let our verifier in."
                )
                terms.append(("text", Judgement("unreachable", sentence, unseen)))
        else:
            terms.append(("link", link))
    if like is None or story is None:
        return terms, unseen
    if extent := judge_extent(like, contract, story):
        terms.append(("extent", extent))
    if contract.extent == "full" and not hidden and (correction := judge_correction(findings, like, story, before)):
        terms.append(("correction", correction))
    if licence := judge_licence(findings, like, story):
        terms.append(("licence", licence))
    return terms, unseen


def _together(named: list[Named], asides: tuple[Evidence, ...], also: dict[str, Verdict]) -> Judgement:
    told: dict[str, Verdict] = {**also, **{name: term.verdict for name, term in named}}
    # No contract asks for the licence yet, so a copy without it is told and not blamed.
    licences = tuple(seen for name, term in named if name == "licence" for seen in term.evidence)
    terms = [term for name, term in named if name != "licence"]
    asides = (*licences, *asides)
    terms.sort(key=lambda term: _GRAVITY.index(term.verdict), reverse=True)
    if all(not term.sentence for term in terms):
        return Judgement("honoured", "The copy is there, and the contract asks nothing more of it.", asides, told)
    worst, others = terms[0], terms[1:]
    if worst.verdict == "honoured":
        sentence = " ".join(["The copy keeps the contract.", *(term.sentence for term in terms if term.sentence)])
        return Judgement("honoured", sentence, tuple(seen for term in terms for seen in term.evidence) + asides, told)
    evidence = list(worst.evidence)
    for term in others:
        if term.verdict != "honoured":
            evidence.append(Evidence(term.sentence, "page", ""))
        evidence.extend(term.evidence)
    return Judgement(worst.verdict, worst.sentence, (*evidence, *asides), told)


def _moved(asked: str, arrived: str) -> tuple[Evidence, ...]:
    """That the copy's address leads on to another."""
    if not asked or same(asked, arrived):
        return ()
    way = f"{excerpt_of(asked)[:140]} leads to {excerpt_of(arrived)[:140]}"
    if host_of(asked) != host_of(arrived):
        return (Evidence(f"the copy's address now leads to another host, {excerpt_of(host_of(arrived))}", "answer", way),)
    return () if near_miss(asked, arrived) else (Evidence("the copy's address now leads to another page", "answer", way),)


def _leads_home(contract: Contract, withdrawn: bool, answer: tuple[Evidence, ...]) -> Judgement:
    if withdrawn:
        return Judgement("honoured", "The copy is down: its address leads to our own page.", answer, {"withdrawal": "honoured"})
    # A redirect is the strongest canonical there is.
    return Judgement(
        "honoured",
        "The copy's address leads to our own page.",
        answer,
        {"canonical": "honoured"} if contract.canonical else {},
    )


def _like(findings: Findings, story: Story, want: str, asked: str, arrived: str) -> Likeness:
    """What of the piece the page shows, once we know what sort of page it is."""
    titles = f"{findings.title} {findings.card_title}"
    like = likeness(story, titles, findings.text)
    if like.kind == "nothing":
        # What is sold is hidden, not gone.
        return Likeness("unknown") if findings.paywall and not _NO_PAGE.search(findings.title) else like
    if like.kind == "headline" and not tells(titles, story.headline) and _NO_PAGE.search(findings.title):
        return Likeness("nothing")
    if like.kind == "unknown" and (_says_it_is_none(findings) or _is_foreign(findings, want, asked, arrived)):
        return Likeness("nothing")
    return like


def _says_it_is_none(findings: Findings) -> bool:
    return bool(_NO_PAGE.search(findings.title) or _NO_PAGE.search(findings.text))


def _is_foreign(findings: Findings, want: str, asked: str, arrived: str) -> bool:
    """Whether the copy's address leads to another site, which does not know us."""
    named = (*findings.canonicals, *findings.og_urls, *findings.main_entities)
    knows = any(same(found.url, want) for found in named) or findings.links_on(host_of(want))
    return bool(asked) and host_of(asked) != host_of(arrived) and not knows


def _absent(status: int, withdrawn: bool, answer: tuple[Evidence, ...]) -> Judgement:
    if withdrawn:
        return Judgement("honoured", f"The copy is down: its address answers {status}.", answer, {"withdrawal": "honoured"})
    remedy = "If it has moved, ask the desk where to; if it should stand, ask them to bring it back."
    return Judgement("gone", f"The copy is gone: its address answers {status}. {remedy}", answer)


def _unreachable(status: int) -> str:
    if status in _CLOSED:
        return f"We could not see the copy: its address {_CLOSED[status]} ({status}). Ask the desk to let our verifier in."
    cause = _LATER.get(status) or ("has a fault of its own" if status >= 500 else "gave us no page")
    return (
        f"We could not see the copy: its address {cause} ({status}). We look again by ourselves; if it lasts, write to the desk."
    )


def _lost(findings: Findings, asked: str, fetched_url: str, answer: tuple[Evidence, ...]) -> Judgement:
    if asked and host_of(asked) != host_of(fetched_url):
        cause = f"its address now leads to another site, {excerpt_of(host_of(fetched_url))}, which"
    else:
        cause = f"{excerpt_of(fetched_url)} answers, but"
    sentence = (
        f"The copy is gone: {cause} shows neither our headline nor our text. If the piece has moved, ask the desk where to."
    )
    return Judgement("gone", sentence, (*_title(findings), *answer), {"text": "gone"})


def _title(findings: Findings) -> tuple[Evidence, ...]:
    return (Evidence("the title of the page", "head", findings.title),) if findings.title else ()


def _down(findings: Findings, like: Likeness | None, contract: Contract) -> bool:
    """Whether a page that answers shows of a withdrawn piece no more than a notice would; behind a paywall is more."""
    kind = like.kind if like else "unknown"
    return kind == "nothing" or (kind == "headline" and contract.extent != "link" and not findings.paywall)


def _judge_withdrawal(
    findings: Findings,
    fetched_url: str,
    answer: tuple[Evidence, ...],
    like: Likeness | None,
    contract: Contract,
    killed: bool,
) -> Judgement:
    kept: dict[str, Verdict] = {"withdrawal": "honoured"}
    if _down(findings, like, contract):
        sentence = "The copy is down: its address still answers, but shows our text no more."
        return Judgement("honoured", sentence, (*_title(findings), *text_shown(like), *answer), kept)
    if killed:
        sentence = f"The copy still stands at {excerpt_of(fetched_url)}, though the piece is killed. Call the desk."
        return Judgement("wrong", sentence, (*_title(findings), *text_shown(like), *answer), {"withdrawal": "wrong"})
    rules = binding(findings)
    if rules:
        sentence = "The copy is down as far as search engines go: its address still answers, but asks them to leave it out."
        return Judgement("honoured", sentence, (*shown(rules), *answer), kept)
    sentence = f"The copy still stands at {excerpt_of(fetched_url)}. Ask the desk to take it down, or to mark it noindex."
    evidence = (*_title(findings), *judge_noindex(findings).evidence, *text_shown(like), *answer)
    return Judgement("wrong", sentence, evidence, {"withdrawal": "wrong"})


def _asides(findings: Findings, contract: Contract, want: str) -> tuple[Evidence, ...]:
    """What else the page says of its home, place by place, and what a person should know who reads the verdict."""
    seen = []
    if contract.canonical:
        other = "og:url names another page; cards on social networks follow it"
        seen += _said(findings.og_urls, want, "og:url names our page", other)
        seen += _said(findings.main_entities, want, "JSON-LD names our page", "JSON-LD names another page as the main one")
    if contract.canonical and not contract.noindex:
        seen += [Evidence(f"{it.what}, which nobody asked for", it.place, it.excerpt) for it in shown(list(findings.noindex))]
    for found, what in (
        (findings.refresh, "the page sends its readers on by itself"),
        (findings.paywall, "the page stands behind a paywall, so we see of it what readers without a subscription see"),
    ):
        if found:
            seen.append(Evidence(what, found.place, found.excerpt))
    return tuple(seen[-SHOWN:])


def _said(named: tuple[Found, ...], want: str, ours: str, theirs: str) -> list[Evidence]:
    return [Evidence(ours if same(it.url, want) else theirs, it.place, it.excerpt) for it in named[:3]]
