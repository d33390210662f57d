"""SyndicatedPageMixin: what a page must offer to be carried abroad."""

from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from syndication.conversation import Conversation
from syndication.models.edition import Edition
from syndication.models.kill import killed
from syndication.story import Story


class Killed(PermissionDenied):
    """The piece was killed: it goes live again only after somebody has lifted that."""


class SyndicatedPageMixin(models.Model):
    """A page that is a piece: it has a uid of its own for life, and can tell its Story without a request.

    A copied page is another piece and gets another uid; an alias tells its source's story.
    """

    uid = models.UUIDField(default=uuid4, unique=True, editable=False)

    exclude_fields_in_copy = ["uid"]

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new alias comes with all its source's fields: it gets a uid of its own."""
        if self._state.adding and self.alias_of_id:  # type: ignore[attr-defined]
            self.uid = uuid4()
        super().save(*args, **kwargs)

    def with_content_json(self, content: dict[str, Any]) -> Any:
        """Neither a revision nor the source of an alias says which piece the page is."""
        page = super().with_content_json(content)  # type: ignore[misc]
        page.uid = self.uid
        return page

    def publish(self, revision: Any, *args: Any, **kwargs: Any) -> Any:
        """As Wagtail does. Raises Killed for a killed piece, whoever asks: an editor, a schedule, a workflow or a sender."""
        if killed(self.uid):
            raise Killed(_("This piece was killed. Lift the kill first, with a reason; then publish it."))
        return super().publish(revision, *args, **kwargs)  # type: ignore[misc]

    def build_story(self) -> Story:
        """The piece as it stands in memory: rendered, absolute, sanitised. For publish and preview: it costs."""
        raise NotImplementedError

    def labels(self) -> list[str]:
        """What the piece is in the words of outlets' rules (`syndication.rules.label`), the same after a renaming."""
        raise NotImplementedError

    @classmethod
    def label_names(cls) -> dict[str, list[tuple[str, str]]]:
        """Each facet of `syndication.rules.FACETS` with all labels there are and their names, for who writes rules."""
        raise NotImplementedError

    def take_new_address(self, old: str, new: str, *, user: Any) -> bool | None:
        """Point at `new` abroad instead of `old`. True if that is published, False if it waits in the draft, None if neither."""
        return None

    def conversation(self) -> Conversation:
        """Which responses the piece takes at this moment, and which wait for a moderator."""
        raise NotImplementedError

    @property
    def section_id(self) -> int | None:
        """The pk of the page under which lists show the piece."""
        raise NotImplementedError

    @cached_property
    def edition(self) -> Edition | None:
        """The current Edition, or None before the first was recorded."""
        return Edition.objects.current().filter(uid=self.uid).first()

    @cached_property
    def story(self) -> Story:
        """What readers get: the recorded story, an alias its source's; only a page nobody recorded yet is built on the fly."""
        if source := self.alias_of:  # type: ignore[attr-defined]
            return source.specific.story
        return self.edition.story if self.edition else self.build_story()


def syndicated_models() -> list[type[Page]]:
    """Every page type that can be carried."""
    return [model for model in apps.get_models() if issubclass(model, SyndicatedPageMixin) and issubclass(model, Page)]


def as_if_published(page: Any) -> Edition:
    """What would be recorded if the latest draft went live now: an unsaved edition, for preflight and previews. It costs."""
    draft = page.get_latest_revision_as_object()
    story = draft.build_story()
    edition = Edition(
        uid=page.uid,
        public=True,
        kind=story.kind,
        headline=story.headline[:255],
        url=story.url,
        first_published_at=max(story.first_published, draft.go_live_at or story.first_published),
        modified_at=story.modified,
        expires_at=draft.expire_at,
        labels=draft.labels(),
        digest=story.digest(),
    )
    # As the fields of a recorded edition would tell it.
    edition.story = story
    return edition


def is_public(page: Page, now: datetime | None = None) -> bool:
    """Whether any reader may see the page now: live, not expired, behind no restriction, not killed."""
    now = now or timezone.now()
    expired = page.expire_at is not None and page.expire_at <= now
    return page.live and not expired and not page.get_view_restrictions() and not killed(getattr(page, "uid", None))
