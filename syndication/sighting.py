"""Sighting: pages abroad that seem to carry a piece of ours and that nobody reported. An editor looks at them."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from syndication.http import check_url
from syndication.models import Outlet, Republication, Sighting
from syndication.readers import Place

# So many pages of one piece wait for an editor at most: who forges them gains no more than that.
MOST_WAITING = 50


def sight(
    uid: UUID, place: Place, source: str = "counter", *, url: str = "", evidence: Sequence[dict[str, str]] = ()
) -> Sighting | None:
    """Write a page down once, or that it was seen again. None where no copy can stand, or where we know that one does.

    `url` is the whole address where it is known to need its query; `evidence` what on the page names the piece.
    """
    url = url or place.url
    known = Sighting.objects.filter(uid=uid, url=url)
    if known.update(last_at=timezone.now()):
        return None
    if not (_visitable(place) and _is_news(uid, place)):
        return None
    seen, _created = Sighting.objects.get_or_create(
        uid=uid,
        url=url,
        defaults={"source": source, "host": place.host, "path": place.path, "evidence": list(evidence)},
    )
    return seen


def waiting() -> QuerySet[Sighting]:
    """What nobody said anything of, and no outlet reported since."""
    reported = Republication.objects.filter(uid=OuterRef("uid"), receipt_url=OuterRef("url"))
    return Sighting.objects.filter(~Exists(reported), state=Sighting.State.NEW)


def is_ours(place: Place) -> bool:
    """Whether the page is one of this site."""
    return place.host == Place.of(settings.SITE_URL).host


def proposal(seen: Sighting, outlets: Iterable[Outlet]) -> Outlet | None:
    """The outlet on whose host the page stands, if we know it."""
    return next((outlet for outlet in outlets if outlet.runs(seen.url)), None)


def dismiss(seen: Sighting) -> bool:
    """An editor says it is no copy, or none to care about. False where somebody decided before."""
    return bool(waiting().filter(pk=seen.pk).update(state=Sighting.State.DISMISSED))


def block(seen: Sighting) -> int:
    """No page of this host is shown again. Returns how many waited."""
    host = seen.host or Place.of(seen.url).host
    Sighting.objects.filter(pk=seen.pk).update(state=Sighting.State.BLOCKED, host=host)
    return waiting().filter(host=host).update(state=Sighting.State.BLOCKED)


def _visitable(place: Place) -> bool:
    """Whether a copy could stand there that we would go and look at."""
    if is_ours(place) or not place.may_be_a_copy:
        return False
    try:
        check_url(place.url)
    except ValueError:
        return False
    return True


def _is_news(uid: UUID, place: Place) -> bool:
    of_piece = Sighting.objects.filter(uid=uid)
    if Sighting.objects.filter(host=place.host, state=Sighting.State.BLOCKED).exists():
        return False
    if waiting().filter(uid=uid).count() >= MOST_WAITING:
        return False
    copies = Republication.objects.filter(uid=uid).exclude(receipt_url="").values_list("receipt_url", flat=True)
    if place.bare and (of_piece.filter(host=place.host).exists() or any(place.same_site(url) for url in copies)):
        # A browser that tells the host only: we know more already.
        return False
    return not any(place.same_page(url) for url in copies)
