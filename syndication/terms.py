"""Terms: what an outlet owes us, each judged by itself. Pure: no network, no rows."""

from itertools import islice

from syndication.canonical import near_miss, same, spelling
from syndication.contract import Contract
from syndication.findings import Findings, Rule, excerpt_of, host_of
from syndication.judgement import Evidence, Judgement
from syndication.likeness import Likeness, changed, length, share_in, tells
from syndication.story import Correction, Story

SHOWN = 10  # of a kind; a page that says a thing a thousand times would fill the database


def judge_canonical(findings: Findings, want: str) -> Judgement:
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
    if findings.amp and host_of(found) == host_of(findings.url):
        return (
            f"The copy's address is that of its AMP page, which names the outlet's own page as its home ({shown}). "
            "Ask the desk for the address of that page."
        )
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
    return (*evidence[:SHOWN], *islice(ignored, SHOWN))


def binding(findings: Findings) -> list[Rule]:
    """The noindex rules that keep the term: to all robots, or to Googlebot."""
    return [rule for rule in findings.noindex if rule.bot in ("robots", "googlebot")]


def shown(rules: list[Rule]) -> list[Evidence]:
    return [
        Evidence("noindex" if rule.bot == "robots" else f"noindex, but to {excerpt_of(rule.bot)} alone", rule.place, rule.excerpt)
        for rule in rules[:SHOWN]
    ]


def judge_noindex(findings: Findings, _want: str = "") -> Judgement:
    rules = binding(findings)
    if rules:
        return Judgement("honoured", "It asks search engines to leave it out.", tuple(shown(rules)))
    misplaced = [rule for rule in findings.rules if rule.rule in ("noindex", "none") and rule.place == "body"]
    cause = "it does not ask search engines to leave it out"
    later = [rule for rule in findings.rules if rule.rule.startswith("unavailable_after")]
    if findings.noindex:
        cause = f"its noindex speaks to {excerpt_of(findings.noindex[0].bot)} alone"
    elif misplaced:
        cause = "its noindex stands in the body of the page, where search engines need not heed it"
    elif later:
        cause = "it asks search engines to leave it out on a later day only"
    sentence = f"The copy may appear in search: {cause}. Ask the desk to put noindex into the robots meta tag in the head."
    seen = [Evidence("noindex in the body, which binds nobody", rule.place, rule.excerpt) for rule in misplaced[:SHOWN]]
    seen += [Evidence("the day from which it leaves search", rule.place, rule.excerpt) for rule in later[:SHOWN]]
    return Judgement("missing", sentence, (*shown(list(findings.noindex)), *seen))


def judge_link(findings: Findings, want: str) -> Judgement:
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


_SHOWS = {
    "whole": "our text, whole: {share} of its runs of four words",
    "part": "a part of our text: {share} of its runs of four words",
    "excerpt": "our excerpt",
    "headline": "our headline, and no text of ours",
    "unknown": "too little text to tell whether it is ours",
}


def text_shown(like: Likeness | None) -> tuple[Evidence, ...]:
    """How much of our text the page shows, as evidence."""
    if like is None or like.kind not in _SHOWS:
        return ()
    return (Evidence("the text of the page", "body", _SHOWS[like.kind].format(share=f"{like.share:.0%}")),)


def judge_extent(like: Likeness, contract: Contract, story: Story) -> Judgement | None:
    """Whether the page keeps to the extent agreed; None where it cannot be told, or all of it was agreed."""
    if contract.extent == "full" or like.kind == "unknown":
        return None
    ask = "but its contract gives it less. Ask the desk to keep to the excerpt, or change the contract."
    if like.kind == "whole":
        return Judgement("wrong", f"The copy carries the whole text, {ask}", text_shown(like))
    agreed = (contract.words or length(story.excerpt_html)) if contract.extent == "excerpt" else 0
    # Half of the text is no excerpt any more, unless that much was agreed; the margin is for captions and furniture.
    if like.kind == "part" and like.share >= 0.5 and like.share * length(story.body_html) > 1.5 * agreed:
        return Judgement("wrong", f"The copy carries more than half of the text, {ask}", text_shown(like))
    return Judgement("honoured", "")


def judge_licence(findings: Findings, like: Likeness, story: Story) -> Judgement | None:
    """Whether a whole copy names the licence under which it may be carried: the deed, by a link, or its name."""
    licence = story.licence
    if licence is None or like.kind != "whole":
        return None
    deed = _deed(licence.url)
    links = [*(found.url for found in findings.licences), *(href for href, _rel in findings.anchors)] if deed else []
    if tells(findings.text, licence.name) or any(_deed(url).startswith(deed) for url in links):
        return Judgement("honoured", "")
    told = Evidence(f"the page does not name our licence, {excerpt_of(licence.name)}, nor link to its deed", "page", "")
    return Judgement("missing", told.what, (told,))


def _deed(url: str) -> str:
    return spelling(url).partition("://")[2].removeprefix("www.").rstrip("/")


def judge_correction(findings: Findings, like: Likeness, story: Story, before: Story | None) -> Judgement | None:
    """Whether a copy that has our text shows our newest correction, or at least the text as corrected.

    `before` is the piece as it was before that correction. None where it cannot be told: a desk that left a passage out need
    not correct it.
    """
    if not story.corrections or like.kind not in ("whole", "part"):
        return None
    newest = max(enumerate(story.corrections), key=lambda one: (one[1].at, one[0]))[1]
    day = f"{newest.at.day} {newest.at:%B %Y}"
    if tells(findings.text, newest.text):
        seen = Evidence(f"our correction of {day}", "body", excerpt_of(newest.text))
        return Judgement("honoured", f"It shows our correction of {day}.", (seen,))
    if _is_corrected(findings, like, story, before):
        seen = Evidence(f"the text as corrected; the correction of {day} itself is not shown to readers", "body", "")
        return Judgement("honoured", f"Its text is as we corrected it on {day}.", (seen,))
    return _uncorrected(findings, like, story, before, newest, day)


def _is_corrected(findings: Findings, like: Likeness, story: Story, before: Story | None) -> bool:
    if before is None:
        return like.share > 0.999
    now, then = changed(before.body_html, story.body_html)
    return bool(now) and share_in(findings.text, now) >= 0.5 > share_in(findings.text, then)


def _uncorrected(
    findings: Findings, like: Likeness, story: Story, before: Story | None, newest: Correction, day: str
) -> Judgement | None:
    """That the text of before still stands there; None where neither it nor the new one can be seen."""
    if before is None:
        return None
    now, then = changed(before.body_html, story.body_html)
    stands = share_in(findings.text, then) >= 0.5 if then else like.kind == "whole" and share_in(findings.text, now) < 0.5
    if not stands:
        return None
    sentence = (
        f"The copy does not show our correction of {day}: its text is still that of before. "
        "Ask the desk to take over the corrected version, and to show its readers the correction."
    )
    return Judgement(
        "wrong", sentence, (Evidence(f"our correction of {day}, which is not there", "page", excerpt_of(newest.text)),)
    )
