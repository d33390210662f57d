"""The judge of their pages: whether what a page says keeps the contract. Pure: no network, no rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from syndication.canonical import near_miss, same, spelling
from syndication.contract import Contract
from syndication.findings import Findings, Rule, excerpt_of, host_of
from syndication.likeness import Likeness, likeness
from syndication.story import Story

Verdict = Literal["honoured", "missing", "wrong", "duplicated", "unreachable", "gone"]

_SHOWN = 10  # of a kind; a page that says a thing a thousand times would fill the database
_GRAVITY = ("honoured", "missing", "duplicated", "wrong")
_CLOSED = {401: "asks for a password", 403: "turns us away", 407: "asks for a password", 451: "is closed for legal reasons"}
_LATER = {408: "took too long", 425: "asks us to come later", 429: "asks us to come less often"}


@dataclass(frozen=True)
class Evidence:
    """What we saw, where (as in `Found`, or "answer" for the HTTP status), and the very text."""

    what: str
    place: str
    excerpt: str


@dataclass(frozen=True)
class Judgement:
    """A verdict, the sentence that tells an editor cause and remedy, what was seen, and each term's own verdict."""

    verdict: Verdict
    sentence: str
    evidence: tuple[Evidence, ...] = ()
    terms: Mapping[str, Verdict] = field(default_factory=dict)


def judge(
    findings: Findings,
    contract: Contract,
    want_url: str,
    status: int,
    fetched_url: str,
    withdrawn: bool = False,
    story: Story | None = None,
    killed: bool = False,
) -> Judgement:
    """Whether a copy keeps its contract. Pure.

    `want_url` is the canonical owed, `status` and `fetched_url` say how and where the fetch ended; `withdrawn` means that
    the copy should be gone by now; `story` is the piece as the outlet may have it, where its text is to be looked for. In
    this order:

    - 404 and 410: `gone`, or `honoured` if withdrawn. Any other answer but 2xx: `unreachable`, as there is no page to judge.
    - The fetch ended at `want_url` itself: `honoured`; the copy has become a redirect to its home.
    - Withdrawn: `honoured` if it keeps out of search engines or shows the text no more, else `wrong`, for it still stands.
      `killed`, it must not show the text, whatever it tells search engines.
    - Neither our text nor our headline is there: `gone`, whatever the page calls itself; an error page may answer 200.
    - Else each term owed is looked at; the gravest answer is the verdict (wrong, duplicated, missing, honoured) and the
      others go into the evidence. Canonical: none is `missing`, several different `duplicated`, one but not ours `wrong`.
      Header and element agreeing are fine. noindex and link: `missing` if absent. The whole text where the contract gives an
      excerpt or less: `wrong`.

    What counts as the same address, and why near misses do not, say `canonical.spelling` and `canonical.near_miss`. A
    noindex to Googlebot alone keeps the term, since that is what Google asks of syndication partners; one to Google News
    alone does not. A noindex that nobody owes takes nothing away from a canonical.
    """
    answer = Evidence("the answer", "answer", f"HTTP {status}, {excerpt_of(fetched_url)}")
    if status in (404, 410):
        return _absent(status, withdrawn, answer)
    if not 200 <= status < 300:
        return Judgement("unreachable", _unreachable(status), (answer,))
    if same(fetched_url, want_url):
        sentence = (
            "The copy is down: its address leads to our own page." if withdrawn else "The copy's address leads to our own page."
        )
        return Judgement("honoured", sentence, (answer,))
    like = likeness(story, findings.title, findings.text) if story else None
    if withdrawn:
        return _judge_withdrawal(findings, fetched_url, answer, like, contract, killed)
    if like and like.kind == "nothing":
        return _lost(findings, fetched_url, answer)
    owed = ((contract.canonical, _judge_canonical), (contract.noindex, _judge_noindex), (contract.link, _judge_link))
    terms = [term(findings, want_url) for is_owed, term in owed if is_owed]
    terms += _judge_extent(like, contract)
    return _together(terms, (*_asides(findings, contract, want_url), *_text_shown(like), answer))


def _together(terms: list[Judgement], asides: tuple[Evidence, ...]) -> Judgement:
    terms = sorted(terms, key=lambda term: _GRAVITY.index(term.verdict), reverse=True)
    if not terms:
        return Judgement("honoured", "The copy is there, and the contract asks nothing more of it.", asides)
    worst, others = terms[0], terms[1:]
    if worst.verdict == "honoured":
        sentence = " ".join(["The copy keeps the contract.", *(term.sentence for term in terms)])
        return Judgement("honoured", sentence, tuple(seen for term in terms for seen in term.evidence) + asides)
    evidence = list(worst.evidence)
    for term in others:
        if term.verdict != "honoured":
            evidence.append(Evidence(term.sentence, "page", ""))
        evidence.extend(term.evidence)
    return Judgement(worst.verdict, worst.sentence, (*evidence, *asides))


def _absent(status: int, withdrawn: bool, answer: Evidence) -> Judgement:
    if withdrawn:
        return Judgement("honoured", f"The copy is down: its address answers {status}.", (answer,))
    remedy = "If it has moved, ask the desk where to; if it should stand, ask them to bring it back."
    return Judgement("gone", f"The copy is gone: its address answers {status}. {remedy}", (answer,))


def _unreachable(status: int) -> str:
    if status in _CLOSED:
        return f"We could not see the copy: its address {_CLOSED[status]} ({status}). Ask the desk to let our verifier in."
    cause = _LATER.get(status) or ("has a fault of its own" if status >= 500 else "gave us no page")
    return (
        f"We could not see the copy: its address {cause} ({status}). We look again by ourselves; if it lasts, write to the desk."
    )


def _lost(findings: Findings, fetched_url: str, answer: Evidence) -> Judgement:
    sentence = (
        f"The copy is gone: {excerpt_of(fetched_url)} answers, but shows neither our headline nor our text. "
        "If the piece has moved, ask the desk where to."
    )
    return Judgement("gone", sentence, (*_title(findings), answer))


def _title(findings: Findings) -> tuple[Evidence, ...]:
    return (Evidence("the title of the page", "head", findings.title),) if findings.title else ()


def _judge_extent(like: Likeness | None, contract: Contract) -> list[Judgement]:
    """What the text on the page says of the extent agreed; nothing where it says nothing."""
    if like is None or like.kind != "whole" or contract.extent == "full":
        return []
    sentence = (
        "The copy carries the whole text, but its contract gives it less. "
        "Ask the desk to keep to the excerpt, or change the contract."
    )
    return [Judgement("wrong", sentence, _text_shown(like))]


_SHOWS = {
    "whole": "our text, whole: {share} of its runs of four words",
    "part": "a part of our text: {share} of its runs of four words",
    "excerpt": "our excerpt",
    "headline": "our headline, and no text of ours",
    "unknown": "too little text to tell whether it is ours",
}


def _text_shown(like: Likeness | None) -> tuple[Evidence, ...]:
    if like is None or like.kind not in _SHOWS:
        return ()
    return (Evidence("the text of the page", "body", _SHOWS[like.kind].format(share=f"{like.share:.0%}")),)


def _down(like: Likeness | None, contract: Contract) -> bool:
    """Whether a page that answers shows of a withdrawn piece no more than a notice would."""
    kind = like.kind if like else "unknown"
    return kind == "nothing" or (kind == "headline" and contract.extent != "link")


def _judge_withdrawal(
    findings: Findings, fetched_url: str, answer: Evidence, like: Likeness | None, contract: Contract, killed: bool
) -> Judgement:
    if _down(like, contract):
        sentence = "The copy is down: its address still answers, but shows our text no more."
        return Judgement("honoured", sentence, (*_title(findings), *_text_shown(like), answer))
    if killed:
        sentence = f"The copy still stands at {excerpt_of(fetched_url)}, though the piece is killed. Call the desk."
        return Judgement("wrong", sentence, (*_title(findings), *_text_shown(like), answer))
    rules = _binding(findings)
    if rules:
        sentence = "The copy is down as far as search engines go: its address still answers, but asks them to leave it out."
        return Judgement("honoured", sentence, (*_shown(rules), answer))
    sentence = f"The copy still stands at {excerpt_of(fetched_url)}. Ask the desk to take it down, or to mark it noindex."
    return Judgement("wrong", sentence, (*_title(findings), *_judge_noindex(findings).evidence, answer))


def _judge_canonical(findings: Findings, want: str) -> Judgement:
    named = {spelling(found.url): found.url for found in findings.canonicals}
    evidence = _canonicals_shown(findings)
    ask = f"Ask the desk to set the canonical link to {want}."
    if not named:
        return Judgement("missing", f"{_why_missing(findings)} {ask}", evidence)
    if len(named) > 1:
        listed = " and ".join(excerpt_of(url) for url in islice(named.values(), 3))
        cause = "Search engines may then heed none; often a theme and a plugin each add one."
        return Judgement(
            "duplicated",
            f"The copy names {len(named)} homes: {listed}. {cause} Ask the desk to keep a single canonical link, to {want}.",
            evidence,
        )
    if spelling(want) in named:
        return Judgement("honoured", "It names our page as its home.", evidence)
    return Judgement("wrong", f"{_why_wrong(findings, next(iter(named.values())), want)} {ask}", evidence)


def _why_missing(findings: Findings) -> str:
    if findings.ignored:
        return f"The copy names no home: it has a canonical link, but {findings.ignored[0].note}."
    if findings.media not in ("", "text/html", "application/xhtml+xml"):
        return (
            f"The copy names no home: its address serves {excerpt_of(findings.media)}; only a Link header could name one there."
        )
    return "The copy names no home: it has no canonical link."


def _why_wrong(findings: Findings, found: str, want: str) -> str:
    shown = excerpt_of(found)
    if same(found, findings.url) or near_miss(found, findings.url):
        return f"The copy names itself as its home ({shown})."
    if near := near_miss(found, want):
        return (
            f"The copy names almost the right home: it points to {near} ({shown}), and search engines take that for another page."
        )
    schemeless = spelling(want).partition("://")[2]
    if schemeless and spelling(found).endswith(f"/{schemeless}"):
        return f"The copy's canonical link lacks the https:// before our address, so it leads nowhere ({shown})."
    return f"The copy names another page as its home ({shown})."


def _canonicals_shown(findings: Findings) -> tuple[Evidence, ...]:
    evidence, seen = [], set()
    for found in findings.canonicals:
        key = (spelling(found.url), found.place)
        what = "the same canonical link again" if key in seen else "canonical link"
        seen.add(key)
        fragment = ", whose fragment search engines drop" if "#" in found.url else ""
        evidence.append(Evidence(what + fragment + (f"; {found.note}" if found.note else ""), found.place, found.excerpt))
    ignored = (
        Evidence(f"canonical link that does not count: {found.note}", found.place, found.excerpt) for found in findings.ignored
    )
    return (*evidence[:_SHOWN], *islice(ignored, _SHOWN))


def _binding(findings: Findings) -> list[Rule]:
    """The noindex rules that keep the term: to all robots, or to Googlebot."""
    return [rule for rule in findings.noindex if rule.bot in ("robots", "googlebot")]


def _shown(rules: list[Rule]) -> list[Evidence]:
    return [
        Evidence("noindex" if rule.bot == "robots" else f"noindex, but to {excerpt_of(rule.bot)} alone", rule.place, rule.excerpt)
        for rule in rules[:_SHOWN]
    ]


def _judge_noindex(findings: Findings, _want: str = "") -> Judgement:
    rules = _binding(findings)
    if rules:
        return Judgement("honoured", "It asks search engines to leave it out.", tuple(_shown(rules)))
    misplaced = [rule for rule in findings.rules if rule.rule in ("noindex", "none") and rule.place == "body"]
    cause = "it does not ask search engines to leave it out"
    if findings.noindex:
        cause = f"its noindex speaks to {excerpt_of(findings.noindex[0].bot)} alone"
    elif misplaced:
        cause = "its noindex stands in the body of the page, where search engines need not heed it"
    sentence = f"The copy may appear in search: {cause}. Ask the desk to put noindex into the robots meta tag in the head."
    seen = [Evidence("noindex in the body, which binds nobody", rule.place, rule.excerpt) for rule in misplaced[:_SHOWN]]
    return Judgement("missing", sentence, (*_shown(list(findings.noindex)), *seen))


def _judge_link(findings: Findings, want: str) -> Judgement:
    links = findings.links_to(want)
    if links:
        followed = [link for link in links if not {"nofollow", "ugc", "sponsored"} & set(link.note.lower().split())]
        what = "link to our page" if followed else "link to our page, which search engines are told not to follow"
        return Judgement("honoured", "It links to our page.", (Evidence(what, "body", (followed or links)[0].excerpt),))
    elsewhere = findings.links_on(host_of(want))[:3]
    cause = "its links to our site lead to other pages" if elsewhere else "it has no link to our page"
    sentence = f"The copy does not lead its readers home: {cause}. Ask the desk to link to {want} from the text."
    return Judgement(
        "missing", sentence, tuple(Evidence("link to another page of ours", "body", link.excerpt) for link in elsewhere)
    )


def _asides(findings: Findings, contract: Contract, want: str) -> tuple[Evidence, ...]:
    """What contradicts the canonical owed without breaking the contract."""
    seen = []
    if contract.canonical:
        cards = [found for found in findings.og_urls if not same(found.url, want)]
        seen += [Evidence("og:url names another page; cards on social networks follow it", it.place, it.excerpt) for it in cards]
        data = [found for found in findings.main_entities if not same(found.url, want)]
        seen += [Evidence("JSON-LD names another page as the main one", it.place, it.excerpt) for it in data]
    if contract.canonical and not contract.noindex:
        seen += [Evidence(f"{it.what}, which nobody asked for", it.place, it.excerpt) for it in _shown(list(findings.noindex))]
    if findings.refresh:
        seen.append(Evidence("the page sends its readers on by itself", findings.refresh.place, findings.refresh.excerpt))
    return tuple(seen[-_SHOWN:])
