"""The sender that everybody writes first, and that must fail here: on_commit → task(article, version) → POST.

Late acknowledgement and retries, as every guide advises. It shows that the faults are real and that the judge sees them.
"""

import json
import urllib.request
from typing import Any
from uuid import UUID

from celery import shared_task

from syndication.models import Edition, Outlet


@shared_task(  # type: ignore[call-overload]
    bind=True, acks_late=True, autoretry_for=(OSError, ValueError), retry_backoff=0.2, retry_backoff_max=3, max_retries=5
)
def send(self: Any, outlet: int, uid: str, version: int) -> None:
    """Tell one outlet of one version."""
    edition = Edition.objects.get(uid=UUID(uid), version=version)
    address = Outlet.objects.get(pk=outlet).endpoint
    story = {"uid": uid, "headline": edition.headline, "version": version}
    if "/posts/" not in address:
        kind = "article.published" if edition.public else "article.withdrawn"
        _ask("POST", address, {"type": kind, "data": {"story": story}}, f"{uid}.{outlet}.{version}")
        return
    found = _ask("GET", f"{address}?uid={uid}")
    if not edition.public:
        for post in found:
            _ask("DELETE", f"{address}/{post['id']}")
    elif found:
        _ask("PUT", f"{address}/{found[0]['id']}", story)
    else:
        _ask("POST", address, story)


def _ask(verb: str, url: str, told: Any = None, key: str = "") -> Any:
    body = json.dumps(told).encode() if told else None
    headers = {"content-type": "application/json", "webhook-id": key}
    with urllib.request.urlopen(urllib.request.Request(url, body, headers, method=verb), timeout=1) as answer:
        return json.load(answer)
