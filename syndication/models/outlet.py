"""Outlet: a partner place, with a kind, credentials and a contract."""

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.search import index

from syndication.contract import Contract
from syndication.findings import host_of
from syndication.http import check_url
from syndication.models.sealed import Hosted, SealedSecret
from syndication.rules import picks
from syndication.story import Extent

if TYPE_CHECKING:
    from syndication.models.edition import Edition


def validate_web_url(url: str) -> None:
    """Refuse, with a sentence for the field, an address the door would not visit. Looks nothing up."""
    try:
        check_url(url)
    except ValueError as problem:
        raise ValidationError(str(problem)) from None


class Outlet(Hosted, index.Indexed, SealedSecret):
    """A partner place. Stubs point at it; originals are pushed to it when it has a kind."""

    class State(models.TextChoices):
        ACTIVE = "active", _("active")
        SUSPENDED = "suspended", _("suspended by an editor")
        HELD = "held", _("held until somebody acts")
        GONE = "gone", _("gone: its endpoint no longer exists")

    class Extent(models.TextChoices):
        FULL = "full", _("the full text")
        EXCERPT = "excerpt", _("an excerpt")
        LINK = "link", _("headline and link only")

    class StubCanonical(models.TextChoices):
        DEFAULT = "", _("as set for the whole site")
        OUTLET = "outlet", _("the outlet's page is the home")
        SELF = "self", _("our stub is the home")
        NOINDEX = "noindex", _("keep our stub out of search engines")

    name = models.CharField(_("name"), max_length=120, unique=True, help_text=_("As readers know it: “Read the rest at …”."))
    website = models.URLField(
        _("website"),
        validators=[validate_web_url],
        help_text=_("Its front page. Addresses of stubs must be on this host or below it."),
    )
    other_hosts = models.CharField(
        _("other hosts"),
        max_length=500,
        blank=True,
        help_text=_("More host names it publishes under, with commas, such as arabic.example.org."),
    )

    kind = models.CharField(
        _("how we push"),
        max_length=20,
        blank=True,
        help_text=_("Leave empty for an outlet that only runs pieces our stubs point at."),
    )
    endpoint = models.URLField(
        _("endpoint"),
        max_length=500,
        blank=True,
        validators=[validate_web_url],
        help_text=_("Where we push. The outlet's developers tell you."),
    )
    account = models.CharField(_("account"), max_length=200, blank=True)
    is_test = models.BooleanField(
        _("test outlet"),
        default=False,
        help_text=_("Tick for a partner's test system: it is pushed to from any copy of this site, not only the public one."),
    )
    automatic = models.BooleanField(
        _("push by itself"), default=True, help_text=_("Push each original when it is published, and each later change.")
    )
    takes_since = models.DateTimeField(
        _("pieces since"),
        null=True,
        blank=True,
        default=timezone.now,
        help_text=_("Only pieces first published after this moment. Empty: the whole archive, at once."),
    )
    takes_stubs = models.BooleanField(
        _("takes stubs too"), default=False, help_text=_("Push our “republished at” pages as well.")
    )
    only = models.JSONField(_("only pieces of"), default=list, blank=True)
    never = models.JSONField(_("never pieces of"), default=list, blank=True)
    window_days = models.PositiveSmallIntegerField(
        _("takes pieces for … days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Older pieces are not offered any more; what it carries is kept up to date. Empty: no limit."),
    )
    needs_image = models.BooleanField(
        _("needs a picture"), default=False, help_text=_("It takes no piece without a picture that may travel.")
    )
    max_headline = models.PositiveSmallIntegerField(
        _("longest headline"),
        null=True,
        blank=True,
        validators=[MinValueValidator(10)],
        help_text=_("In characters. Empty: no limit. A longer headline needs one of its own for this outlet."),
    )
    max_in_flight = models.PositiveSmallIntegerField(
        _("requests at once"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text=_("How many requests it gets from us at the same time, at most."),
    )

    extent = models.CharField(_("may carry"), max_length=10, choices=Extent, default=Extent.FULL)
    excerpt_words = models.PositiveSmallIntegerField(
        _("words of the excerpt"),
        null=True,
        blank=True,
        validators=[MinValueValidator(10)],
        help_text=_("For an outlet that carries an excerpt: at most this many words. Empty: the excerpt as our lists show it."),
    )
    embargo_hours = models.PositiveSmallIntegerField(
        _("embargo, in hours"), default=0, help_text=_("It gets a piece so many hours after our own publication.")
    )
    expiry_days = models.PositiveSmallIntegerField(
        _("carries pieces for … days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("So many days after our publication it is asked to take a piece down. Empty: for good."),
    )
    owes_canonical = models.BooleanField(
        _("owes a canonical link"), default=True, help_text=_("Its copy names our page in rel=canonical.")
    )
    owes_noindex = models.BooleanField(
        _("owes noindex"), default=False, help_text=_("Its copy asks search engines to leave it out.")
    )
    owes_link = models.BooleanField(_("owes a link"), default=True, help_text=_("Its copy links to our page."))
    heeds_robots = models.BooleanField(
        _("our verifier heeds their robots.txt"),
        default=True,
        help_text=_("Untick only where the contract says that we may look at copies whatever their robots.txt says."),
    )
    attribution = models.CharField(
        _("attribution"), max_length=200, blank=True, help_text=_("The line it prints, such as “First published in …”.")
    )
    stub_canonical = models.CharField(
        _("canonical of our stubs"),
        max_length=10,
        blank=True,
        choices=StubCanonical,
        default=StubCanonical.DEFAULT,
        help_text=_("Which page search engines shall show when a piece of ours runs there."),
    )

    own_tokens = models.BooleanField(
        _("makes its own tokens"),
        default=False,
        help_text=_("On its own page it may make tokens and revoke them. Otherwise it asks you."),
    )

    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE, editable=False)
    state_reason = models.CharField(max_length=300, blank=True, editable=False)
    # What the engine knows of the line to it. Written by UPDATE only (`syndication.models.line`), never by saving the form.
    not_before = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    trips = models.PositiveSmallIntegerField(default=0, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    last_ok_at = models.DateTimeField(null=True, editable=False)
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    # The terms by which it was planned last; `reconcile` compares.
    planned_terms = models.CharField(max_length=64, blank=True, editable=False)
    # Pages of ours there were taken over: no link to these hosts is shown and nothing is pushed, until an editor lifts it.
    quarantined_at = models.DateTimeField(null=True, editable=False)
    quarantined_hosts = models.JSONField(default=list, editable=False)
    quarantine_reason = models.CharField(max_length=500, blank=True, editable=False)
    quarantine_lifted_at = models.DateTimeField(null=True, editable=False)
    # The number in the signed link to its own page: another number ends every link that was sent before.
    link_number = models.PositiveIntegerField(default=1, editable=False)

    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        ordering = ["name"]
        verbose_name = _("outlet")
        verbose_name_plural = _("outlets")
        permissions = [
            ("view_credentials", "Can see when and how an outlet's credentials were set"),
            ("manage_tokens", "Can make and end an outlet's tokens and the link to its page"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def contract(self) -> Contract:
        """The terms, frozen."""
        return Contract(
            canonical=self.owes_canonical,
            noindex=self.owes_noindex,
            link=self.owes_link,
            extent=cast(Extent, self.extent),
            words=self.excerpt_words,
            attribution=self.attribution,
        )

    @property
    def terms(self) -> str:
        """A digest of all that decides which pieces it should hold, and how: what changes it must be planned anew."""
        chosen = (
            self.kind,
            self.pushes,
            self.automatic,
            self.takes_since,
            self.takes_stubs,
            sorted(self.only),
            sorted(self.never),
        )
        times = (self.window_days, self.embargo_hours, self.expiry_days, self.needs_image, self.max_headline)
        return hashlib.sha256(repr((chosen, times, self.contract.model_dump_json())).encode()).hexdigest()

    @property
    def waits(self) -> bool:
        """Whether it is left alone for a while, because it asked for that or its breaker is open."""
        return self.not_before is not None and self.not_before > timezone.now()

    @property
    def pushes(self) -> bool:
        """Whether pieces can be pushed to it at all."""
        return bool(self.kind) and self.state != self.State.GONE

    def withholds(self, url: str) -> bool:
        """Whether no link to `url` may be shown, because pages on its host were taken over."""
        return self.quarantined_at is not None and host_of(url) in self.quarantined_hosts

    @property
    def circuit(self) -> str:
        """The line to it: `closed` (all well), `open` (rests until `not_before` after failures), `half-open` (the rest is over,
        the next request decides) or `waiting` (it asked us itself to come back at `not_before`)."""
        resting = self.not_before is not None and self.not_before > timezone.now()
        if self.trips:
            return "open" if resting else "half-open"
        return "waiting" if resting else "closed"

    def takes(self, edition: "Edition") -> bool:
        """Whether its rules pick the piece, so that it goes there by itself."""
        chosen = self.automatic and (edition.kind == "original" or self.takes_stubs)
        recent = self.takes_since is None or edition.first_published_at >= self.takes_since
        return chosen and recent and self.in_window(edition) and picks(self.only, self.never, edition.labels)

    def in_window(self, edition: "Edition") -> bool:
        """Whether the piece is young enough to be offered."""
        last = edition.first_published_at + timedelta(days=self.window_days) if self.window_days else None
        return last is None or timezone.now() < last

    def starts_at(self, edition: "Edition") -> datetime:
        """When the embargo ends: it may not have the piece before."""
        return edition.first_published_at + timedelta(hours=self.embargo_hours)

    def ends_at(self, edition: "Edition") -> datetime | None:
        """When it must take the piece down; None if it may keep it."""
        return edition.first_published_at + timedelta(days=self.expiry_days) if self.expiry_days else None

    def clean(self) -> None:
        """Refuse terms that contradict each other, with the sentence at the field."""
        wrong: dict[str, Any] = {}
        if self.expiry_days and (self.embargo_hours or 0) >= self.expiry_days * 24:
            wrong["embargo_hours"] = _(
                "By then it must have taken the piece down. Shorten the embargo, or let it carry pieces longer."
            )
        if self.expiry_days and self.window_days and self.window_days > self.expiry_days:
            wrong["window_days"] = _(
                "It carries pieces for fewer days than that: older ones would have to be taken down at once."
            )
        if wrong:
            raise ValidationError(wrong)
