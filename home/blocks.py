"""The blocks of an article's body. Their templates are portable HTML, rendered at publish for our page and for partners."""

from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.images.blocks import ImageBlock
from wagtail_footnotes.blocks import RichTextBlockWithFootnotes

from home.pictures import picture
from syndication.contract import STAYS_HOME

INLINE = ["bold", "italic", "link", "strikethrough", "superscript", "subscript"]
PARAGRAPH = [*INLINE, "ol", "ul", "hr", "document-link", "code"]
PLATFORMS = {
    "youtube.com": "YouTube",
    "youtu.be": "YouTube",
    "vimeo.com": "Vimeo",
    "soundcloud.com": "SoundCloud",
    "bandcamp.com": "Bandcamp",
    "archive.org": "the Internet Archive",
}


class HeadingBlock(blocks.StructBlock):
    """A heading inside the piece; the headline above it is level 1."""

    text = blocks.CharBlock(max_length=160, label=_("Text"))
    level = blocks.ChoiceBlock(choices=[("2", _("Heading")), ("3", _("Subheading"))], default="2", label=_("Level"))

    class Meta:
        icon = "title"
        template = "home/blocks/heading.html"
        label = _("Heading")
        form_layout = ["text", "level"]


class FigureBlock(blocks.StructBlock):
    """An image in the text. Its credit and licence are facts of the image; alt and caption can be told anew for this piece."""

    image = ImageBlock(label=_("Image"))
    caption = blocks.CharBlock(
        required=False, max_length=400, label=_("Caption"), help_text=_("Empty: the caption kept with the image.")
    )

    class Meta:
        icon = "image"
        template = "home/blocks/figure.html"
        label = _("Image")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        """Adds `picture`, with renditions and absolute addresses, and the class of one that may not travel."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        image = value["image"]
        if image:
            alt = "" if image.decorative else image.contextual_alt_text
            context["picture"] = picture(image, context.get("root", ""), alt=alt, caption=value["caption"])
            context["class"] = "" if image.may_syndicate else STAYS_HOME
        return context


class QuoteBlock(blocks.StructBlock):
    """Somebody else's words."""

    text = blocks.RichTextBlock(features=INLINE, label=_("Quotation"))
    attribution = blocks.CharBlock(required=False, max_length=160, label=_("Who said it"))
    source = blocks.URLBlock(required=False, label=_("Where it stands"))

    class Meta:
        icon = "openquote"
        template = "home/blocks/quote.html"
        label = _("Block quote")


class PullQuoteBlock(blocks.StructBlock):
    """A sentence of the piece, drawn out of it."""

    text = blocks.CharBlock(max_length=280, label=_("Sentence"))
    attribution = blocks.CharBlock(required=False, max_length=160, label=_("Who said it"))

    class Meta:
        icon = "openquote"
        template = "home/blocks/pull_quote.html"
        label = _("Pull quote")


class MediaLinkBlock(blocks.StructBlock):
    """A film or a recording elsewhere, as a link: nothing is fetched from anybody until the reader decides to go there."""

    url = blocks.URLBlock(label=_("Address"))
    title = blocks.CharBlock(max_length=160, label=_("Title"), help_text=_("What it is called there."))
    note = blocks.CharBlock(required=False, max_length=200, label=_("Note"), help_text=_("Such as its length or its language."))

    class Meta:
        icon = "media"
        template = "home/blocks/media_link.html"
        label = _("Film or recording")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        """Adds `platform`, the name of the place people know, or its host."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        host = (urlsplit(value["url"]).hostname or "").removeprefix("www.")
        context["platform"] = PLATFORMS.get(host, host)
        return context


class BodyBlock(blocks.StreamBlock):
    """All an article can be made of."""

    paragraph = RichTextBlockWithFootnotes(features=[*PARAGRAPH, "footnotes"], label=_("Text"), icon="pilcrow")
    heading = HeadingBlock()
    image = FigureBlock()
    quote = QuoteBlock()
    pull_quote = PullQuoteBlock()
    media = MediaLinkBlock()
    table = TableBlock(label=_("Table"), template="home/blocks/table.html")
