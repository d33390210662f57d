"""Metrics for Prometheus, read from the database at each scrape, in as many queries whatever the number of pieces."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.utils.crypto import constant_time_compare

from syndication.models import Delivery, Notice, Outlet, Republication, Verification
from syndication.pulse import beat_age, oldest_due

# A proxy adds one of these: then the address we see is the proxy's, and says nothing of who asks.
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


def metrics(request: HttpRequest) -> HttpResponse:
    """The engine in Prometheus' words; 404 unless SYNDICATION_METRICS says yes, 403 for who may not."""
    if not settings.SYNDICATION_METRICS:
        raise Http404
    if not _may_scrape(request):
        return HttpResponse("Scrape from a private address, or with the bearer token.\n", "text/plain", status=403)
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

    registry = CollectorRegistry()
    registry.register(Engine())
    answer = HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    add_never_cache_headers(answer)
    return answer


def _may_scrape(request: HttpRequest) -> bool:
    """Whoever knows the token; where there is none, who asks directly from a private address."""
    if token := settings.SYNDICATION_METRICS_TOKEN:
        return constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}")
    try:
        near = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return (near.is_loopback or near.is_private) and not any(request.META.get(name) for name in FORWARDED)


class Engine:
    """Collects the numbers of one scrape."""

    def describe(self) -> list[Any]:
        """Nothing in advance: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[Any]:
        """Each family with its samples."""
        yield _gauge("oldest_due_seconds", "How long the oldest row that could go out has waited", [([], oldest_due() or 0.0)])
        age = beat_age()
        yield _gauge(
            "beat_age_seconds", "Seconds since beat was heard; NaN if never", [([], float("nan") if age is None else age)]
        )
        yield from _outlets()
        yield from _rows()
        recent = Delivery.objects.filter(started_at__gte=Now() - timedelta(hours=1)).values_list("outlet__name", "outcome")
        ended = [([name, outcome or "open"], count) for name, outcome, count in recent.annotate(count=Count("pk")).order_by()]
        yield _gauge("deliveries_last_hour", "Deliveries begun in the last hour", ended, ["outlet", "outcome"])
        verdicts = Verification.objects.values_list("verdict").annotate(count=Count("pk")).order_by()
        seen = [([verdict or "none"], count) for verdict, count in verdicts]
        yield _gauge("verdicts", "Pages abroad by their newest verdict", seen, ["verdict"])
        kinds = Notice.objects.filter(closed_at=None).values_list("kind").annotate(count=Count("pk")).order_by()
        yield _gauge("open_notices", "Notices that are not mended", [([kind], count) for kind, count in kinds], ["kind"])


def _outlets() -> Iterator[Any]:
    closed = Q(not_before__gt=Now())
    facts = list(
        Outlet.objects.exclude(kind="")
        .annotate(closed=Count("pk", filter=closed))
        .values_list("name", "state", "failures", "closed")
    )
    states = [([name, str(state)], float(state == own)) for name, own, _failures, _closed in facts for state in Outlet.State]
    yield _gauge("outlet_state", "1 for the state the outlet is in", states, ["outlet", "state"])
    failures = [([name], count) for name, _own, count, _closed in facts]
    yield _gauge("outlet_failures", "Failures in a row", failures, ["outlet"])
    waits = [([name], closed) for name, _own, _failures, closed in facts]
    yield _gauge("outlet_put_off", "1 while the outlet is left alone for a time", waits, ["outlet"])


def _rows() -> Iterator[Any]:
    counted = (
        Republication.objects.values_list("outlet__name")
        .annotate(due=Count("pk", filter=Q(due_at__lte=Now())), failed=Count("pk", filter=Q(state=Republication.State.FAILED)))
        .order_by()
    )
    facts = list(counted)
    yield _gauge("due", "Republications that are due", [([name], due) for name, due, _failed in facts], ["outlet"])
    yield _gauge("failed", "Dead letters", [([name], failed) for name, _due, failed in facts], ["outlet"])


def _gauge(name: str, text: str, samples: Sequence[tuple[list[str], float]], labels: list[str] | None = None) -> Any:
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(f"syndication_{name}", text, labels=labels or [])
    for own, value in samples:
        family.add_metric(own, value)
    return family
