"""Pages, people, pictures and outlets as tests need them: made and published the way an editor does it, through Wagtail."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.images import ImageFile
from PIL import Image as Canvas
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.models import Collection, Locale, Page, Site

from home.models import ArticlePage, Author, Byline, HomePage, PublicationImage, PublicationSettings, SectionPage, StubPage, Topic
from home.models.piece import PiecePage
from syndication.models import Edition, Outlet, Sender, record
from syndication.story import Canonical, Named, Person, Picture, Publisher, Story

SECRET = "whsec_Y2FuYXJ5LWluLWEtY29hbC1taW5lLTAxMjM0NTY3"
ABROAD = "https://outlet.example"
_numbers = count(1)


# --- the house --------------------------------------------------------------------------------------------------------


def front_page() -> HomePage:
    """The front page of the default site. Where a test that emptied the database went before, all is built anew."""
    if home := HomePage.objects.first():
        return home
    Locale.objects.get_or_create(language_code=get_supported_content_language_variant(settings.LANGUAGE_CODE))
    if not Collection.get_first_root_node():
        Collection.add_root(name="Root")
    root = Page.get_first_root_node() or Page.add_root(title="Root", slug="root")
    home = root.add_child(instance=HomePage(title="Home", slug="home"))
    Site.objects.all().delete()
    Site.objects.create(hostname="127.0.0.1", port=8000, root_page=home, is_default_site=True)
    return home


def publication(**facts: Any) -> PublicationSettings:
    """The settings of the default site."""
    front_page()
    kept = PublicationSettings.for_site(Site.objects.get(is_default_site=True))
    for name, value in facts.items():
        setattr(kept, name, value)
    kept.save()
    return kept


def section(title: str = "", **facts: Any) -> SectionPage:
    """A live section."""
    title = title or f"Section {next(_numbers)}"
    return front_page().add_child(instance=SectionPage(title=title, **facts))


def editor(**facts: Any) -> Any:
    """A superuser."""
    return get_user_model().objects.create_superuser(f"editor-{next(_numbers)}", "editor@home.example", "secret", **facts)


# --- people, topics, pictures -----------------------------------------------------------------------------------------


def author(name: str = "Ada Lovelace", **facts: Any) -> Author:
    """An author with a slug of their own."""
    return Author.objects.create(name=name, slug=facts.pop("slug", f"author-{next(_numbers)}"), **facts)


def topic(name: str) -> Topic:
    """A topic."""
    return Topic.objects.get_or_create(name=name, defaults={"slug": f"topic-{next(_numbers)}"})[0]


def drawing(kind: str = "png", size: tuple[int, int] = (60, 40)) -> bytes:
    """The bytes of an image: a plain field of one colour. `kind` is a file extension that Pillow writes."""
    file = io.BytesIO()
    Canvas.new("RGB", size, (20, 90, 120)).save(file, {"jpg": "JPEG"}.get(kind, kind.upper()))
    return file.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="600" height="400"><rect width="600" height="400" fill="teal"/></svg>'


def image(
    title: str = "A field", *, kind: str = "png", size: tuple[int, int] = (60, 40), name: str = "", **facts: Any
) -> PublicationImage:
    """An image with its facts, in a file of this name. Small unless a test is about sizes; `kind` svg gives a vector image."""
    front_page()
    data = SVG if kind == "svg" else drawing(kind, size)
    facts = {"description": f"{title}, seen from the sea", "credit": "Drawing: Mary Somerville", **facts}
    picture = PublicationImage(
        title=title, file=ImageFile(io.BytesIO(data), f"{name or f'field-{next(_numbers)}'}.{kind}"), **facts
    )
    picture.save()
    return picture


# --- pieces -----------------------------------------------------------------------------------------------------------


def paragraphs(*texts: str) -> list[tuple[str, str]]:
    """A body of paragraphs."""
    return [("paragraph", f"<p>{text}</p>") for text in texts]


def draft(page: PiecePage, *, parent: Page | None = None, authors: Sequence[Author] | None = None) -> Any:
    """The piece, saved under a section with its bylines, not published."""
    page.live = False
    parent = parent or SectionPage.objects.first() or section("Reviews")
    page.bylines.set([Byline(author=one) for one in ([author()] if authors is None else authors)])
    # Read anew, for treebeard keeps the number of children on the instance.
    Page.objects.get(pk=parent.pk).add_child(instance=page)
    return page


def publish(page: Any) -> Any:
    """The page published as it stands in memory, read anew."""
    page.save_revision().publish()
    return type(page).objects.get(pk=page.pk)


def saved(page: Any) -> Any:
    """The page with a draft of what stands in memory."""
    page.save_revision()
    return page


def edit(page: Any, **facts: Any) -> Any:
    """Change facts of a page and publish it, as one edit in the admin does."""
    page = page.get_latest_revision_as_object()
    for name, value in facts.items():
        setattr(page, name, value)
    return publish(page)


def original(headline: str = "", *, live: bool = True, **facts: Any) -> ArticlePage:
    """An original; `live` False leaves it a draft."""
    place = {name: facts.pop(name) for name in ("parent", "authors") if name in facts}
    facts.setdefault("body", paragraphs("The harbour was empty when we came.", "Only the lamps knew why."))
    page = draft(ArticlePage(title=headline or f"Original {next(_numbers)}", **facts), **place)
    return publish(page) if live else saved(page)


def stub(headline: str = "", *, live: bool = True, **facts: Any) -> StubPage:
    """A stub at an outlet that nothing is pushed to, unless another is given."""
    place = {name: facts.pop(name) for name in ("parent", "authors") if name in facts}
    number = next(_numbers)
    facts.setdefault("outlet", Outlet.objects.filter(kind="").first() or outlet("Evening Lantern", kind="", endpoint=""))
    facts.setdefault("outlet_url", f"{ABROAD}/pieces/{number}")
    facts.setdefault("ran_on", date(2018, 5, 30))
    facts.setdefault("excerpt", "<p>It began with a lamp.</p><p>Then there were two.</p>")
    page = draft(StubPage(title=headline or f"Stub {number}", **facts), **place)
    return publish(page) if live else saved(page)


# --- values -----------------------------------------------------------------------------------------------------------


def story(**facts: Any) -> Story:
    """A Story that no page tells, for what is pure."""
    number = next(_numbers)
    url = facts.pop("url", f"https://home.example/reviews/piece-{number}/")
    told: dict[str, Any] = {
        "uid": uuid4(),
        "url": url,
        "canonical": Canonical(url=url),
        "headline": f"Piece {number}",
        "description": "A harbour without ships.",
        "language": "en-gb",
        "authors": (Person(name="Ada Lovelace", url="https://home.example/authors/ada/", x="@ada"),),
        "byline": "By Ada Lovelace (@ada) on 30 May 2018",
        "first_published": datetime(2018, 5, 30, 9, tzinfo=UTC),
        "modified": datetime(2018, 5, 31, 9, tzinfo=UTC),
        "body_html": "<p>The harbour was empty when we came.</p>",
        "excerpt_html": "<p>The harbour was empty when we came.</p>",
        "word_count": 7,
        "section": Named(name="Reviews", url="https://home.example/reviews/"),
        "publisher": Publisher(name="The Harbour Review", url="https://home.example/"),
    }
    return Story(**{**told, **facts})


def picture(**facts: Any) -> Picture:
    """A picture that may travel."""
    url = "https://home.example/media/images/field.jpg"
    return Picture(**{"url": url, "width": 1200, "height": 630, "alt": "A field", "may_syndicate": True, **facts})


def edition(told: Story | None = None, *, public: bool = True, page: Page | None = None) -> Edition:
    """A recorded edition of a story, without a page unless one is given."""
    return record(told or story(), public=public, page=page, reason="test")


# --- outlets ----------------------------------------------------------------------------------------------------------


def outlet(name: str = "", **facts: Any) -> Outlet:
    """An outlet on outlet.example that takes everything, by webhook unless told otherwise."""
    facts = {"kind": "webhook", "takes_since": None, "website": ABROAD, "endpoint": f"{ABROAD}/hook", **facts}
    secret = facts.pop("secret", SECRET)
    made = Outlet(name=name or f"Outlet {next(_numbers)}", **facts)
    made.secret = secret
    made.save()
    return made


# --- senders ----------------------------------------------------------------------------------------------------------


def sender(name: str = "The Harbour Review", **facts: Any) -> Sender:
    """A site on home.example whose pieces are put under a section, published at once unless told otherwise."""
    secret = facts.pop("secret", SECRET)
    place = facts.pop("section", None) or SectionPage.objects.first() or section("Elsewhere")
    made = Sender(name=name, section=place, **{"website": "https://home.example/", "trust": "trusted", **facts})
    made.secret = secret
    made.save()
    return made
