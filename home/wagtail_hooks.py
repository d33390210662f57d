"""People and topics in Wagtail's admin."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from home.models import Author, HomePage, SectionPage, Topic
from syndication.admin.explorer import OutletsIndexView


class AuthorViewSet(SnippetViewSet):
    """Authors: list, form, preview."""

    model = Author
    icon = "user"
    menu_label = _("Authors")
    menu_order = 210
    add_to_admin_menu = True
    list_display = ["name", "x_handle", "fediverse_handle"]
    search_fields = ["name"]


class TopicViewSet(SnippetViewSet):
    """Topics: list and form."""

    model = Topic
    icon = "tag"
    menu_label = _("Topics")
    menu_order = 220
    add_to_admin_menu = True
    list_display = ["name", "slug"]
    panels = [FieldPanel("name"), FieldPanel("slug")]


register_snippet(AuthorViewSet)
register_snippet(TopicViewSet)


class SectionViewSet(PageViewSet):
    """The explorer of a section, with a column that says how its pieces fare abroad."""

    model = SectionPage
    index_view_class = OutletsIndexView


class FrontViewSet(PageViewSet):
    """The same where one searches from the front page."""

    model = HomePage
    index_view_class = OutletsIndexView


@hooks.register("register_admin_viewset")
def register_explorers() -> list[PageViewSet]:
    """The explorers with the column."""
    return [SectionViewSet(), FrontViewSet()]


@hooks.register("before_serve_page")
def hide_expired(page: Any, request: Any, args: Any, kwargs: Any) -> Any:
    """An expired page is gone for readers at its minute, not when the next sweep unpublishes it."""
    if page.expire_at and page.expire_at <= timezone.now():
        raise Http404("This piece is no longer available.")
