"""Contract as what a person at a desk is asked to do: sentences, with the very lines to paste."""

from dataclasses import dataclass

from django.utils.html import escape
from django.utils.translation import gettext as _

from syndication.contract import Contract
from syndication.story import Story

NOINDEX_TAG = '<meta name="robots" content="noindex">'


def canonical_tag(url: str) -> str:
    """The tag for the head of a copy (RFC 6596)."""
    return f'<link rel="canonical" href="{escape(url)}">'


@dataclass(frozen=True)
class Term:
    """One thing owed: what, in a sentence, and the line that does it, where there is one: text, to be escaped where shown."""

    sentence: str
    line: str = ""


def terms(story: Story, contract: Contract) -> list[Term]:
    """What the outlet owes for this piece, the weightiest first."""
    url, found = story.canonical.url, []
    if contract.canonical:
        sentence = _("Name our page as the canonical one, in the head of yours. In many systems it is a field “canonical URL”.")
        found.append(Term(sentence, canonical_tag(url)))
    if contract.noindex:
        sentence = _("Keep your page out of search engines, in its head. In many systems it is a choice “noindex”.")
        found.append(Term(sentence, NOINDEX_TAG))
    if contract.link:
        told = _("Link to our page in the text. The text we give you ends with such a line.")
        found.append(Term(told, attribution(story, contract)))
    elif contract.attribution:
        found.append(Term(_("Say where the piece comes from."), contract.attribution))
    found.append(Term(extent_in_words(contract)))
    if story.lead_image and story.lead_image.credit:
        told = _("Keep the credit with the picture: %(credit)s") % {"credit": story.lead_image.credit}
        found.append(Term(told))
    if story.licence:
        found.append(Term(_("Licence: %(name)s") % {"name": story.licence.name}, story.licence.url))
    return found


def attribution(story: Story, contract: Contract) -> str:
    """The line that ends a copy, as HTML; empty where the contract asks for none."""
    if not (contract.link or contract.attribution):
        return ""
    told = escape(contract.attribution or _("First published by %(publication)s") % {"publication": story.publisher.name})
    if not contract.link:
        return f"<p><em>{told}</em></p>"
    return f'<p><em>{told}: <a href="{escape(story.canonical.url)}">{escape(story.headline)}</a></em></p>'


def extent_in_words(contract: Contract) -> str:
    """How much of a piece the outlet may carry, in a sentence."""
    if contract.extent == "full":
        return _("You may carry the full text, unchanged. Tell us of cuts beyond what your style asks for.")
    if contract.extent == "link":
        return _("You may carry the headline and the link, not the text.")
    if contract.words:
        return _("You may carry our excerpt: at most %(words)d words.") % {"words": contract.words}
    return _("You may carry our excerpt, not the full text.")
