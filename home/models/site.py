"""Site settings: who publishes, and the defaults of the house."""

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import PreviewableMixin

from home import identity, licences
from home.models.people import FEDIVERSE_HANDLE, X_HANDLE
from syndication.conversation import Conversation, words
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


class HoldResponses(models.TextChoices):
    """Which responses a moderator sees first."""

    FIRST = "first", _("the first of each author")
    ALL = "all", _("every one")
    NONE = "none", _("only what the rules below catch")


HEX = RegexValidator(r"^#[0-9a-fA-F]{6}\Z", _("Give the colour as # and six digits, as in #963a2f."))


def type_pairs() -> list[tuple[str, Any]]:
    """The pairs of typefaces that we ship."""
    return [(key, pair.label) for key, pair in identity.PAIRS.items()]


class ColourInput(forms.TextInput):
    """The browser's own chooser of colours."""

    input_type = "color"


@register_setting(icon="home")
class PublicationSettings(PreviewableMixin, BaseSiteSetting):
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
    accent = models.CharField(
        _("first colour"),
        max_length=7,
        default=identity.HOUSE.accent,
        validators=[HEX],
        help_text=_("For what is yours: sections, buttons, links under the pointer. Dark pages get a lighter shade of it."),
    )
    second = models.CharField(
        _("second colour"),
        max_length=7,
        default=identity.HOUSE.second,
        validators=[HEX],
        help_text=_("For what leads to another house: outlets, and “Read the rest”."),
    )
    type_pair = models.CharField(
        _("typefaces"),
        max_length=12,
        choices=type_pairs,
        default=identity.HOUSE.pair,
        help_text=_("They come from your own site, never from a third party. Arabic is set in Noto Naskh with each of them."),
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
    comments = models.BooleanField(
        _("readers may comment"), default=False, help_text=_("Under every piece, unless the piece itself says otherwise.")
    )
    comments_days = models.PositiveSmallIntegerField(
        _("comments close after days"), default=30, help_text=_("Counted from the day the piece was published. 0: never.")
    )
    mentions = models.BooleanField(
        _("pages elsewhere may say that they mention us"),
        default=True,
        help_text=_("By Webmention and Pingback. We go and see whether they do, and show an excerpt with a link."),
    )
    hold_responses = models.CharField(
        _("what waits for a moderator"), max_length=5, choices=HoldResponses, default=HoldResponses.FIRST
    )
    response_links = models.PositiveSmallIntegerField(
        _("links in a response"), default=2, help_text=_("A response with more of them waits for a moderator.")
    )
    held_words = models.TextField(
        _("words that wait"),
        blank=True,
        help_text=_("One word or phrase a line. A response with one of them waits for a moderator."),
    )
    refused_words = models.TextField(
        _("words that are refused"),
        blank=True,
        help_text=_("One word or phrase a line. Nobody but moderators ever sees a response with one of them."),
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
        MultiFieldPanel(
            [
                FieldPanel("logo"),
                FieldPanel("accent", widget=ColourInput),
                FieldPanel("second", widget=ColourInput),
                FieldPanel("type_pair"),
            ],
            heading=_("Look"),
            help_text=_("The preview at the side shows what you choose before you save it."),
        ),
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
        MultiFieldPanel(
            [
                FieldPanel(field)
                for field in (
                    "comments",
                    "comments_days",
                    "mentions",
                    "hold_responses",
                    "response_links",
                    "held_words",
                    "refused_words",
                )
            ],
            heading=_("Responses"),
            help_text=_(
                "What readers write under a piece, and what other sites say of it. Syndication → Responses has the queue."
            ),
        ),
        MultiFieldPanel([FieldPanel("stub_policy")], heading=_("Defaults")),
        MultiFieldPanel([FieldPanel(field) for field in POLICIES], heading=_("Policies: addresses of the pages that state them")),
    ]

    class Meta:
        verbose_name = _("publication")

    def clean(self) -> None:
        """Refuse a colour that cannot be read on our paper, and name the nearest that can."""
        super().clean()
        self.accent, self.second = self.accent.lower(), self.second.lower()
        told = {name: _too_pale(getattr(self, name)) for name in ("accent", "second")}
        if pale := {name: sentence for name, sentence in told.items() if sentence}:
            raise ValidationError(pale)

    @property
    def look(self) -> identity.Look:
        """What readers' pages look like."""
        pair = self.type_pair if self.type_pair in identity.PAIRS else identity.HOUSE.pair
        return identity.Look(self.accent, self.second, pair)

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """The front page, and every part in light and dark."""
        return [("", _("Front page")), ("light", _("All parts")), ("dark", _("All parts, dark"))]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """As the pages would look if these settings were saved."""
        if mode_name:
            from home.style_page import parts

            return parts(request, self, scheme=mode_name)
        front = self.site.root_page.specific
        front.publication = self
        return front.serve(request)

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

    def conversation(self, choice: str, published: datetime | None) -> Conversation:
        """The rules for a piece that was published then; `choice` is the piece's own: open, closed, or "" for ours."""
        closed = ""
        days = self.comments_days
        if choice == "closed" or (not choice and not self.comments):
            closed = gettext("Comments on this piece are closed.")
        elif days and published and published + timedelta(days=days) <= timezone.now():
            told = ngettext(
                "Comments closed %(days)d day after this piece was published.",
                "Comments closed %(days)d days after this piece was published.",
                days,
            )
            closed = told % {"days": days}
        return Conversation(
            comments=not closed,
            mentions=self.mentions and choice != "closed",
            closed=closed,
            hold=self.hold_responses,  # type: ignore[arg-type]
            most_links=self.response_links,
            held_words=words(self.held_words),
            refused_words=words(self.refused_words),
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


def _too_pale(colour: str) -> str:
    """What is wrong with a colour for text; nothing, if it can be read."""
    if not re.fullmatch(HEX.regex, colour):
        return ""
    found = identity.contrast(colour, *identity.LIGHT)
    if found >= identity.ENOUGH:
        return ""
    facts = {"found": f"{found:.1f}", "enough": identity.ENOUGH, "nearest": identity.darker(colour)}
    return (
        gettext(
            "Too pale to be read: on our paper its contrast is %(found)s to 1, and readers need %(enough)s to 1. "
            "The nearest shade that has it is %(nearest)s."
        )
        % facts
    )
