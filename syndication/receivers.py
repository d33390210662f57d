"""Receivers: what Wagtail announces, they plan. They never send. What Wagtail does not announce, `reconcile` finds."""

from typing import Any

from django.db.models.signals import post_delete, post_save, pre_delete
from django.dispatch import receiver
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from syndication import tasks
from syndication.doorbell import ring
from syndication.models import Edition, Outlet, Subscription
from syndication.pages import syndicated_models
from syndication.planning import plan, plan_tree, plan_withdrawal
from syndication.receiving import over


@receiver(page_published)
def on_published(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    """A page went live, or only got its schedule: `plan` asks the database which."""
    if plan(instance, "published"):
        ring(tasks.deliver_due)
    if instance.live:
        over(instance)


@receiver(page_unpublished)
def on_unpublished(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    """A page went away. Of one that is being deleted Wagtail says so while it is still live here: `on_deleted` sees to that."""
    if not Page.objects.filter(pk=instance.pk, live=True).exists() and plan(instance, "unpublished"):
        ring(tasks.deliver_due)


@receiver(post_page_move)
def on_moved(sender: type[Page], instance: Page, url_path_before: str, url_path_after: str, **kwargs: Any) -> None:
    """A page moved, and all below it with it."""
    if url_path_before != url_path_after and plan_tree(instance, "moved"):
        ring(tasks.deliver_due)


@receiver(page_slug_changed)
def on_slug_changed(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    """A page got another slug: the addresses below it change silently."""
    if plan_tree(instance, "slug changed"):
        ring(tasks.deliver_due)


@receiver(pre_delete)
def on_deleted(sender: type[Any], instance: Any, **kwargs: Any) -> None:
    """A piece is being deleted: take it down everywhere while its last edition still knows it."""
    if sender not in syndicated_models():
        return
    over(instance)
    if not instance.alias_of_id and plan_withdrawal(instance.uid, "deleted"):
        ring(tasks.deliver_due)


@receiver([post_save, post_delete], sender=PageViewRestriction)
def on_privacy_changed(sender: type[Any], instance: PageViewRestriction, origin: Any = None, **kwargs: Any) -> None:
    """A page and all below it became private, or public again. A restriction that goes because its page goes frees nobody."""
    if origin is not None and getattr(origin, "model", type(origin)) is not PageViewRestriction:
        return
    page = Page.objects.filter(pk=instance.page_id).first()
    if page and plan_tree(page, "privacy changed"):
        ring(tasks.deliver_due)


@receiver(post_save, sender=Site)
def on_site_changed(sender: type[Site], instance: Site, created: bool, **kwargs: Any) -> None:
    """A site got another address: every canonical on it changed. That is too much for a request; a worker goes through them."""
    if not created:
        ring(tasks.reconcile)


@receiver(post_save, sender=Outlet)
def on_outlet_saved(sender: type[Outlet], instance: Outlet, **kwargs: Any) -> None:
    """An outlet is new, or its terms changed: what it should hold may have changed with them. That can touch every piece there
    is, so a worker goes through them.
    """
    if kwargs.get("raw") or not instance.kind:
        return
    if instance.planned_terms != instance.terms:
        ring(tasks.reconcile)
    ring(tasks.deliver_due)


@receiver(post_save, sender=Edition)
def on_recorded(sender: type[Edition], instance: Edition, created: bool, **kwargs: Any) -> None:
    """A version went live or went away, so feeds may say something new: whoever subscribed is told after the commit."""
    if created and not kwargs.get("raw") and Subscription.objects.exists():
        ring(tasks.run_hub)
