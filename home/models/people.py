"""Authors and their bylines."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable, Page, PreviewableMixin
from wagtail.search import index

from syndication.story import Person

X_HANDLE = RegexValidator(r"^@\w{1,15}$", _("Write an X handle as @ada: at most 15 letters, digits or underscores."))
FEDIVERSE_HANDLE = RegexValidator(
    r"^@[\w.-]+@[\w-]+(\.[\w-]+)+$", _("Write a fediverse handle with its server, as @ada@example.social.")
)
BLUESKY_HANDLE = RegexValidator(r"^(?!@)[\w-]+(\.[\w-]+)+$", _("Write a Bluesky handle as a domain, such as ada.example.com."))


class Author(PreviewableMixin, index.Indexed, models.Model):
    """Somebody who signs pieces, with a profile page."""

    name = models.CharField(_("name"), max_length=120, help_text=_("As it is printed."))
    slug = models.SlugField(
        _("slug"), max_length=120, unique=True, blank=True, allow_unicode=True, help_text=_("The end of the profile's address.")
    )
    bio = RichTextField(_("about"), blank=True, features=["bold", "italic", "link"])
    portrait = models.ForeignKey(
        "home.PublicationImage", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("portrait")
    )
    website = models.URLField(_("website"), blank=True)
    x_handle = models.CharField("X", max_length=16, blank=True, validators=[X_HANDLE], help_text=_("With its @."))
    fediverse_handle = models.CharField(
        _("fediverse"),
        max_length=120,
        blank=True,
        validators=[FEDIVERSE_HANDLE],
        help_text=_("As @ada@example.social. For a credit on Mastodon the author also adds this site there."),
    )
    bluesky_handle = models.CharField("Bluesky", max_length=120, blank=True, validators=[BLUESKY_HANDLE])

    panels = [
        FieldPanel("name"),
        FieldPanel("slug"),
        FieldPanel("portrait"),
        FieldPanel("bio"),
        MultiFieldPanel(
            [FieldPanel("website"), FieldPanel("x_handle"), FieldPanel("fediverse_handle"), FieldPanel("bluesky_handle")],
            heading=_("Where readers find them"),
        ),
    ]
    search_fields = [index.SearchField("name", boost=2), index.AutocompleteField("name"), index.SearchField("bio")]

    class Meta:
        ordering = ["name"]
        verbose_name = _("author")
        verbose_name_plural = _("authors")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Make the slug from the name where none was written; refuse one that is taken."""
        self.slug = self.slug or slugify(self.name, allow_unicode=True)
        if not self.slug:
            raise ValidationError({"slug": _("No slug can be made of this name; write one.")})
        if Author.objects.exclude(pk=self.pk).filter(slug=self.slug).exists():
            raise ValidationError({"slug": _("Another author has this slug; write a different one.")})

    def get_absolute_url(self) -> str:
        """The profile page, without the host."""
        return reverse("author", args=[self.slug])

    def person(self, root: str) -> Person:
        """The author as a Story carries them."""
        return Person(
            name=self.name,
            url=f"{root}{self.get_absolute_url()}",
            website=self.website,
            x=self.x_handle,
            fediverse=self.fediverse_handle,
            bluesky=self.bluesky_handle,
        )

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        """The profile page."""
        return "home/author.html"

    def get_preview_context(self, request: Any, mode_name: str) -> dict[str, Any]:
        """What the profile page needs."""
        from home.views import author_context

        return author_context(self, request)


class Byline(Orderable):
    """One author of one piece, in the order they sign."""

    page = ParentalKey(Page, on_delete=models.CASCADE, related_name="bylines")
    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="bylines", verbose_name=_("author"))

    panels = [FieldPanel("author")]

    class Meta(Orderable.Meta):
        constraints = [models.UniqueConstraint(fields=["page", "author"], name="byline_once")]

    def __str__(self) -> str:
        return self.author.name
