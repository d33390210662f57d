"""Story as the body of a copy at an outlet whose system takes one field of HTML: text, corrections, and the way home."""

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, override

from syndication.contract import Contract
from syndication.renderers import corrections
from syndication.story import Story


def html(story: Story, contract: Contract, *, byline: bool = True, home: bool = False, credit: bool = False) -> str:
    """The contract's view of a story as HTML, in the story's language.

    `byline`: begin with our authors, where the outlet's system only names authors of its own. `home`: link home even where the
    contract asks for no link, because there is no canonical link at this outlet. `credit`: name the maker of the lead picture,
    where the outlet's system has no place for that beside it.
    """
    with override(story.language):
        parts = [
            format_html("<p><em>{}</em></p>", story.byline) if byline and story.byline else "",
            # Who reads a retracted piece must know it first.
            corrections.html(story.corrections) if story.retracted else "",
            # Sanitised when the story was built.
            mark_safe(story.body_html or story.excerpt_html),
            _onward(story) if not story.body_html else "",
            corrections.html(story.corrections) if not story.retracted else "",
            _credit(story) if credit else "",
            _home(story, contract, home),
        ]
    return "\n".join(str(part) for part in parts if part)


def directed(story: Story, html: str) -> str:
    """The HTML with its language and direction, for a page whose own direction may be the other one."""
    if story.direction == "ltr":
        return html
    return format_html('<div dir="{}" lang="{}">\n{}\n</div>', story.direction, story.language, mark_safe(html))


def _onward(story: Story) -> SafeString:
    """Where the rest of an excerpt is."""
    told = gettext("Read the rest at %(publication)s") % {"publication": story.publisher.name}
    return format_html('<p><a href="{}">{}</a></p>', story.canonical.url, told)


def _credit(story: Story) -> SafeString | str:
    picture = story.lead_image
    words = " ".join(filter(None, [picture.caption, picture.credit])) if picture else ""
    return format_html("<p><em>{}: {}</em></p>", gettext("Picture"), words) if words else ""


def _home(story: Story, contract: Contract, home: bool) -> SafeString | str:
    """The line that says where the piece is at home; the link is the headline, so that it tells where it leads."""
    if not (contract.attribution or contract.link or home):
        return ""
    told = contract.attribution or gettext("First published by %(publication)s") % {"publication": story.publisher.name}
    if not (contract.link or home):
        return format_html("<p><em>{}</em></p>", told)
    return format_html('<p><em>{}: <a href="{}">{}</a></em></p>', told, story.canonical.url, story.headline)
