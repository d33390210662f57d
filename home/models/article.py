"""ArticlePage: an original. The piece was first published here."""

from typing import Any, cast

from django.db import models
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.fields import StreamField
from wagtail.search import index

from home.blocks import BodyBlock
from home.models.piece import PiecePage, editing
from home.rendering import excerpt
from syndication.canonical import Choice, resolve
from syndication.story import Canonical


class ArticlePage(PiecePage):
    """An original. Its canonical URL is its own, unless it shall stay out of search engines."""

    class Canonicals(models.TextChoices):
        SELF = "self", _("this page is the home")
        NOINDEX = "noindex", _("keep this page out of search engines")

    body = StreamField(BodyBlock(), verbose_name=_("text"))
    canonical_policy = models.CharField(
        _("canonical"), max_length=10, choices=Canonicals, default=Canonicals.SELF, help_text=_("An original is its own home.")
    )

    template = "home/article.html"
    page_description = _("An original: first published here, carried by partners, every copy leading home.")
    search_fields = [*PiecePage.search_fields, index.SearchField("body")]

    edit_handler = editing(
        [
            *PiecePage.head_panels,
            FieldPanel("body"),
            InlinePanel("footnotes", heading=_("Footnotes"), label=_("Footnote")),
            *PiecePage.tail_panels,
        ],
        [*PiecePage.promote_panels, FieldPanel("canonical_policy")],
        PiecePage.rights_panels,
    )

    class Meta:
        verbose_name = _("original")
        verbose_name_plural = _("originals")

    def canonical(self) -> Canonical:
        """Its own URL."""
        return resolve(kind="original", url=str(self.full_url), page_policy=cast(Choice, self.canonical_policy))

    def told(self) -> dict[str, Any]:
        """Renders the body once."""
        context = {"page": self, "root": f"{self.root}/", "language": self.language}
        # Block by block: the stream's own wrappers mean nothing outside Wagtail.
        body = self.portable("\n".join(str(block.render(context)) for block in self.body))
        published = self.first_published_at or timezone.now()
        return {
            "kind": "original",
            "body_html": body + self._footnotes(),
            "excerpt_html": excerpt(body),
            "first_published": published,
            "day": timezone.localtime(published).date(),
        }

    def _footnotes(self) -> str:
        notes = getattr(self, "footnotes_list", [])
        if not notes:
            return ""
        # The library gathers them on the page while the body renders; a second rendering must start afresh.
        del self.footnotes_list
        return self.portable(render_to_string("home/blocks/footnotes.html", {"footnotes": notes}))
