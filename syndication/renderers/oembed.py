"""Story as an oEmbed answer (https://oembed.com): a card of ours in a frame, and a quotation where frames are not let in."""

from io import StringIO
from typing import Any

from django.utils.html import format_html
from django.utils.xmlutils import SimplerXMLGenerator

from syndication.story import Picture, Story

# Pixels. From WIDE on the picture stands beside the text, below that above it.
WIDTH, WIDE = 600, 480
AN_HOUR = 3600


def answer(story: Story, *, max_width: int | None = None, max_height: int | None = None) -> dict[str, Any]:
    """The `rich` answer for a piece, no wider and no higher than asked. Text is plain, `html` safe to put into a page."""
    width = min(WIDTH, max_width or WIDTH)
    height = _height(width, picture(story))
    height = min(height, max_height or height)
    told = {
        "version": "1.0",
        "type": "rich",
        "title": story.headline,
        "author_name": ", ".join(person.name for person in story.authors),
        "author_url": story.authors[0].url if len(story.authors) == 1 else "",
        "provider_name": story.publisher.name,
        "provider_url": story.publisher.url,
        "cache_age": AN_HOUR,
        "html": html(story, width, height),
        "width": width,
        "height": height,
        **_thumbnail(story, max_width, max_height),
    }
    return {name: value for name, value in told.items() if value != ""}


def xml(told: dict[str, Any]) -> str:
    """The same answer as XML."""
    text = StringIO()
    # The stubs know nothing of the plain dictionaries that Django takes.
    writer: Any = SimplerXMLGenerator(text, "utf-8")
    writer.startDocument()
    writer.startElement("oembed", {})
    for name, value in told.items():
        writer.addQuickElement(name, str(value))
    writer.endElement("oembed")
    return text.getvalue()


def html(story: Story, width: int, height: int) -> str:
    """A quotation with a link, then the card. WordPress keeps the first where it does not trust the second."""
    frame = format_html(
        '<iframe src="{}" width="{}" height="{}" title="{}" sandbox="allow-popups allow-popups-to-escape-sandbox" loading="lazy"'
        ' frameborder="0" scrolling="no"></iframe>',
        *(card_url(story), width, height, story.headline),
    )
    return format_html(
        '<blockquote><a href="{}">{}</a> · {}</blockquote>{}', story.url, story.headline, story.publisher.name, frame
    )


def card_url(story: Story) -> str:
    """Where the card stands."""
    return f"{story.publisher.url}embed/{story.uid}/"


def picture(story: Story) -> Picture | None:
    """The picture of the card, which shows on others' pages: only one whose rights travel."""
    return next((one for one in (story.lead_image, story.share_image) if one and one.may_syndicate), None)


def _height(width: int, shown: Picture | None) -> int:
    if width >= WIDE:
        return 230
    return 220 + (width // 2 if shown else 0)


def _thumbnail(story: Story, max_width: int | None, max_height: int | None) -> dict[str, Any]:
    """The share image, unless it is larger than what was asked for."""
    one = story.share_image
    if one is None or not one.may_syndicate or one.width > (max_width or one.width) or one.height > (max_height or one.height):
        return {}
    return {"thumbnail_url": one.url, "thumbnail_width": one.width, "thumbnail_height": one.height}
