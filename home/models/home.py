"""The front page and the sections."""

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, PageChooserPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.models import Page

from home import feeds
from home.models.base import ListMixin, cards, sheet
from home.models.corrections import recommended
from syndication.models import Edition


class HomePage(ListMixin, Page):
    """The front page: a lead piece, the latest originals, the sections, and what runs elsewhere."""

    lead_piece = models.ForeignKey(
        Page,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("lead piece"),
        help_text=_("Empty: the newest original leads."),
    )

    template = "home/home.html"
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["home.SectionPage"]
    content_panels = [*Page.content_panels, PageChooserPanel("lead_piece", ["home.ArticlePage", "home.StubPage"])]
    promote_panels = ListMixin.promote_panels

    class Meta:
        verbose_name = _("front page")

    @property
    def summary(self) -> str:
        """The publication's tagline."""
        return self.publication.tagline or self.publication.public_name

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds `lead`, `latest` and `elsewhere`, as stories without bodies."""
        context = super().get_context(request, *args, **kwargs)
        originals = recommended(Edition.objects.visible()).filter(kind="original")
        chosen = recommended(Edition.objects.visible()).filter(page=self.lead_piece_id).first() if self.lead_piece_id else None
        latest = cards(originals.exclude(uid=chosen.uid) if chosen else originals, 13)
        lead = chosen.card if chosen else (latest.pop(0) if latest else None)
        stubs = recommended(Edition.objects.visible()).filter(kind="stub")
        elsewhere = cards(stubs.exclude(uid=chosen.uid) if chosen else stubs, 6)
        return {**context, "lead": lead, "latest": latest[:12], "elsewhere": elsewhere, "publication": self.publication}


class SectionPage(RoutablePageMixin, ListMixin, Page):
    """A section: its pieces, newest first, and its own feeds."""

    introduction = models.TextField(
        _("introduction"), max_length=400, blank=True, help_text=_("A sentence or two about what readers find here.")
    )

    template = "home/section.html"
    parent_page_types = ["home.HomePage"]
    subpage_types = ["home.ArticlePage", "home.StubPage"]
    content_panels = [*Page.content_panels, FieldPanel("introduction")]
    promote_panels = ListMixin.promote_panels

    class Meta:
        verbose_name = _("section")

    @property
    def summary(self) -> str:
        """Its introduction."""
        return self.introduction or f"{self.title}: {self.publication.public_name}"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds `sheet`, the editions of this sheet of the list."""
        context = super().get_context(request, *args, **kwargs)
        context["sheet"] = sheet(request, Edition.objects.visible().filter(section_id=self.pk))
        self.sheet_number = context["sheet"].number
        return context

    @path("")
    def listing(self, request: HttpRequest) -> HttpResponse:
        """The list of pieces."""
        return self.linked(self.render(request))

    @path("feeds/<str:dialect>/")
    def feed(self, request: HttpRequest, dialect: str) -> HttpResponse:
        """The section's feed as rss, atom or json."""
        return feeds.section_feed(request, self, dialect)
