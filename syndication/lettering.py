"""Lettering: what to write to an outlet whose copy does not keep the contract, out of the newest look at it."""

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, override

from syndication.models import Republication
from syndication.renderers.letter import Letter
from syndication.renderers.letter import letter as written
from syndication.verifying import story_there

# What every letter begins with: a language that does not know it is not translated.
OPENING = "Dear colleagues,"


def letter(republication: Republication) -> Letter | None:
    """The letter about this copy, in the language of the piece if we speak it; None where nothing is wanting that we know of."""
    seen = getattr(republication, "verification", None)
    if seen is None or seen.verdict in ("", "honoured"):
        return None
    look = seen.looks.order_by("-at").first()
    told = look.terms if look and look.verdict == seen.verdict else {}
    outlet, story = republication.outlet, story_there(republication)
    with override(spoken(story.language)):
        return written(
            story,
            outlet.contract,
            url=seen.url,
            finding=seen.sentence,
            verdict=seen.verdict,
            broken={term: verdict for term, verdict in told.items() if verdict != "honoured"},
            evidence=seen.evidence,
            looked_at=timezone.localtime(seen.looked_at) if seen.looked_at else None,
            withdrawn=republication.operation == Republication.WITHDRAW,
            to=outlet.account if outlet.kind == "email" else "",
        )


def spoken(language: str) -> str:
    """The language to write in: the one asked for if letters are translated into it, else the site's own."""
    with override(language):
        translated = gettext(OPENING) != OPENING
    return language if translated or language.split("-")[0] == "en" else settings.LANGUAGE_CODE
