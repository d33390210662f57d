"""What a post needs beside its text: categories and tags by name, and a picture that is uploaded once."""

import hashlib
import html
from collections.abc import Mapping
from typing import Any

from syndication import http
from syndication.connectors import pictures, rest, warnings
from syndication.connectors.wordpress.push import Push
from syndication.connectors.wordpress.site import code_of
from syndication.errors import DeliveryError, Permanent
from syndication.story import Picture, Story

Terms = dict[str, dict[str, int]]


# --- categories and tags ------------------------------------------------------------------------------------------------------


def terms(push: Push) -> Terms:
    """Section and topics as this site numbers them, by name: those it has, and those it lets us make."""
    story, known = push.story, rest.field_of(push.memory, "terms", dict)
    wanted = {
        "categories": [story.section.name] if story.section else [],
        "tags": [topic.name for topic in story.topics],
    }
    found: Terms = {}
    for taxonomy, names in wanted.items():
        before = rest.field_of(known, taxonomy, dict)
        numbers = {name: rest.field_of(before, name, int) or _term(push, taxonomy, name) for name in names}
        found[taxonomy] = {name: number for name, number in numbers.items() if number}
    return found


def filed(push: Push, post: Mapping[str, Any], ours: Terms) -> dict[str, list[int]]:
    """Our terms in the place of those we gave the post before; what the desk added stays."""
    known = rest.field_of(push.memory, "terms", dict)
    told = {}
    for taxonomy, numbers in ours.items():
        given = set(rest.field_of(known, taxonomy, dict).values())
        theirs = [number for number in rest.field_of(post, taxonomy, list) if number not in given]
        told[taxonomy] = list(dict.fromkeys([*theirs, *numbers.values()]))
    return told


def kept(ours: Terms, post: Mapping[str, Any]) -> Terms:
    """Those the post really has now: a term that the desk deleted is passed over without a word."""
    return {
        taxonomy: {name: number for name, number in numbers.items() if number in rest.field_of(post, taxonomy, list)}
        for taxonomy, numbers in ours.items()
    }


def _term(push: Push, taxonomy: str, name: str) -> int:
    answer = push.site.ask("GET", taxonomy, query={"search": name, "per_page": 100})
    for term in answer.data if isinstance(answer.data, list) else []:
        if html.unescape(rest.field_of(term, "name")).casefold() == name.casefold():
            return int(rest.field_of(term, "id", int))
    answer = push.site.ask("POST", taxonomy, {"name": name}, passes={"term_exists", "rest_cannot_create"})
    if not code_of(answer):
        return int(rest.field_of(answer.data, "id", int))
    if code_of(answer) == "term_exists":
        return int(rest.field_of(rest.field_of(answer.data, "data", dict), "term_id", int))
    kind = "category" if taxonomy == "categories" else "tag"
    push.warn(f"The outlet has no {kind} “{name}”, and our user may not make one. Ask its desk to add it, if it matters.")
    return 0


# --- the picture --------------------------------------------------------------------------------------------------------------


def picture(push: Push, post: Mapping[str, Any]) -> dict[str, Any]:
    """The number of the lead picture there and what we said of it; nothing, and a warning, if it could not be had."""
    chosen = _best(push.story)
    if chosen is None:
        return {}
    facts = {"alt_text": chosen.alt, "caption": _caption(chosen), "title": html.escape(chosen.alt or push.story.headline)}
    told = [chosen.url, *facts.values()]
    known = rest.field_of(push.memory, "picture", dict)
    if known.get("told") == told:
        return known
    number = known.get("id", 0) if known.get("told", [""])[0] == chosen.url else 0
    try:
        number = _described(push, number or _uploaded_before(push, chosen), facts)
        number = number or _upload(push, chosen, {**facts, "post": str(post["id"])})
    except pictures.NoPicture as problem:
        push.warn(str(problem))
        return {}
    except DeliveryError as error:
        if error.status == 401 or error.retry_after:
            raise
        push.warn(warnings.without_picture(error.sentence))
        return {}
    return {"id": number, "told": told}


def _best(story: Story) -> Picture | None:
    """The lead picture; where that is a drawing in SVG, which WordPress takes from nobody, the picture for cards."""
    lead = story.lead_image
    if lead and lead.mime == "image/svg+xml" and story.share_image:
        return story.share_image.model_copy(update={"alt": lead.alt, "caption": lead.caption, "credit": lead.credit})
    return lead


def _caption(chosen: Picture) -> str:
    return " ".join(html.escape(words) for words in (chosen.caption, chosen.credit) if words)


def _slug_of(chosen: Picture) -> str:
    """The slug a picture of ours gets there, by which it is found again."""
    return f"homeward-{hashlib.sha256(chosen.url.encode()).hexdigest()[:16]}"


def _uploaded_before(push: Push, chosen: Picture) -> int:
    """A picture whose upload we do not remember: the answer was lost, or another piece brought it."""
    answer = push.site.ask("GET", "media", query={"slug": _slug_of(chosen), "_fields": "id"})
    listed = answer.data if isinstance(answer.data, list) else []
    return next((int(rest.field_of(one, "id", int)) for one in listed), 0)


def _described(push: Push, number: int, facts: Mapping[str, str]) -> int:
    """Tell a picture that is there what is said of it now; 0 if it is not there any more."""
    if not number:
        return 0
    answer = push.site.ask("POST", f"media/{number}", dict(facts), passes={"rest_post_invalid_id"})
    return 0 if code_of(answer) else number


def _upload(push: Push, chosen: Picture, facts: Mapping[str, str]) -> int:
    file = pictures.read(chosen)
    body, kind = http.multipart({"file": (file.name, file.content, file.mime), "slug": _slug_of(chosen), **facts})
    answer = push.site.ask("POST", "media", body=body, headers={"content-type": kind})
    if number := rest.field_of(answer.data, "id", int):
        return int(number)
    raise Permanent("WordPress took the picture and did not say as what.")
