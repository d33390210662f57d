"""`manage.py sample_content`: The Harbour Review, so that a new site has something to read."""

import json
import os
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import Page, Site
from wagtail_footnotes.models import Footnote

from home.models import (
    ArticlePage,
    Author,
    Byline,
    DatedCorrection,
    HomePage,
    PublicationImage,
    PublicationSettings,
    SectionPage,
    StubPage,
)
from home.models.corrections import noon
from home.models.site import POLICIES
from home.sample.body import body_data, footnote_id
from home.sample.drawings import as_file, extension
from home.sample.people import (
    FEDIVERSE_HANDLE,
    HOUSE_RULES,
    PARTNERS,
    PUBLICATION,
    SECTIONS,
    TAGLINE,
    WRITERS,
    X_HANDLE,
    Partner,
    Section,
    Writer,
)
from home.sample.pictures import PICTURES
from home.sample.pieces import Original, Piece, Stub
from home.sample.texts import ORIGINALS, STUBS
from syndication.connectors import CONNECTORS
from syndication.credentials import Unreadable
from syndication.models import Outlet
from syndication.planning import plan_outlets

EDITOR = "editor"
DEMO_OUTLET = "The Lantern"
# Where the demo outlet listens, for who names only its front page.
DEMO_INTAKE = "/webhooks/homeward"


class Command(BaseCommand):
    """Makes what is missing and leaves alone what is there, so an editor's changes are safe and a second run is quick."""

    help = "Fill the site with a sample publication: sections, authors, outlets, pictures, originals and stubs."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the sample, each thing in a transaction of its own: a run that was broken off is finished by the next."""
        self.made = 0
        self.editor = self._editor()
        self.home = self._site()
        self.sections = {section.slug: self._section(section) for section in SECTIONS}
        self.images = {name: self._image(name) for name in PICTURES}
        self._settings()
        self.authors = {key: self._author(writer) for key, writer in WRITERS.items()}
        self.outlets = {key: self._partner(partner) for key, partner in PARTNERS.items()}
        self._demo_outlet()
        for stub in STUBS:
            self._publish(stub)
        for original in ORIGINALS:
            self._publish(original)
        plan_outlets()
        if self.made:
            self.stdout.write(self.style.SUCCESS(f"{PUBLICATION} is ready to read at {settings.SITE_URL}/"))
        else:
            self.stdout.write(f"{PUBLICATION} is all here already: nothing to do.")

    def say(self, sentence: str) -> None:
        """Tell who waits what was just made."""
        self.made += 1
        self.stdout.write(sentence)

    # --- The house ------------------------------------------------------------------------------------------------------

    def _editor(self) -> Any:
        """The superuser who signs for all of it; can log in once there is a password."""
        password = os.environ.get("DEMO_PASSWORD", "")
        editor, created = get_user_model()._default_manager.get_or_create(
            username=EDITOR,
            defaults={"email": "editor@harbour-review.example", "is_staff": True, "is_superuser": True},
        )
        if password and not editor.check_password(password):
            editor.set_password(password)
            editor.save()
            self.say(f"Editor: log in as “{EDITOR}” with the password in DEMO_PASSWORD.")
        elif created:
            editor.set_unusable_password()
            editor.save()
            self.say(f"Editor: “{EDITOR}” has no password yet; set one with: manage.py changepassword {EDITOR}")
        return editor

    @transaction.atomic
    def _site(self) -> HomePage:
        """The default site, at SITE_URL, and its front page under the publication's name."""
        site = Site.objects.select_related("root_page").filter(is_default_site=True).first()
        home = site.root_page.specific if site else None
        if site is None or not isinstance(home, HomePage):
            raise CommandError("The default site has no front page of ours. Run manage.py migrate on a new database first.")
        address = urlsplit(settings.SITE_URL)
        facts = {
            "hostname": address.hostname,
            "port": address.port or (443 if address.scheme == "https" else 80),
            "site_name": PUBLICATION,
        }
        if any(getattr(site, field) != value for field, value in facts.items()):
            for field, value in facts.items():
                setattr(site, field, value)
            site.save()
            self.say(f"Site: {PUBLICATION} at {settings.SITE_URL}.")
        if home.title == "Home":
            home.title, home.search_description = PUBLICATION, TAGLINE
            home.save_revision(user=self.editor).publish(user=self.editor)
            self.say("Front page: named.")
        return home

    @transaction.atomic
    def _section(self, section: Section) -> SectionPage:
        """A section of the front page."""
        found = SectionPage.objects.child_of(self.home).filter(slug=section.slug).first()
        if found:
            return found
        page = SectionPage(title=section.title, slug=section.slug, introduction=section.introduction, live=False)
        self._add(self.home, page)
        self.say(f"Section: {section.title}.")
        return page

    @transaction.atomic
    def _image(self, name: str) -> PublicationImage:
        """A drawing with all that must be known of it; drawn only if it is missing."""
        facts = PICTURES[name]
        found = PublicationImage.objects.filter(title=facts.title).first()
        if found:
            return found
        image = PublicationImage(
            title=facts.title,
            description=facts.alt,
            caption=facts.caption,
            credit=facts.credit,
            licence=facts.licence,
            may_syndicate=facts.may_syndicate,
            uploaded_by_user=self.editor,
            file=ContentFile(as_file(name), name=f"{name}{extension(name)}"),
        )
        _check(image)
        image.save()
        image.get_file_size()
        image.get_file_hash()
        self.say(f"Drawn: {facts.title}.")
        return image

    @transaction.atomic
    def _settings(self) -> None:
        """Who publishes: filled in once, where nobody has."""
        publication = PublicationSettings.for_site(self.home.get_site())
        if publication.name:
            return
        rules = next(piece for piece in ORIGINALS if piece.slug == HOUSE_RULES)
        publication.name = PUBLICATION
        publication.tagline = TAGLINE
        publication.logo = self.images["mark"]
        publication.default_share_image = self.images["panorama"]
        publication.x_handle = X_HANDLE
        publication.fediverse_handle = FEDIVERSE_HANDLE
        for field in POLICIES:
            setattr(publication, field, f"{self.sections[rules.section].full_url}{rules.slug}/")
        _check(publication)
        publication.save()
        self.say("Publication: name, handles, mark, share picture and policies.")

    # --- People and places ----------------------------------------------------------------------------------------------

    @transaction.atomic
    def _author(self, writer: Writer) -> Author:
        found = Author.objects.filter(slug=writer.slug).first()
        if found:
            return found
        author = Author(
            name=writer.name,
            slug=writer.slug,
            bio=writer.bio,
            portrait=self.images[writer.drawing],
            website=writer.website,
            x_handle=writer.x,
            fediverse_handle=writer.fediverse,
            bluesky_handle=writer.bluesky,
        )
        _check(author)
        author.save()
        self.say(f"Author: {writer.name}.")
        return author

    @transaction.atomic
    def _partner(self, partner: Partner) -> Outlet:
        """An outlet that our stubs point at. It has no kind, so nothing is ever pushed to it."""
        found = Outlet.objects.filter(name=partner.name).first()
        if found:
            return found
        outlet = Outlet(
            name=partner.name,
            website=partner.website,
            attribution=partner.attribution,
            stub_canonical=partner.stub_canonical,
            automatic=False,
        )
        _check(outlet)
        outlet.save()
        self.say(f"Outlet: {partner.name}.")
        return outlet

    @transaction.atomic
    def _demo_outlet(self) -> None:
        """An outlet that takes every original, the archive too, when DEMO_OUTLET_URL and DEMO_OUTLET_SECRET say where."""
        address, secret = os.environ.get("DEMO_OUTLET_URL", ""), os.environ.get("DEMO_OUTLET_SECRET", "")
        if not (address and secret) or Outlet.objects.filter(name=DEMO_OUTLET).exists():
            return
        endpoint = address if urlsplit(address).path.strip("/") else urljoin(address, DEMO_INTAKE)
        outlet = Outlet(
            name=DEMO_OUTLET,
            website=urljoin(address, "/"),
            kind="webhook",
            endpoint=endpoint,
            automatic=True,
            takes_since=None,
            is_test=True,
            attribution=f"First published in {PUBLICATION}.",
        )
        try:
            CONNECTORS[outlet.kind].check_secret(secret)
            outlet.secret = secret
        except (ValueError, Unreadable) as problem:
            raise CommandError(f"DEMO_OUTLET_SECRET cannot be used: {problem}") from None
        _check(outlet)
        outlet.save()
        self.say(f"Outlet: {DEMO_OUTLET}, which takes every original, at {endpoint}")

    # --- Pieces ---------------------------------------------------------------------------------------------------------

    @transaction.atomic
    def _publish(self, piece: Original | Stub) -> None:
        """Write the piece and publish it as an editor would; one with `goes_live_in` only gets its schedule."""
        section = self.sections[piece.section]
        if Page.objects.child_of(section).filter(slug=piece.slug).exists():
            return
        page = self._original(piece) if isinstance(piece, Original) else self._stub(piece)
        for order, key in enumerate(piece.authors):
            page.bylines.add(Byline(author=self.authors[key], sort_order=order))
        page.topics.add(*piece.topics)
        self._add(section, page)
        kind = "Stub" if isinstance(piece, Stub) else "Original"
        when = f", goes live on {page.go_live_at.day} {page.go_live_at:%B at %H:%M} UTC" if page.go_live_at else ""
        self.say(f"{kind}: {piece.headline}{when}.")

    def _original(self, piece: Original) -> ArticlePage:
        keys = {name: image.pk for name, image in self.images.items()}
        page = ArticlePage(
            **self._shared(piece),
            body=json.dumps(body_data(piece, keys)),
            lead_alt=piece.lead_alt,
            lead_caption=piece.lead_caption,
            first_published_at=piece.published,
            go_live_at=timezone.now() + piece.goes_live_in if piece.goes_live_in else None,
        )
        if piece.language:
            page.language = piece.language
        for number, note in enumerate(piece.footnotes, start=1):
            locale = self.home.locale
            page.footnotes.add(Footnote(uuid=footnote_id(piece, number), text=f"<p>{note}</p>", sort_order=number, locale=locale))
        for order, (made_on, text) in enumerate(piece.corrections):
            page.corrections.add(DatedCorrection(made_at=noon(made_on), text=text, sort_order=order))
        return page

    def _stub(self, piece: Stub) -> StubPage:
        return StubPage(
            **self._shared(piece),
            outlet=self.outlets[piece.outlet],
            outlet_url=piece.outlet_url,
            ran_on=piece.ran_on,
            excerpt=piece.excerpt,
            canonical_policy=piece.canonical_policy,
        )

    def _shared(self, piece: Piece) -> dict[str, Any]:
        return {
            "title": piece.headline,
            "slug": piece.slug,
            "standfirst": piece.standfirst,
            "lead_image": self.images[piece.drawing],
            "licence": piece.licence,
            "live": False,
        }

    def _add(self, parent: Page, page: Any) -> None:
        """Put the page under its parent and publish it, with the same traces in its history as an editor leaves."""
        page.owner = self.editor
        parent.add_child(instance=page)
        log(instance=page, action="wagtail.create", user=self.editor, content_changed=True)
        page.save_revision(user=self.editor).publish(user=self.editor)


def _check(row: Any) -> None:
    """What a form would refuse, the sample may not hold either."""
    try:
        row.full_clean()
    except ValidationError as problem:
        raise CommandError(f"{row} cannot be saved: {'; '.join(problem.messages)}") from None
