"""People and topics in Wagtail's admin."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404
from django.urls import include, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.admin.widgets import Button
from wagtail.log_actions import LogFormatter
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from home import correction_report, documents, stub_from_url, style_page
from home.models import Author, SectionPage, Topic
from home.receiving import ACTION as RECEIVED
from home.stub_making import ACTION
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


class SectionExplorer(PageViewSet):
    """Wagtail's own views of pages; below a section the explorer says, too, how each piece fares abroad.

    Originals and stubs stand side by side there, so it lists pages of all kinds.
    """

    model = Page
    parent_models = [SectionPage]
    index_view_class = OutletsIndexView


@hooks.register("register_admin_viewset")
def register_explorer() -> PageViewSet:
    """The explorer of sections."""
    return SectionExplorer()


@hooks.register("before_serve_page")
def hide_expired(page: Any, request: Any, args: Any, kwargs: Any) -> Any:
    """An expired page is gone for readers at its minute, not when the next sweep unpublishes it."""
    if page.expire_at and page.expire_at <= timezone.now():
        raise Http404("This piece is no longer available.")


@hooks.register("before_serve_document")
def keep_with_its_pages(document: Any, request: Any) -> Any:
    """A document is as public as the pages that link to it."""
    if not documents.may_read(document, request.user):
        raise Http404("This document is not published.")


@hooks.register("register_admin_urls")
def register_urls() -> list[Any]:
    """The way from an address to the draft of a stub, the report of corrections, and the style page."""
    return [
        path("stub-from-url/", include((stub_from_url.urls, "stub_from_url"))),
        path("style/", style_page.style_page, name="style_page"),
        *correction_report.urls,
    ]


@hooks.register("register_settings_menu_item")
def style_menu_item() -> MenuItem:
    """The style page, among the settings."""
    return MenuItem(_("Style page"), reverse("style_page"), name="style-page", icon_name="view", order=900)


@hooks.register("register_reports_menu_item")
def corrections_menu_item() -> MenuItem:
    """Corrections, among the reports."""
    return MenuItem(_("Corrections"), reverse("corrections_report"), name="corrections", icon_name="edit", order=900)


@hooks.register("register_page_header_buttons")
def stub_button(page: Any, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """“Stub from an address…” in the menu of a section, for who may write there."""
    if stub_from_url.allowed(page, user):
        address = reverse("stub_from_url:ask", args=[page.pk])
        yield Button(_("Stub from an address…"), address, icon_name="link", priority=16)


@hooks.register("register_log_actions")
def register_log_actions(actions: Any) -> None:
    """Where a draft came from stands in its history."""

    @actions.register_action(ACTION)
    class StubFromUrl(LogFormatter):
        """Names the address."""

        label = _("Make a stub of an address")

        def format_message(self, log_entry: Any) -> str:
            """As in “Created from https://outlet.example/lamps”."""
            return gettext("Created from %(url)s") % {"url": log_entry.data.get("url", "")}

    @actions.register_action(RECEIVED)
    class Arrived(LogFormatter):
        """Names the sender."""

        label = _("Receive from another site")

        def format_message(self, log_entry: Any) -> str:
            """As in “Version 3 came from The Harbour Review”."""
            facts = {"sender": log_entry.data.get("sender", ""), "version": log_entry.data.get("version", "")}
            return gettext("Version %(version)s came from %(sender)s") % facts
