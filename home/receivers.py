"""When something that pieces are made of changes, those pieces are planned anew."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver
from wagtail.models import Page, ReferenceIndex

from home.models import Author, PublicationImage
from syndication import tasks
from syndication.doorbell import ring
from syndication.planning import plan


@receiver(post_save, sender=Author)
@receiver(post_save, sender=PublicationImage)
def on_part_saved(sender: type[Any], instance: Any, created: bool, **kwargs: Any) -> None:
    """An author got another handle, an image another credit: every live piece that shows it tells another story now."""
    if created or kwargs.get("raw"):
        return
    ids = {reference.object_id for reference in ReferenceIndex.get_references_to(instance) if reference.model_name}
    changed = [plan(page, f"{sender._meta.verbose_name} changed") for page in Page.objects.live().filter(pk__in=ids)]
    if any(changed):
        ring(tasks.deliver_due)
