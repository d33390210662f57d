"""The states of a piece, each as the steps that lead there: through Wagtail, or behind everybody's back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from django.contrib.auth.models import Group
from django.db.models import F
from django.utils import timezone
from wagtail.models import GroupApprovalTask, Page, PageViewRestriction, Workflow, WorkflowTask

from home.models import ArticlePage
from syndication.models import Edition, Republication
from tests import factories as make
from tests.visibility.canaries import Ground, plain, plant, singing

HOUR = timedelta(hours=1)


class State(NamedTuple):
    """How a piece begins, when all is asked for the first time, and what happens to it then."""

    begin: Callable[[], Ground]
    then: Callable[[Ground], Any]
    # Nobody announces it: dates learn of it when `reconcile` comes by, within five minutes. All else knows at once.
    silent: bool = False


def draft() -> Ground:
    """Never published."""
    return plant(live=False)


def live() -> Ground:
    """Published, canaries and all."""
    return plant(live=True)


def age() -> None:
    """An hour goes by: what changed just now is told by no date yet."""
    Republication.objects.update(changed_at=F("changed_at") - HOUR)
    Edition.objects.update(recorded_at=F("recorded_at") - HOUR)


def nothing(ground: Ground) -> None:
    """All stays as it is."""


def schedule(ground: Ground) -> None:
    """To go live in an hour."""
    page = singing(ground, ground.page.get_latest_revision_as_object())
    page.go_live_at = timezone.now() + HOUR
    page.save_revision().publish()


def submit(ground: Ground) -> None:
    """The canaries' version waits for a moderator."""
    page = singing(ground, ground.page.get_latest_revision_as_object())
    page.save_revision()
    task = GroupApprovalTask.objects.create(name="Approval")
    task.groups.add(Group.objects.get_or_create(name="Moderators")[0])
    workflow = Workflow.objects.create(name="The desk's")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    workflow.start(page, make.editor())


def save_draft(ground: Ground) -> None:
    """The canaries' version is saved and no more."""
    singing(ground, ground.page.get_latest_revision_as_object()).save_revision()


def unpublish(ground: Ground) -> None:
    """An editor takes it offline."""
    ground.page.unpublish()


def delete(ground: Ground) -> None:
    """An editor deletes it."""
    ArticlePage.objects.get(pk=ground.page.pk).delete()


def expire(ground: Ground) -> None:
    """Its last hour is over, and no sweep came by yet."""
    over = timezone.now() - timedelta(seconds=1)
    ArticlePage.objects.filter(pk=ground.page.pk).update(expire_at=over)
    Edition.objects.filter(uid=ground.page.uid).update(expires_at=over)


def restrict(kind: str, *, above: bool = False) -> Callable[[Ground], None]:
    """An editor makes it, or its section, private."""

    def then(ground: Ground) -> None:
        page = ground.page.get_parent() if above else ground.page
        row = PageViewRestriction.objects.create(page=Page.objects.get(pk=page.pk), restriction_type=kind, password="lamp")
        if kind == PageViewRestriction.GROUPS:
            row.groups.add(Group.objects.create(name="Readers"))

    return then


def restrict_silently(*, above: bool = False) -> Callable[[Ground], None]:
    """The same, written into the database without a signal."""

    def then(ground: Ground) -> None:
        page = ground.page.get_parent() if above else ground.page
        PageViewRestriction.objects.bulk_create([PageViewRestriction(page_id=page.pk, restriction_type="login")])

    return then


def set_silently(**facts: Any) -> Callable[[Ground], None]:
    """A column of the page is changed without a signal."""

    def then(ground: Ground) -> None:
        Page.objects.filter(pk=ground.page.pk).update(
            **{name: fact() if callable(fact) else fact for name, fact in facts.items()}
        )

    return then


def long_ago() -> Any:
    """A moment that is over."""
    return timezone.now() - HOUR


STATES = {
    "draft": State(draft, nothing),
    "scheduled": State(draft, schedule),
    "live with a scheduled update": State(plain, schedule),
    "live with a draft": State(plain, save_draft),
    "expired, not yet swept": State(live, expire),
    "unpublished": State(live, unpublish),
    "private, for who logs in": State(live, restrict("login")),
    "private, for a group": State(live, restrict("groups")),
    "private, for who knows a word": State(live, restrict("password")),
    "under a private section": State(live, restrict("login", above=True)),
    "deleted": State(live, delete),
    "in moderation": State(draft, submit),
    "live, the next version in moderation": State(plain, submit),
    "private without a signal": State(live, restrict_silently(), silent=True),
    "under a section private without a signal": State(live, restrict_silently(above=True), silent=True),
    "taken offline without a signal": State(live, set_silently(live=False), silent=True),
    "expired without a signal": State(live, set_silently(expire_at=long_ago), silent=True),
}
