"""Site settings: who publishes, and the defaults of the house."""

from urllib.parse import urljoin

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting

from home import licences
from home.models.people import FEDIVERSE_HANDLE, X_HANDLE
from syndication.story import Licence, Publisher

# Field → schema.org property of NewsMediaOrganization.
POLICIES = {
    "principles_url": "publishingPrinciples",
    "ethics_url": "ethicsPolicy",
    "corrections_url": "correctionsPolicy",
    "ownership_url": "ownershipFundingInfo",
    "masthead_url": "masthead",
}


class StubPolicy(models.TextChoices):
    """Which page is the canonical one of a stub."""

    OUTLET = "outlet", _("the outlet's page is the home")
    SELF = "self", _("our stub is the home")
    NOINDEX = "noindex", _("keep our stub out of search engines")


@register_setting(icon="home")
class PublicationSettings(BaseSiteSetting):
    """The publication as its readers and partners know it."""

    name = models.CharField(_("name"), max_length=120, blank=True, help_text=_("Empty: the name of the site."))
    tagline = models.CharField(_("tagline"), max_length=200, blank=True, help_text=_("One line under the name."))
    logo = models.ForeignKey(
        "home.PublicationImage", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("logo")
    )
    default_share_image = models.ForeignKey(
        "home.PublicationImage",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("default share image"),
        help_text=_("For cards of pages that have no image, or only an SVG. At least 1200 × 630 pixels."),
    )
    x_handle = models.CharField("X", max_length=16, blank=True, validators=[X_HANDLE], help_text=_("With its @."))
    fediverse_handle = models.CharField(_("fediverse"), max_length=120, blank=True, validators=[FEDIVERSE_HANDLE])
    default_licence = models.CharField(
        _("licence"),
        max_length=30,
        choices=licences.choices,
        default="all-rights-reserved",
        help_text=_("For pieces that name none of their own."),
    )
    stub_policy = models.CharField(
        _("canonical of stubs"),
        max_length=10,
        choices=StubPolicy,
        default=StubPolicy.OUTLET,
        help_text=_("Unless the outlet or the stub says otherwise. Never both pages: search engines show one."),
    )
    principles_url = models.URLField(_("publishing principles"), blank=True)
    ethics_url = models.URLField(_("ethics policy"), blank=True)
    corrections_url = models.URLField(_("corrections policy"), blank=True)
    ownership_url = models.URLField(_("ownership and funding"), blank=True)
    masthead_url = models.URLField(_("masthead"), blank=True)

    select_related = ["logo", "default_share_image", "site"]
    panels = [
        FieldPanel("name"),
        FieldPanel("tagline"),
        FieldPanel("logo"),
        FieldPanel("default_share_image"),
        MultiFieldPanel([FieldPanel("x_handle"), FieldPanel("fediverse_handle")], heading=_("Handles")),
        MultiFieldPanel([FieldPanel("default_licence"), FieldPanel("stub_policy")], heading=_("Defaults")),
        MultiFieldPanel([FieldPanel(field) for field in POLICIES], heading=_("Policies: addresses of the pages that state them")),
    ]

    class Meta:
        verbose_name = _("publication")

    @property
    def public_name(self) -> str:
        """The publication's name."""
        return self.name or self.site.site_name or self.site.hostname

    @property
    def licence(self) -> Licence:
        """The licence of pieces that name none."""
        return licences.LICENCES[self.default_licence]

    def publisher(self) -> Publisher:
        """The publisher as a Story carries it."""
        root = self.site.root_url
        logo = ""
        if self.logo:
            spec = "max-600x600|format-png"
            logo = urljoin(root, self.logo.file.url if self.logo.is_svg() else self.logo.get_rendition(spec).url)
        return Publisher(
            name=self.public_name,
            url=f"{root}/",
            logo=logo,
            x=self.x_handle,
            fediverse=self.fediverse_handle,
            policies=tuple((term, getattr(self, field)) for field, term in POLICIES.items() if getattr(self, field)),
        )
