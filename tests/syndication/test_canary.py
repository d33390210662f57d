"""A canary among the secrets: after an outlet that echoes all it got has taken, refused and failed pushes, it is nowhere."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from syndication import tasks
from syndication.doorbell import ring
from syndication.models import Delivery, Outlet, Republication
from tests import factories as make
from tests.fakes.partner import Partner, Visit
from tests.servers import Valkey

pytestmark = pytest.mark.django_db(transaction=True)

CANARY, OLD_CANARY = "Y2FuYXJ5LXNpbmdzLWluLXRoZS1jb2FsLW1pbmUtMDE=", "b2xkLWNhbmFyeS1zaW5ncy1pbi10aGUtbWluZS0wMDAwMg=="
WORDS = (CANARY, OLD_CANARY)


def echo(status: int) -> Any:
    """A hostile outlet: it answers with our own headers and body."""

    def answer(visit: Visit) -> None:
        headers = "\n".join(f"{name}: {value}" for name, value in visit.headers.items())
        visit.reply(status, f"You sent:\n{headers}\n".encode())

    return answer


@pytest.fixture
def partner(settings: Any) -> Iterator[Partner]:
    with Partner() as partner:
        settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.1/32"]
        settings.SYNDICATION_ALLOWED_PORTS = [partner.port]
        yield partner


def database() -> str:
    """Every row of every table, as text."""
    return "\n".join(repr(row) for model in apps.get_models() for row in model._default_manager.values_list())


def admin_pages(client: Client, page: Any, outlet: Outlet) -> Iterator[str]:
    paths = [reverse("wagtailadmin_home"), reverse("wagtailadmin_account"), reverse("wagtailadmin_pages:edit", args=[page.pk])]
    paths += [reverse("outlets:index"), reverse("outlets:edit", args=[outlet.pk]), reverse("outlets:history", args=[outlet.pk])]
    paths += [reverse("syndication:notices"), reverse("syndication:panel", args=[page.pk])]
    paths += [f"{reverse('syndication:notices')}?export={kind}" for kind in ("csv", "xlsx")]
    for path in paths:
        answer: Any = client.get(path)
        assert answer.status_code == 200, path
        yield (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode(errors="replace")


def fault(client: Client, outlet: Outlet) -> str:
    """The page that people get when a screen of ours breaks with the secret at hand."""

    def broken(*args: Any, **options: Any) -> Any:
        raise RuntimeError(f"with {outlet.secret} at hand")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("syndication.admin.notices.paths", broken)
        answer = client.get(reverse("syndication:notices"))
    assert answer.status_code == 500
    return answer.content.decode()


def test_the_canary_is_nowhere(partner: Partner, broker: Valkey, caplog: pytest.LogCaptureFixture, capfd: Any) -> None:
    caplog.set_level(logging.DEBUG)
    outlet = make.outlet("Echo", endpoint=partner.url("/hook"), secret=f"whsec_{CANARY}")
    outlet.secret = f"whsec_{OLD_CANARY}"
    sealed, outlet.secret = outlet.sealed_secret, f"whsec_{CANARY}"
    outlet.sealed_old_secret, outlet.old_secret_until = sealed, timezone.now() + timedelta(days=1)
    outlet.save()
    page = make.original("Canary")
    for status in (200, 503, 422, 401, 410):
        partner.routes["/hook"] = echo(status)
        Outlet.objects.update(state="active", not_before=None)
        Republication.objects.push_again(uid=page.uid)
        call_command("syndicate")
    outcomes = set(Delivery.objects.values_list("outcome", flat=True))
    assert outcomes == {"uncertain", "transient", "permanent", "refused", "gone"}
    ring(tasks.deliver_due)
    broker_messages = [str(value) for value in broker._client().lrange("homeward:celery", 0, -1)]
    assert broker_messages
    client = Client(raise_request_exception=False)
    client.force_login(make.editor())
    seen = {"database": database(), "logs": caplog.text + "".join(capfd.readouterr()), "messages": "".join(broker_messages)}
    seen |= {f"page {number}": html for number, html in enumerate(admin_pages(client, page, outlet))}
    page_of_ours = fault(client, outlet)
    seen["error page"] = page_of_ours
    assert {place for place, text in seen.items() for word in WORDS if word in text} == set()
