"""Making the draft of a stub of what was read on the page at the outlet."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.html import escape
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Page
from wagtail.permissions import policy_registry

from home import languages
from home.models import Author, Byline, PublicationImage, StubPage
from home.rendering import shorten
from syndication.canonical import spelling
from syndication.findings import host_of
from syndication.metadata import PageFacts
from syndication.models import Errand, Outlet
from syndication.reading import drop_picture, facts_of

ACTION = "home.stub_from_url"


@dataclass
class Choices:
    """What the editor decided at the review."""

    outlet: Outlet | None = None
    new_outlet: str = ""
    new_authors: Iterable[str] = field(default_factory=list)
    take_picture: bool = True


def address_of(errand: Errand) -> str:
    """Where the piece stands: the home that the page names, if it is at the same host, else where the page was in the end."""
    url: str = errand.found["url"]
    canonical = facts_of(errand).canonical.text
    return canonical if canonical and host_of(canonical) == host_of(url) and len(canonical) <= 2000 else url


def twin(*urls: str, among: Any = None) -> StubPage | None:
    """A stub that we have, or that is `among` some, for one of these addresses. A slash at the end, www or http for https make no
    other address.
    """
    stubs = StubPage.objects.all() if among is None else among
    wanted = {_alike(url) for url in urls if url}
    hosts = {host_of(url) for url in urls if url}
    for host in hosts - {""}:
        for pk, url in stubs.filter(outlet_url__icontains=host).values_list("pk", "outlet_url"):
            if _alike(url) in wanted:
                return StubPage.objects.get(pk=pk)
    return None


def _alike(url: str) -> str:
    parts = urlsplit(spelling(url))
    return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}"


def outlet_of(url: str) -> Outlet | None:
    """The outlet that publishes at this address; the one with the narrowest host if there are several."""
    running = [outlet for outlet in Outlet.objects.all() if outlet.runs(url)]
    return max(running, key=lambda outlet: max(map(len, outlet.hosts)), default=None)


def site_of(url: str) -> str:
    """The front page of the site an address is on."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def known_authors(names: Iterable[str]) -> dict[str, Author | None]:
    """Each name with the author of ours who has it; neither case nor blanks matter."""
    ours: dict[str, Author] = {}
    for author in Author.objects.order_by("-pk"):
        ours[_folded(author.name)] = author
    return {name: ours.get(_folded(name)) for name in names}


def _folded(name: str) -> str:
    return "".join(name.casefold().split())


def missing(facts: PageFacts, *, picture: bool) -> list[str]:
    """What an editor has to fill in, in the order of the form."""
    found: dict[str, object] = {
        _("headline"): facts.title,
        _("authors"): facts.authors,
        _("picture"): picture,
        _("date"): facts.published,
        _("text"): facts.paragraphs or facts.description,
        _("language"): language_of(facts.language.text),
    }
    return [name for name, value in found.items() if not value]


def language_of(code: str) -> str:
    """The language as our form offers it; "" for one it does not."""
    offered = {code for code, _name in languages.choices()}
    return next((one for one in (code, code.partition("-")[0]) if one in offered), "")


def make_draft(errand: Errand, section: Page, user: Any, chosen: Choices) -> StubPage:
    """The draft under `section`, with its first revision and its line in the history. Call in a transaction."""
    facts = facts_of(errand)
    url = address_of(errand)
    outlet = chosen.outlet
    if chosen.new_outlet:
        outlet = Outlet.objects.create(name=chosen.new_outlet, website=site_of(url))
        log(instance=outlet, action="wagtail.create", user=user)
    image = _image(errand, facts, user) if chosen.take_picture else None
    title = facts.title.text or _("Untitled stub")
    # Without an opening the description has to be the text, and would stand there twice.
    paragraphs = facts.paragraphs.texts or ((facts.description.text,) if facts.description else ())
    page = StubPage(
        title=title,
        draft_title=title,
        slug=free_slug(section, title),
        standfirst=shorten(facts.description.text, 400) if facts.paragraphs else "",
        excerpt="".join(f"<p>{escape(text)}</p>" for text in paragraphs),
        outlet=outlet,
        outlet_url=url,
        ran_on=date.fromisoformat(facts.published.text) if facts.published else None,
        lead_image=image,
        lead_alt=facts.image_alt.text if image else "",
        lead_caption=facts.image_caption.text if image else "",
        language=language_of(facts.language.text) or languages.default(),
        owner=user,
        live=False,
        has_unpublished_changes=True,
    )
    page.bylines.set([Byline(author=author) for author in _authors(facts, chosen.new_authors, user)])
    section.add_child(instance=page)
    page.save_revision(user=user, clean=False)
    log(instance=page, action="wagtail.create", user=user)
    log(instance=page, action=ACTION, user=user, data={"url": url})
    return page


def free_slug(section: Page, title: str) -> str:
    """A slug that no sibling has."""
    stem = slugify(title, allow_unicode=True)[:240].strip("-") or "stub"
    taken = set(section.get_children().filter(slug__startswith=stem).values_list("slug", flat=True))
    number = 1
    while (slug := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return slug


def _authors(facts: PageFacts, wanted: Iterable[str], user: Any) -> list[Author]:
    authors = []
    for name, author in known_authors(facts.authors.texts).items():
        if author is None and name in wanted:
            author = Author(name=name, slug=author_slug(name))
            author.save()
            log(instance=author, action="wagtail.create", user=user)
        if author and author not in authors:
            authors.append(author)
    return authors


def author_slug(name: str) -> str:
    stem = slugify(name, allow_unicode=True)[:110] or "author"
    number = 1
    while Author.objects.filter(slug=(slug := stem if number == 1 else f"{stem}-{number}")).exists():
        number += 1
    return slug


def may_add_images(user: Any) -> bool:
    """Whether the user may put a picture into the library at all."""
    return bool(policy_registry.get_by_type(PublicationImage).user_has_permission(user, "add"))


def _image(errand: Errand, facts: PageFacts, user: Any) -> PublicationImage | None:
    """The picture, in the library: with its credit if the page names one, and staying at home until somebody allows more."""
    name = errand.found.get("picture") or ""
    if not name or not may_add_images(user) or not default_storage.exists(name):
        return None
    collection = policy_registry.get_by_type(PublicationImage).collections_user_has_permission_for(user, "add").first()
    with default_storage.open(name) as kept:
        file = ContentFile(kept.read(), name=f"{slugify(facts.title.text)[:60] or 'picture'}.{name.rpartition('.')[2]}")
    image = PublicationImage(
        title=facts.title.text or _("Picture of a stub"),
        file=file,
        description=shorten(facts.image_alt.text, 255),
        caption=facts.image_caption.text,
        credit=facts.image_credit.text,
        may_syndicate=False,
        uploaded_by_user=user,
    )
    if collection:
        image.collection = collection
    image.save()
    log(instance=image, action="wagtail.create", user=user)
    drop_picture(name)
    return image
