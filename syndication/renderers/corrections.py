"""A story's corrections in words: what each kind is called, and one correction as a line of plain text or a paragraph of HTML."""

from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from syndication.story import Correction, CorrectionKind, Story

NAMES: dict[CorrectionKind, Promise] = {
    "correction": _("Correction"),
    "clarification": _("Clarification"),
    "update": _("Update"),
    "retraction": _("Retraction"),
}


def name(one: Correction) -> str:
    """As in “Correction”, or “Correction by The Lantern” for one that an outlet made on its own page."""
    told = str(NAMES[one.kind])
    return gettext("%(kind)s by %(outlet)s") % {"kind": told, "outlet": one.by} if one.by else told


def words(one: Correction) -> str:
    """All that the correction says, in one line."""
    return " ".join(" ".join([one.text, *quotes(one)]).split())


def quotes(one: Correction) -> list[str]:
    """What stood there before and what stands there now, as far as it was said."""
    told = []
    if one.before:
        told.append(gettext("It said before: “%(words)s”") % {"words": one.before})
    if one.after:
        told.append(gettext("It says now: “%(words)s”") % {"words": one.after})
    return told


def note(story: Story) -> str:
    """All of them as a note to editors, in English as wires have it: `CORRECTION, 2026-05-01: …`."""
    return " ".join(notes(story))


def notes(story: Story) -> list[str]:
    """Each as a note to editors."""
    return [f"{one.kind.upper()}, {one.at.isoformat()}: {words(one)}" for one in story.corrections]


def html(corrections: Iterable[Correction]) -> SafeString | str:
    """Dated paragraphs under a heading, for a copy; each says its kind unless the heading does."""
    listed = list(corrections)
    if not listed:
        return ""
    kinds = {name(one) for one in listed} - {gettext("Correction")}
    days = [date_format(one.at, "j F Y") for one in listed]
    begins = [f"{name(one)}, {day}" if kinds else day for one, day in zip(listed, days, strict=True)]
    lines = format_html_join("\n", "<p>{}: {}</p>", zip(begins, map(words, listed), strict=True))
    return format_html("<h3>{}</h3>\n{}", gettext("Corrections"), lines)
