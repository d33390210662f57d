"""What all our pages share: one head, one canonical, a place in the queue of lists."""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.paginator import Page as Sheet
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.admin.widgets.slug import SlugInput
from wagtail.models import Site
from wagtailmetadata.models import MetadataPageMixin

from home.models.site import PublicationSettings
from home.pictures import share_picture
from syndication.models import Edition
from syndication.models.privacy import restricted
from syndication.renderers import head
from syndication.renderers.head import Head
from syndication.story import Named, Publisher, Story

PER_PAGE = 20


class HeadMixin(MetadataPageMixin):
    """wagtail-metadata's mixin, fed from one Head, so that its tags, ours and the `Link` header never disagree.

    Everything is absolute from the site's own address: what the request's Host header says counts for nothing.
    """

    # The mixin's own list would win over panels added to Page.promote_panels, so it is spelled out.
    promote_panels = [
        MultiFieldPanel(
            [
                FieldPanel("slug", widget=SlugInput),
                FieldPanel("seo_title"),
                FieldPanel("search_description"),
                FieldPanel("search_image", heading=_("Share image")),
            ],
            heading=_("For search engines and share cards"),
        ),
    ]

    # The site a request found: asking it again would cost queries.
    served_at: Site | None = None

    class Meta:
        abstract = True

    @cached_property
    def publication(self) -> PublicationSettings:
        """The settings of the page's own site."""
        site = self.served_at or self.get_site() or Site.objects.select_related("root_page").get(is_default_site=True)
        return PublicationSettings.for_site(site)

    @cached_property
    def root(self) -> str:
        """The address of the page's own site, without a final slash."""
        return self.publication.site.root_url

    @cached_property
    def publisher(self) -> Publisher:
        """Who publishes the page."""
        return self.publication.publisher()

    @property
    def head(self) -> Head:
        """All that stands in the head."""
        raise NotImplementedError

    def get_meta_url(self) -> str:
        """og:url follows the canonical."""
        return self.head.canonical

    def get_meta_title(self) -> str:
        """The title of share cards."""
        return dict(self.head.open_graph)["og:title"]

    def get_object_title(self) -> str:
        """The content of the title element."""
        return self.head.title

    def get_meta_description(self) -> str:
        """The description, with the fallbacks of the page type."""
        return self.head.description

    def get_meta_image_url(self, request: HttpRequest) -> str | None:
        """The share image, absolute; never from the Host header."""
        return self.head.image.url if self.head.image else None

    def get_meta_image_dimensions(self) -> tuple[int | None, int | None]:
        """Width and height in pixels."""
        image = self.head.image
        return (image.width, image.height) if image else (None, None)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page, with the `Link` header that repeats its canonical element."""
        self.served_at = Site.find_for_request(request)
        response = super().serve(request, *args, **kwargs)
        return self.linked(response) if isinstance(response, HttpResponse) and response.status_code == 200 else response

    def linked(self, response: HttpResponse) -> HttpResponse:
        """The answer that shows the page, with the `Link` header. For views that do not go through `serve`."""
        response["Link"] = self.head.header
        return response

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds what every page's frame shows."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return {**context, "publisher": self.publisher, "sections": sections(Site.find_for_request(request))}


class ListMixin(HeadMixin):
    """A page that lists pieces, twenty at a time; page two is its own canonical."""

    sheet_number = 1

    class Meta:
        abstract = True

    @property
    def summary(self) -> str:
        """The page in a sentence, for search engines and share cards."""
        raise NotImplementedError

    @cached_property
    def head(self) -> Head:
        """The head of this sheet of the list; `sheet_number` is set before anybody asks."""
        url = str(self.full_url)
        publication = self.publication
        return head.of_list(
            title=self.seo_title or self.title,
            description=self.search_description or self.summary,
            url=f"{url}?page={self.sheet_number}" if self.sheet_number > 1 else url,
            publisher=self.publisher,
            image=share_picture(self.search_image, publication.default_share_image, self.root),
            language=settings.LANGUAGE_CODE,
        )


def sheet(request: HttpRequest, editions: Any) -> "Sheet[Edition]":
    """The sheet of a list that `?page=` asks for; the nearest there is when the number makes no sense."""
    return Paginator(editions.cards(), PER_PAGE).get_page(request.GET.get("page"))


def cards(editions: Any, count: int) -> list[Story]:
    """The newest stories, without bodies."""
    return [edition.card for edition in editions.cards()[:count]]


def sections(site: Site | None) -> list[Named]:
    """The sections of a site, in their order in the tree, for the bar at the top."""
    from home.models.home import SectionPage

    if site is None:
        return []
    # What `.public()` says, without its query for every restriction there is.
    pages = SectionPage.objects.live().filter(~restricted()).child_of(site.root_page).order_by("path")
    return [Named(name=title, url=f"/{slug}/") for title, slug in pages.values_list("title", "slug")]
