"""Noticing: tell editors once of what they should know, and stop telling when it is mended."""

from uuid import UUID

from django.db.models.functions import Now

from syndication.models import Notice, Outlet


def notice(
    kind: str, subject: str, sentence: str, *, title: str = "", outlet: Outlet | None = None, uid: UUID | None = None
) -> bool:
    """Open a notice, unless one of this kind about this subject is open; True if it is news."""
    facts = {"sentence": sentence, "title": title[:255], "outlet": outlet, "uid": uid}
    _notice, created = Notice.objects.get_or_create(kind=kind, subject=subject, closed_at=None, defaults=facts)
    return created


def mended(subject: str, *kinds: str) -> int:
    """Close the open notices of these kinds about this subject. Returns how many."""
    return Notice.objects.filter(subject=subject, kind__in=kinds, closed_at=None).update(closed_at=Now())


def mended_all(subjects: list[str], *kinds: str) -> int:
    """Close the open notices of these kinds about any of these subjects. Returns how many."""
    if not subjects:
        return 0
    return Notice.objects.filter(subject__in=subjects, kind__in=kinds, closed_at=None).update(closed_at=Now())


def tell_notices() -> None:
    """Mail notices to who wants them."""
