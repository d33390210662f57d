"""When something that pieces are made of changes, those pieces are planned anew."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver
from wagtail.models import Page, ReferenceIndex

from home.models import Author, PublicationImage, PublicationSettings
from home.searching.indexing import index
from syndication import tasks
from syndication.doorbell import ring
from syndication.models import Edition, Outlet
from syndication.planning import plan_each


@receiver(post_save, sender=Author)
@receiver(post_save, sender=PublicationImage)
@receiver(post_save, sender=Outlet)
def on_part_saved(sender: type[Any], instance: Any, created: bool, **kwargs: Any) -> None:
    """An author got another handle, an image another credit, an outlet another name or policy for stubs: every live piece
    that shows it tells another story now.
    """
    if created or kwargs.get("raw"):
        return
    ids = {reference.object_id for reference in ReferenceIndex.get_references_to(instance) if reference.model_name}
    if plan_each(Page.objects.live().filter(pk__in=ids), f"{sender._meta.verbose_name} changed"):
        ring(tasks.deliver_due)


@receiver(post_save, sender=PublicationSettings)
def on_settings_saved(sender: type[Any], instance: PublicationSettings, created: bool, **kwargs: Any) -> None:
    """The publication got another name, or stubs another home: that touches every piece, so a worker goes through them."""
    if not created and not kwargs.get("raw"):
        ring(tasks.plan_everything)


@receiver(post_save, sender=Edition)
def on_edition_recorded(sender: type[Any], instance: Edition, created: bool, **kwargs: Any) -> None:
    """Search looks through what readers may read now."""
    if created and not kwargs.get("raw"):
        index(instance)
