"""Site settings: who publishes, and the defaults of the house."""

from urllib.parse import urljoin

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting

from home import licences
from home.models.people import FEDIVERSE_HANDLE, X_HANDLE
from syndication.rights import Policy
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
    search = models.BooleanField(
        _("search engines may index our pieces"),
        default=True,
        help_text=_(
            "Untick only to leave search engines altogether: crawlers are asked to read nothing, but for those let in below."
        ),
    )
    ai_input = models.BooleanField(
        _("AI systems may answer with our pieces"),
        default=False,
        help_text=_(
            "They may read a piece while they answer somebody, and should link to it. Each of our own pieces then stands "
            "there as plain Markdown, too, and llms.txt lists them. Unticked, crawlers that read for such answers are asked to "
            "stay away."
        ),
    )
    ai_train = models.BooleanField(
        _("AI systems may train on our pieces"),
        default=False,
        help_text=_(
            "Unticked, crawlers that collect for training are asked to stay away, and mining of text and data is reserved."
        ),
    )
    licensing_url = models.URLField(
        _("where to ask for a licence"),
        blank=True,
        help_text=_("A page of yours with an address to write to. Machines and people are sent there for what is not permitted."),
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
        MultiFieldPanel(
            [FieldPanel(field) for field in ("default_licence", "search", "ai_input", "ai_train", "licensing_url")],
            heading=_("Rights"),
            help_text=_(
                "The licence is for people: under Creative Commons anybody may carry a piece, else nobody without asking. The "
                "three choices are for machines and hold for every piece, whatever its licence. They are said in robots.txt, "
                "RSL, TDMRep and on the pages themselves. They are requests: crawlers that heed nobody do not heed them."
            ),
        ),
        MultiFieldPanel([FieldPanel("stub_policy")], heading=_("Defaults")),
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

    @property
    def policy(self) -> Policy:
        """What people and machines may do with what stands here: the one value that every dialect is made from."""
        return Policy(
            root=self.site.root_url,
            publisher=self.public_name,
            licence=self.licence,
            search=self.search,
            ai_input=self.ai_input,
            ai_train=self.ai_train,
            contact=self.licensing_url,
        )

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
