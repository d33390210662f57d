"""What the commands share: pieces and outlets as a person names them."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.core.management.base import CommandError
from wagtail.models import Page, Site

from syndication.models import Edition, Outlet
from syndication.pages import SyndicatedPageMixin


def find_page(word: str) -> Any:
    """The piece with this number, uid, path or address. Raises CommandError."""
    page = _by_number(word) or _by_uid(word) or _by_path(word)
    page = page.specific if page else None
    if not isinstance(page, SyndicatedPageMixin):
        raise CommandError(f"There is no piece '{word}'. Write the number of its page, its path, its address or its uid.")
    return page


def find_outlets(names: list[str]) -> list[Outlet] | None:
    """The outlets with these names; None for no names. Raises CommandError."""
    found = {outlet.name: outlet for outlet in Outlet.objects.exclude(kind="").filter(name__in=names)}
    for name in names:
        if name not in found:
            raise CommandError(f"There is no outlet '{name}' that pieces are pushed to.")
    return [found[name] for name in dict.fromkeys(names)] if names else None


def _by_number(word: str) -> Page | None:
    return Page.objects.filter(pk=int(word)).first() if word.isascii() and word.isdigit() else None


def _by_uid(word: str) -> Page | None:
    try:
        edition = Edition.objects.current().filter(uid=UUID(word)).select_related("page").first()
    except ValueError:
        return None
    return edition.page if edition else None


def _by_path(word: str) -> Page | None:
    path = "/" + urlsplit(word).path.strip("/")
    roots = Site.objects.select_related("root_page").order_by("-is_default_site")
    paths = [f"{site.root_page.url_path.rstrip('/')}{path.rstrip('/')}/" for site in roots]
    return next((page for path in paths if (page := Page.objects.filter(url_path=path).first())), None)
