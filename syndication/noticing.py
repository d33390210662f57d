"""Noticing: tell editors once of what they should know, and stop telling when it is mended."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from syndication.models import Edition, Notice, Outlet

RIGHTS = ("syndication.syndicate", "syndication.view_republication")
BACKEND = "django.contrib.auth.backends.ModelBackend"


def notice(
    kind: str, subject: str, sentence: str, *, title: str = "", outlet: Outlet | None = None, uid: UUID | None = None
) -> bool:
    """Open a notice, unless one of this kind about this subject is open; True if it is news."""
    facts = {"sentence": sentence, "title": title[:255], "outlet": outlet, "uid": uid}
    _notice, created = Notice.objects.get_or_create(kind=kind, subject=subject, closed_at=None, defaults=facts)
    return created


def retell(kind: str, subject: str, sentence: str) -> None:
    """Say the open notice of this kind about this subject otherwise. Who was told of it is not told again."""
    Notice.objects.filter(kind=kind, subject=subject, closed_at=None).update(sentence=sentence)


def mended(subject: str, *kinds: str) -> int:
    """Close the open notices of these kinds about this subject. Returns how many."""
    return mended_all([subject], *kinds)


def mended_all(subjects: list[str], *kinds: str) -> int:
    """Close the open notices of these kinds about any of these subjects. Returns how many."""
    if not subjects:
        return 0
    return Notice.objects.filter(subject__in=subjects, kind__in=kinds, closed_at=None).update(closed_at=Now())


def tell_notices() -> None:
    """See whether anything stands still or is mended, then mail notices, and on Mondays the digest, to who wants them."""
    from syndication.digesting import mail_weekly
    from syndication.telling import mail_notices
    from syndication.watching import look_for_trouble

    look_for_trouble()
    mail_notices()
    mail_weekly()


def may_see(user: Any) -> bool:
    """Whether this person may read notices."""
    return any(user.has_perm(right) for right in RIGHTS)


def readers() -> list[Any]:
    """Everybody who may read notices and can be written to, with their profiles."""
    people = get_user_model()._default_manager
    may = [people.with_perm(right, backend=BACKEND).values("pk") for right in RIGHTS]
    allowed = people.filter(Q(pk__in=may[0]) | Q(pk__in=may[1]), is_active=True).exclude(email="")
    return list(allowed.select_related("wagtail_userprofile", "notice_preference").order_by("pk"))


def paths(notices: Iterable[Notice]) -> dict[int, str]:
    """Where each notice is mended in the admin, by its primary key: its verification, piece, outlet, or the list of notices."""
    listed = list(notices)
    uids = {one.uid for one in listed if one.uid}
    pages = dict(Edition.objects.current().filter(uid__in=uids, page__isnull=False).values_list("uid", "page")) if uids else {}
    return {one.pk: _path(one, pages.get(one.uid) if one.uid else None) for one in listed}


def _path(one: Notice, page: int | None) -> str:
    kind, _, number = one.subject.partition(":")
    if kind == "verification" and number.isdigit():
        return reverse("syndication:verification", args=[number])
    if kind == "kill":
        return reverse("syndication:kill", args=[number.partition("/")[0]])
    if kind == "responses":
        return f"{reverse('syndication:responses')}?piece={number}"
    if kind == "page" and number.isdigit():
        page = int(number)
    if page:
        return reverse("wagtailadmin_pages:edit", args=[page])
    if one.outlet_id:
        return reverse("outlets:edit", args=[one.outlet_id])
    return reverse("syndication:notices")
