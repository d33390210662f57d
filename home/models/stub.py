"""StubPage: 'republished at'. Our page for a piece of ours whose full text is at an outlet."""

from datetime import UTC, datetime, time
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.search import index

from home.blocks import INLINE
from home.models.corrections import corrections_panel
from home.models.piece import PieceForm, PiecePage, editing
from home.rendering import plain, without_links
from syndication.canonical import Choice, resolve
from syndication.leaning import Leant, leant
from syndication.models import Outlet
from syndication.models.outlet import validate_web_url
from syndication.story import Canonical, Extent, OutletCopy


class StubForm(PieceForm):
    """Says at the field what a stub still needs before it can go live."""

    required = {
        "outlet": _("Choose the outlet where the piece ran."),
        "outlet_url": _("Enter the address of the piece at the outlet: readers go there to read the rest."),
        "ran_on": _("Enter the day it ran there; it stands in the byline."),
        "excerpt": _("Enter the opening paragraphs. A stub without an excerpt gives readers nothing to begin with."),
    }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name, sentence in self.required.items():
            if name in self.fields:
                self.fields[name].error_messages["required"] = sentence

    def clean(self) -> dict[str, Any]:
        """Refuse an excerpt without words, and an address that is not the outlet's."""
        data = super().clean()
        excerpt, outlet, url = data.get("excerpt"), data.get("outlet"), data.get("outlet_url")
        if excerpt is not None and not plain(str(excerpt)) and not self.is_deferred_validation and "excerpt" not in self.errors:
            self.add_error("excerpt", self.required["excerpt"])
        if outlet and url and not outlet.runs(url):
            hosts = ", ".join(outlet.hosts)
            self.add_error(
                "outlet_url",
                ValidationError(
                    _("This address is not at %(outlet)s (%(hosts)s). Check it, or add the host to the outlet."),
                    params={"outlet": outlet.name, "hosts": hosts},
                ),
            )
        return data


class StubPage(PiecePage):
    """Headline, byline, picture and opening of a piece, and the way to the rest of it."""

    class Extent(models.TextChoices):
        EXCERPT = "excerpt", _("the opening paragraphs")
        FULL = "full", _("the full text, by permission")

    class Canonicals(models.TextChoices):
        DEFAULT = "", _("as agreed with the outlet")
        OUTLET = "outlet", _("the outlet's page is the home")
        SELF = "self", _("this page is the home")
        NOINDEX = "noindex", _("keep this page out of search engines")

    outlet = models.ForeignKey(Outlet, null=True, on_delete=models.PROTECT, related_name="stubs", verbose_name=_("outlet"))
    outlet_url = models.URLField(
        _("address there"), max_length=2000, validators=[validate_web_url], help_text=_("Where “Read the rest” leads.")
    )
    archive_url = models.URLField(
        _("archived copy"),
        max_length=2000,
        blank=True,
        validators=[validate_web_url],
        help_text=_(
            "A copy of that page in an archive. Readers are offered it when the page is closed to them, gone or not theirs."
        ),
    )
    ran_on = models.DateField(_("ran on"), null=True, help_text=_("The day the outlet published it."))
    extent = models.CharField(_("what we show"), max_length=10, choices=Extent, default=Extent.EXCERPT)
    excerpt = RichTextField(
        _("text"),
        features=[*INLINE, "h2", "ol", "ul", "blockquote"],
        help_text=_("The opening paragraphs; all of it only where the outlet permits."),
    )
    canonical_policy = models.CharField(
        _("canonical"),
        max_length=10,
        blank=True,
        choices=Canonicals,
        default=Canonicals.DEFAULT,
        help_text=_("Which page search engines shall show. Google shows one of two alike; naming the outlet's is usual."),
    )

    base_form_class = StubForm
    template = "home/stub.html"
    page_description = _("“Republished at”: the opening of a piece of ours that runs in full at an outlet.")
    search_fields = [*PiecePage.search_fields, index.SearchField("excerpt"), index.FilterField("outlet")]

    edit_handler = editing(
        [
            *PiecePage.head_panels[:3],
            MultiFieldPanel(
                [
                    *(FieldPanel(name) for name in ("outlet", "outlet_url", "archive_url", "ran_on", "extent")),
                ],
                heading=_("Where it runs"),
            ),
            PiecePage.head_panels[3],
            FieldPanel("excerpt"),
            PiecePage.tail_panels[0],
            corrections_panel(mirrors=True),
        ],
        [*PiecePage.promote_panels, FieldPanel("canonical_policy")],
        PiecePage.rights_panels,
    )

    class Meta:
        verbose_name = _("stub")
        verbose_name_plural = _("stubs")

    def canonical(self) -> Canonical:
        """By the stub's own policy, else the outlet's, else the house's; our own URL when the page there is proved dead."""
        return resolve(
            kind="stub",
            url=str(self.full_url),
            page_policy=cast(Choice, self.canonical_policy),
            outlet_policy=cast(Choice, self.outlet.stub_canonical if self.outlet else ""),
            site_policy=cast(Choice, self.publication.stub_policy),
            outlet_url=self.outlet_url,
            target_dead=self.leant.dead,
        )

    def take_new_address(self, old: str, new: str, *, user: Any) -> bool | None:
        """Published at once, unless a draft or its schedule waits or `user` may not publish."""
        draft = self.get_latest_revision_as_object()
        if draft.outlet_url != old:
            return None
        publishes = self.live and not self.has_unpublished_changes and self.permissions_for_user(user).can_publish()
        draft.outlet_url = new
        revision = draft.save_revision(user=user, log_action=True)
        if publishes:
            revision.publish(user=user)
        return bool(publishes)

    @property
    def leant(self) -> Leant:
        """What is known of the page there."""
        return leant(self.uid, self.outlet, self.outlet_url)

    def told(self) -> dict[str, Any]:
        """The excerpt, or all of it where the outlet permits, and the way to the rest."""
        text, there = self.portable(self.excerpt), self.leant
        url = self.outlet_url
        if there.bearing == "withheld":
            text, url = without_links(text, url), ""
        full = self.extent == self.Extent.FULL
        day = self.ran_on or timezone.localdate()
        return {
            "kind": "stub",
            "body_html": text if full else "",
            "excerpt_html": text,
            "first_published": datetime.combine(day, time(12), tzinfo=UTC),
            "day": day,
            "outlet": OutletCopy(
                name=self.outlet.name if self.outlet else "",
                url=url,
                ran_on=self.ran_on,
                extent=cast(Extent, self.extent),
                bearing=there.bearing,
                gone_since=there.gone_since,
                archive_url=self.archive_url,
            ),
        }
