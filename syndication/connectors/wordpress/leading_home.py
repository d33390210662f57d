"""How a copy in WordPress leads home: by our plugin, by Yoast SEO or by Rank Math, whichever is there; and whether it does.

WordPress itself has no field for a canonical link or for noindex, and drops fields it does not know without a word. So what it
answers is looked at, and then the public page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, override

from syndication import http
from syndication.connectors import rest
from syndication.connectors.wordpress.push import Push
from syndication.contract import Contract
from syndication.errors import DeliveryError, Permanent
from syndication.findings import find
from syndication.http.probe import CANONICAL, NOT_APPLICABLE, OK, WARNING, Step
from syndication.judge import judge
from syndication.story import Story

# The fields of our companion plugin (integrations/wordpress).
ID, HOME, ROBOTS = "_homeward_id", "_homeward_canonical", "_homeward_robots"
BYLINE, ATTRIBUTION, LINK, VERSION = "_homeward_byline", "_homeward_attribution", "_homeward_link", "_homeward_version"
# Those of Yoast SEO, which can be written only where the site has opened them.
YOAST_HOME, YOAST_NOINDEX = "_yoast_wpseo_canonical", "_yoast_wpseo_meta-robots-noindex"
# By these traces in the API the plugins are known.
PLUGIN, RANK_MATH, YOAST = "homeward/v1", "rankmath/v1", "yoast/v1"

_INSTALL = "Ask the desk to install our plugin Homeward Syndication"
_NOTHING_OWED = Contract(canonical=False, noindex=False, link=False)


@dataclass(frozen=True)
class Ways:
    """Whether the canonical link and noindex can be set at this site, and what keeps us from it where they cannot."""

    canonical: bool = False
    noindex: bool = False
    obstacle: str = ""


def our_fields(story: Story, contract: Contract) -> dict[str, Any]:
    """The fields of our plugin. WordPress without it passes them over; None takes a field away."""
    names = ", ".join(person.name for person in story.authors)
    return {
        ID: story.uid.hex,
        HOME: story.canonical.url if contract.canonical else None,
        ROBOTS: "noindex, follow" if contract.noindex else None,
        BYLINE: names or None,
        ATTRIBUTION: _attribution(story, contract) if contract.link else None,
        LINK: story.canonical.url if contract.link else None,
        VERSION: story.version,
    }


def yoast_fields(story: Story, contract: Contract, known: Mapping[str, Any]) -> dict[str, Any]:
    """Yoast's fields, where the site opened them and has not our plugin, which speaks through Yoast."""
    fields = {YOAST_HOME: story.canonical.url if contract.canonical else "", YOAST_NOINDEX: "1" if contract.noindex else ""}
    return {name: value for name, value in fields.items() if name in known and ID not in known}


def set_beside(push: Push, post: Mapping[str, Any]) -> Ways:
    """What was set with the post, by its answer; else set it through Rank Math, if that is there."""
    contract, fields = push.contract, rest.field_of(post, "meta", dict)
    wanted = our_fields(push.story, contract)
    if ID in fields:
        return Ways(
            fields.get(HOME) == (wanted[HOME] or ""),
            fields.get(ROBOTS) == (wanted[ROBOTS] or ""),
            "our plugin there is out of order",
        )
    yoast = Ways(bool(fields.get(YOAST_HOME)), bool(fields.get(YOAST_NOINDEX)))
    if (yoast.canonical or not contract.canonical) and (yoast.noindex or not contract.noindex):
        return yoast
    offered = push.site.namespaces()
    if RANK_MATH in offered:
        return _through_rank_math(push, post)
    obstacle = "Yoast SEO lets nobody set it from outside" if YOAST in offered else "WordPress has no field for it"
    return Ways(yoast.canonical, yoast.noindex, obstacle)


def _through_rank_math(push: Push, post: Mapping[str, Any]) -> Ways:
    contract = push.contract
    meta: dict[str, Any] = {"rank_math_canonical_url": push.story.canonical.url if contract.canonical else ""}
    if contract.noindex or push.memory.get("rank_math_noindex"):
        # Only then: a desk may have rules of its own.
        meta["rank_math_robots"] = ["noindex"] if contract.noindex else []
    try:
        push.site.ask("POST", f"/{RANK_MATH}/updateMeta", {"objectType": "post", "objectID": post["id"], "meta": meta})
    except Permanent:
        return Ways(obstacle="Rank Math does not let our user set it")
    return Ways(canonical=True, noindex=True)


def look(push: Push, url: str, ways: Ways) -> None:
    """Read the public page back, and warn of each term that it does not keep: by what we know where it could not be set."""
    contract, sentences = push.contract, []
    try:
        page = http.fetch(url, deadline=push.site.left) if url else None
    except DeliveryError:
        # The house looks again by itself, and more patiently.
        page = None
    findings = find(page.body, page.headers, page.url) if page else None
    for term, settable, unset in (
        ("canonical", ways.canonical, f"The canonical link cannot be set there: {ways.obstacle}. {_INSTALL}."),
        (
            "noindex",
            ways.noindex,
            f"The copy cannot be kept out of search engines (noindex) from here: {ways.obstacle}. "
            f"{_INSTALL}, or to mark the copy noindex.",
        ),
        ("link", True, ""),
    ):
        if not getattr(contract, term):
            continue
        seen = ""
        if page and findings:
            alone = _NOTHING_OWED.model_copy(update={term: True})
            judgement = judge(findings, alone, push.story.canonical.url, page.status, page.url)
            if judgement.verdict == "honoured":
                continue
            seen = judgement.sentence
        sentences.append(seen if settable else unset)
    push.warn(*filter(None, sentences))


def told_by(offered: set[str], contract: Contract) -> Step:
    """The last step of a test: whether the canonical link, and noindex if it is owed, can be set there."""
    if PLUGIN in offered:
        return Step(CANONICAL, OK, "Our plugin Homeward Syndication is there, so the copies can name their home.")
    if RANK_MATH in offered:
        return Step(CANONICAL, OK, "Rank Math is there, and takes the canonical link and noindex from us.")
    if not (contract.canonical or contract.noindex):
        return Step(CANONICAL, NOT_APPLICABLE, "By contract it owes neither a canonical link nor noindex.")
    owed = "canonical link" if contract.canonical else "noindex"
    obstacle = "Yoast SEO lets nobody set it from outside" if YOAST in offered else "WordPress has no field for it"
    return Step(CANONICAL, WARNING, f"The {owed} it owes cannot be set there: {obstacle}. {_INSTALL}.")


def _attribution(story: Story, contract: Contract) -> str:
    with override(story.language):
        told = contract.attribution or gettext("First published by %(publication)s") % {"publication": story.publisher.name}
    return f"{told}: {story.headline}"
