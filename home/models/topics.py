"""Topics: what pieces are about, across sections."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from taggit.models import ItemBase, TagBase
from wagtail.models import Page


class Topic(TagBase):
    """A subject. Editors write it like a tag; the ones there are offered as they type."""

    free_tagging = True

    class Meta:
        ordering = ["name"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")


class TaggedPiece(ItemBase):
    """One topic of one piece."""

    tag = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="tagged_pieces")
    content_object = ParentalKey(Page, on_delete=models.CASCADE, related_name="tagged_pieces")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tag", "content_object"], name="topic_once")]
