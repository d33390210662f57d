"""What originals and stubs share: headline, byline, picture, topics, and how a Story is told of them."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.db import models
from django.forms.formsets import DELETION_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from wagtail.admin.forms import WagtailAdminModelForm, WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.models import Page, PageViewRestriction
from wagtail.search import index

from home import languages, licences
from home.models.base import HeadMixin
from home.models.corrections import as_today, corrections_panel, recommended
from home.models.people import Author
from home.models.topics import TaggedPiece, Topic
from home.pictures import picture, share_picture
from home.rendering import plain, portable, shorten, word_count
from syndication.conversation import Conversation
from syndication.models import Edition
from syndication.pages import SyndicatedPageMixin
from syndication.panels import SyndicationPanel
from syndication.renderers import head
from syndication.renderers.head import Head
from syndication.responses.thread import thread
from syndication.rules import FACETS, label
from syndication.story import Canonical, Correction, Named, Person, Story, byline

UNSIGNED = _("Choose who signs: a piece goes live with at least one author.")


class BylineForm(WagtailAdminModelForm):
    """One row of the authors. In a draft the empty row that a form offers for the first is nobody yet."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["author"].error_messages["required"] = UNSIGNED

    def defer_required_fields(self) -> None:
        """Wagtail defers no field that the database wants filled; this one may wait, for the row is left out instead."""
        super().defer_required_fields()
        self.fields["author"].required = False

    def restore_required_fields(self) -> None:
        """The author is asked for again."""
        super().restore_required_fields()
        self.fields["author"].required = True

    def clean(self) -> dict[str, Any]:
        """Leave the row out of a draft where it names nobody."""
        data: dict[str, Any] = super().clean()
        if self.is_deferred_validation and "author" not in self.errors and not data.get("author"):
            data[DELETION_FIELD_NAME] = True
        return data


class BylinesPanel(InlinePanel):
    """The authors of a piece, in rows of BylineForm."""

    def get_form_options(self) -> dict[str, Any]:
        """As an InlinePanel's, with our form for the rows."""
        options: dict[str, Any] = super().get_form_options()
        options["formsets"][self.relation_name]["form"] = BylineForm
        return options


class PieceForm(WagtailAdminPageForm):
    """The form of a piece: it asks who signs."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if "bylines" in self.formsets:
            self.formsets["bylines"].error_messages["too_few_forms"] = UNSIGNED


class PiecePage(SyndicatedPageMixin, HeadMixin, Page):
    """A piece under a section. Readers get its current Edition; a preview tells the Story on the fly."""

    standfirst = models.TextField(
        _("standfirst"), max_length=400, blank=True, help_text=_("One or two sentences under the headline that make one read on.")
    )
    topics = ClusterTaggableManager(
        through=TaggedPiece, blank=True, verbose_name=_("topics"), help_text=_("What it is about, across sections.")
    )
    lead_image = models.ForeignKey(
        "home.PublicationImage", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("lead image")
    )
    lead_caption = models.CharField(
        _("caption"), max_length=400, blank=True, help_text=_("Empty: the caption kept with the image.")
    )
    lead_alt = models.CharField(
        _("alternative text"),
        max_length=400,
        blank=True,
        help_text=_("What the picture shows, for who cannot see it. Empty: the description kept with the image."),
    )
    language = models.CharField(_("language"), max_length=12, choices=languages.choices, default=languages.default)
    licence = models.CharField(
        _("licence"), max_length=30, blank=True, choices=licences.choices, help_text=_("Empty: the licence of the publication.")
    )

    responses = models.CharField(
        _("responses"),
        max_length=6,
        blank=True,
        choices=[("open", _("readers may comment")), ("closed", _("no comments, no mentions"))],
        help_text=_("Empty: as the settings of the publication say."),
    )

    class Meta:
        abstract = True

    base_form_class = PieceForm
    parent_page_types = ["home.SectionPage"]
    subpage_types: list[str] = []
    exclude_fields_in_copy = SyndicatedPageMixin.exclude_fields_in_copy

    head_panels = [
        FieldPanel("title", heading=_("Headline")),
        FieldPanel("standfirst"),
        BylinesPanel("bylines", heading=_("Authors"), label=_("Author"), min_num=1, help_text=_("In the order they sign.")),
        MultiFieldPanel(
            [FieldPanel("lead_image"), FieldPanel("lead_caption"), FieldPanel("lead_alt")],
            heading=_("Lead image"),
            help_text=_("Credit and licence are kept with the image itself."),
        ),
    ]
    tail_panels = [
        FieldPanel("topics"),
        corrections_panel(),
    ]
    rights_panels = [FieldPanel("language"), FieldPanel("licence"), FieldPanel("responses")]

    search_fields = [
        *Page.search_fields,
        index.SearchField("standfirst"),
        index.FilterField("language"),
        index.RelatedFields("bylines", [index.RelatedFields("author", [index.SearchField("name")])]),
    ]

    # --- The story ------------------------------------------------------------------------------------------------------

    @property
    def section_id(self) -> int | None:
        """The section the piece stands in: its parent."""
        parent = self.get_parent()
        return parent.pk if parent else None

    def labels(self) -> list[str]:
        """Section, topics, authors, language and licence, by their keys."""
        licence = self.licence or self.publication.default_licence
        return sorted(
            [
                label("section", self.section_id),
                *(label("topic", topic.pk) for topic in self.topics.all()),
                *(label("author", line.author_id) for line in self.bylines.all() if line.author_id),
                label("language", self.language),
                label("licence", licence),
            ]
        )

    @classmethod
    def label_names(cls) -> dict[str, list[tuple[str, str]]]:
        """All that a rule can choose by."""
        from home.models.home import SectionPage

        sections = SectionPage.objects.live().order_by("title").values_list("pk", "title")
        authors = Author.objects.order_by("name").values_list("pk", "name")
        named: dict[str, Iterable[tuple[Any, Any]]] = {
            "section": sections,
            "topic": Topic.objects.order_by("name").values_list("pk", "name"),
            "author": authors,
            "language": languages.choices(),
            "licence": licences.choices(),
        }
        return {facet: [(label(facet, key), str(name)) for key, name in named[facet]] for facet in FACETS}

    def canonical(self) -> Canonical:
        """The canonical URL and the policy that chose it."""
        raise NotImplementedError

    def told(self) -> dict[str, Any]:
        """The facts of the Story that only this page type knows: kind, texts and dates."""
        raise NotImplementedError

    def build_story(self) -> Story:
        """The piece as it stands in memory, rendered and absolute."""
        told = self.told()
        people = self.people()
        day = told.pop("day")
        text = plain(told.get("body_html") or told.get("excerpt_html") or "")
        return Story(
            uid=self.uid,
            url=str(self.full_url),
            canonical=self.canonical(),
            headline=self.title,
            title=self.seo_title,
            standfirst=self.standfirst,
            description=self.search_description or self.standfirst or shorten(text),
            language=self.language,
            direction=languages.direction(self.language),
            authors=people,
            byline=byline(people, date_format(day, "j F Y")),
            modified=self.last_published_at or timezone.now(),
            word_count=word_count(told.get("body_html") or told.get("excerpt_html") or ""),
            lead_image=picture(self.lead_image, self.root, alt=self.lead_alt or None, caption=self.lead_caption)
            if self.lead_image
            else None,
            share_image=share_picture(self.search_image or self.lead_image, self.publication.default_share_image, self.root),
            section=self._section(),
            topics=tuple(Named(name=topic.name) for topic in self.topics.all()),
            licence=licences.LICENCES.get(self.licence) or self.publication.licence,
            corrections=self.told_corrections(told["outlet"].name if "outlet" in told else ""),
            publisher=self.publisher,
            **told,
        )

    def told_corrections(self, outlet: str = "") -> tuple[Correction, ...]:
        """What was corrected, oldest first; `outlet` names whose page a stub points at."""
        rows = sorted(self.corrections.all(), key=lambda one: one.made_at)
        return tuple(one.told(outlet) for one in rows)

    @classmethod
    def from_serializable_data(cls, data: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """As Wagtail's; corrections in revisions of an older release have a day where there is a moment now."""
        rows = [as_today(row) for row in data.get("corrections", [])]
        return super().from_serializable_data({**data, "corrections": rows}, *args, **kwargs)

    def conversation(self) -> Conversation:
        """Which responses it takes, as the publication and the page say. A stub's days count from its own first here."""
        return self.publication.conversation(self.responses, self.first_published_at)

    def people(self) -> tuple[Person, ...]:
        """Who signs, in order."""
        lines = self.bylines.all()
        return tuple(line.author.person(self.root) for line in lines if line.author_id)

    def portable(self, html: str) -> str:
        """HTML of this page, ready to leave the house."""
        return portable(html, f"{self.root}/")

    def _section(self) -> Named | None:
        parent = self.get_parent()
        return Named(name=parent.title, url=str(parent.full_url)) if parent else None

    # --- Serving --------------------------------------------------------------------------------------------------------

    previewed = False

    def linked(self, response: HttpResponse) -> HttpResponse:
        """Adds where other sites may say that they mention the piece."""
        response = super().linked(response)
        response["Link"] += f', <{self.root}{reverse("webmention")}>; rel="webmention"'
        response["X-Pingback"] = f"{self.root}{reverse('pingback')}"
        return response

    @cached_property
    def head(self) -> Head:
        """The head, from the story that is shown. Only one of our own has terms that the publication decides."""
        return head.of_story(self.story, self.publication.policy if self.story.kind == "original" else None)

    @cached_property
    def publisher(self) -> Any:
        """Who publishes. A recorded story knows; asking it saves a reader's request two queries."""
        recorded = self.__dict__.get("story")
        return recorded.publisher if recorded else self.publication.publisher()

    def serve_preview(self, request: HttpRequest, mode_name: str) -> Any:
        """The piece as it is being written, not as it was published."""
        self.story, self.previewed = self.build_story(), True
        return super().serve_preview(request, mode_name)

    def get_view_restrictions(self) -> Any:
        """As Wagtail's; where nothing at all is private, a reader need not wait for the ancestors to be looked up."""
        return super().get_view_restrictions() if PageViewRestriction.objects.exists() else PageViewRestriction.objects.none()

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the story and a few others to read next."""
        story = self.story
        context = super().get_context(request, *args, **kwargs)
        others = recommended(Edition.objects.visible()).exclude(uid=self.uid)
        responses = thread(story, self.conversation()) if not self.previewed else None
        more = [edition.card for edition in others.cards()[:3]]
        return {**context, "story": story, "more": more, "responses": responses}

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        """None: the sitemap reads Editions."""
        return []


def editing(content: list[Any], promote: list[Any], rights: list[Any]) -> TabbedInterface:
    """An editor's form in the order one writes, with the pushes a tab away."""
    return TabbedInterface(
        [
            ObjectList(content, heading=_("Content")),
            ObjectList(promote, heading=_("Promote")),
            ObjectList([*rights, *Page.settings_panels], heading=_("Settings")),
            ObjectList([SyndicationPanel()], heading=_("Syndication")),
        ]
    )
