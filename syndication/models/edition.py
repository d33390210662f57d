"""Edition: one published version of a piece, recorded when it went live. Readers, feeds and pushes read the current one."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Self
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from wagtail.models import Page

from syndication.models.privacy import restricted
from syndication.story import Story


class EditionQuerySet(models.QuerySet["Edition"]):
    """Editions, most often the current ones."""

    def current(self) -> Self:
        """The newest edition of each piece."""
        return self.filter(current=True)

    def visible(self) -> Self:
        """What any reader may see now. Who may read, and until when, belongs to the request: the page itself is asked, too, so
        that what expired, went offline or became private behind our back is gone before a sweep says so.
        """
        lasting = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        return self.current().filter(lasting, public=True).exclude(Exists(_closed()))

    def cards(self) -> Self:
        """Newest first and without bodies, for lists."""
        return self.defer("body_html").order_by("-first_published_at", "-pk")


class Edition(models.Model):
    """A Story with its version. Append-only but for `current`, `labels`, `fingerprint` and `formats`; it outlives the page."""

    uid = models.UUIDField()
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    current = models.BooleanField(default=True)
    public = models.BooleanField()
    reason = models.CharField(max_length=40)
    recorded_at = models.DateTimeField(auto_now_add=True)
    page = models.ForeignKey(Page, null=True, on_delete=models.SET_NULL, related_name="editions")

    facts = models.JSONField(encoder=DjangoJSONEncoder)
    body_html = models.TextField(blank=True)

    # Copies of facts, for finding and sorting.
    kind = models.CharField(max_length=10)
    headline = models.CharField(max_length=255)
    url = models.URLField(max_length=2000)
    listed = models.BooleanField()
    section_id = models.BigIntegerField(null=True)
    first_published_at = models.DateTimeField()
    modified_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    # What outlets' rules choose by: `section:12`, `topic:5`, `language:ar` (syndication/rules.py).
    labels = models.JSONField(default=list)
    # What `reconcile` compares with the page to find changes nobody announced.
    fingerprint = models.CharField(max_length=64, blank=True)
    # What a worker makes of its pictures afterwards, for our own pages only: by the address that the story tells, the fields of
    # `Picture` that are in no digest.
    formats = models.JSONField(default=dict)
    formats_due = models.BooleanField(default=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["uid", "version"], name="edition_version_once"),
            models.UniqueConstraint(fields=["uid"], condition=Q(current=True), name="edition_current_once"),
        ]
        indexes = [
            models.Index(fields=["-first_published_at", "-id"], condition=Q(current=True, public=True), name="edition_newest"),
            models.Index(
                fields=["section_id", "-first_published_at"], condition=Q(current=True, public=True), name="edition_section"
            ),
            models.Index(fields=["page"], condition=Q(current=True), name="edition_page_current"),
            models.Index(fields=["url"], name="edition_url"),
            models.Index(
                fields=["expires_at"], condition=Q(current=True, expires_at__isnull=False), name="edition_current_expires"
            ),
            models.Index(fields=["-first_published_at"], condition=Q(current=True, formats_due=True), name="edition_formats_due"),
        ]

    def __str__(self) -> str:
        return f"{self.headline} (version {self.version})"

    @cached_property
    def story(self) -> Story:
        """The Story as published, whole."""
        return Story.model_validate({**self._shown(), "body_html": self.body_html})

    @cached_property
    def card(self) -> Story:
        """The Story without its body: all that a list shows."""
        return Story.model_validate(self._shown())

    def _shown(self) -> dict[str, Any]:
        """The facts, with how our pages may show the pictures."""
        lead = self.facts.get("lead_image")
        dressed = {**lead, **self.formats.get(lead["url"], {})} if lead else None
        return {**self.facts, "lead_image": dressed, "formats": self.formats}


def _closed() -> models.QuerySet[Page]:
    """The page of an edition, where readers may not see it: what `is_public` says, for a subquery."""
    closed = Q(live=False) | Q(expire_at__lte=timezone.now()) | restricted()
    return Page.objects.order_by().filter(closed, pk=OuterRef("page_id"))


def current_edition(uid: UUID) -> Edition | None:
    """The newest edition of a piece, public or not."""
    return Edition.objects.current().filter(uid=uid).first()


def record(
    story: Story,
    *,
    public: bool,
    page: Page | None,
    reason: str,
    section_id: int | None = None,
    expires_at: Any = None,
    labels: Sequence[str] = (),
    fingerprint: str = "",
) -> Edition:
    """The current edition of the piece: a new one if a fact, its visibility or its expiry changed, else the one there is."""
    digest = story.digest()
    with transaction.atomic():
        last = Edition.objects.current().select_for_update(no_key=True).filter(uid=story.uid).first()
        if last and (last.digest, last.public, last.expires_at) == (digest, public, expires_at):
            if (last.fingerprint, last.page_id, last.labels) != (fingerprint, page and page.pk, list(labels)):
                last.fingerprint, last.page, last.labels = fingerprint, page, list(labels)
                last.save(update_fields=["fingerprint", "page", "labels"])
            return last
        if last:
            Edition.objects.filter(pk=last.pk).update(current=False)
        version = last.version + 1 if last else 1
        facts = story.model_copy(update={"version": version, "body_html": ""}).facts()
        return Edition.objects.create(
            uid=story.uid,
            version=version,
            digest=digest,
            public=public,
            reason=reason,
            page=page,
            facts=facts,
            body_html=story.body_html,
            kind=story.kind,
            headline=story.headline[:255],
            url=story.url,
            listed=story.listed,
            section_id=section_id,
            first_published_at=story.first_published,
            modified_at=story.modified,
            expires_at=expires_at,
            labels=list(labels),
            fingerprint=fingerprint,
            formats=last.formats if last else {},
        )
