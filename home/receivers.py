"""When something that pieces are made of changes, those pieces are planned anew; and pictures are made before anybody asks."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver
from wagtail.models import Page, ReferenceIndex

from home import tasks as house
from home.formats import owe, prepare, prepare_holders
from home.models import Author, HomePage, PublicationImage, PublicationSettings, SectionPage
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
    if isinstance(instance, PublicationImage):
        on_picture_changed(instance)
    else:
        _plan_pieces_with(instance)


def on_picture_changed(image: PublicationImage) -> None:
    """Another file, focal point or fact: no page shows a size of the old file from here on."""
    image.forget_sizes_of_another_file()
    _plan_pieces_with(image)
    if prepare_holders(image) | bool(owe(_pages_with(image))):
        ring(house.make_formats)


def _plan_pieces_with(part: Any) -> None:
    if plan_each(Page.objects.live().filter(pk__in=_pages_with(part)), f"{type(part)._meta.verbose_name} changed"):
        ring(tasks.deliver_due)


def _pages_with(part: Any) -> set[str]:
    return {reference.object_id for reference in ReferenceIndex.get_references_to(part) if reference.model_name}


@receiver(post_save, sender=Edition)
def on_recorded(sender: type[Edition], instance: Edition, created: bool, **kwargs: Any) -> None:
    """A version went live: its pictures are owed their further formats."""
    if created and instance.public and not kwargs.get("raw"):
        ring(house.make_formats)


@receiver(post_save, sender=Author)
@receiver(post_save, sender=PublicationSettings)
@receiver(post_save, sender=HomePage)
@receiver(post_save, sender=SectionPage)
def on_holder_saved(sender: type[Any], instance: Any, **kwargs: Any) -> None:
    """What pages show beside pieces is made when it is chosen, not when the first reader comes."""
    if kwargs.get("raw"):
        return
    prepare(instance)
    if isinstance(instance, Author) and instance.portrait:
        ring(house.make_formats)


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
