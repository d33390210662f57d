"""A canary among the secrets: after an outlet that echoes all it got has taken, refused and failed pushes, it is nowhere."""

import io
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from syndication import syndicating, tasks
from syndication.doorbell import ring
from syndication.errands import run_errands
from syndication.models import Delivery, Errand, Notice, Outlet, Republication
from syndication.noticing import tell_notices
from tests import factories as make
from tests.fakes.partner import Partner, Visit
from tests.servers import Valkey
from tests.syndication.test_outlet import errors, form

pytestmark = pytest.mark.django_db(transaction=True)

CANARY, OLD_CANARY = "Y2FuYXJ5LXNpbmdzLWluLXRoZS1jb2FsLW1pbmUtMDE=", "b2xkLWNhbmFyeS1zaW5ncy1pbi10aGUtbWluZS0wMDAwMg=="
# In the address of an outlet, where the form allows it and where only a row behind its back can have it.
TOKEN, PASSWORD = "canary-in-the-query-string-003", "canary-in-the-userinfo-0004"
WORDS = (CANARY, OLD_CANARY, TOKEN, PASSWORD)
STATUSES = (200, 503, 422, 401, 410)


def echo(status: int) -> Any:
    """A hostile outlet: it answers with our own headers and body."""

    def answer(visit: Visit) -> None:
        headers = "\n".join(f"{name}: {value}" for name, value in visit.headers.items())
        visit.reply(status, f"You sent:\nPOST {visit.path}\n{headers}\n".encode(), Location=f"http://127.0.0.1{visit.path}")

    return answer


@pytest.fixture
def partner(settings: Any) -> Iterator[Partner]:
    with Partner() as partner:
        settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.1/32"]
        settings.SYNDICATION_ALLOWED_PORTS = [partner.port]
        yield partner


def database() -> str:
    """Every row of every table, as text; but for the addresses of outlets, where an editor who typed a token must find it."""
    outlets = [field.name for field in Outlet._meta.fields if field.name != "endpoint"]
    return "\n".join(
        repr(row)
        for model in apps.get_models(include_auto_created=True)
        for row in model._default_manager.values_list(*(outlets if model is Outlet else []))
    )


def admin_pages(client: Client, page: Any, outlet: Outlet) -> Iterator[tuple[str, str]]:
    """Every screen that tells of outlets, with its exports; not the outlet's own form, which shows its address."""
    named = ["syndication:overview", "syndication:republications", "syndication:deliveries", "syndication:dead_letters"]
    lists = [reverse(name) for name in (*named, "syndication:notices")]
    paths = [reverse("wagtailadmin_home"), reverse("wagtailadmin_account"), reverse("wagtailadmin_pages:edit", args=[page.pk])]
    paths += [reverse("outlets:index"), reverse("outlets:history", args=[outlet.pk]), reverse("outlets:usage", args=[outlet.pk])]
    paths += [reverse("syndication:panel", args=[page.pk]), reverse("wagtailadmin_reports:site_history")]
    paths += [f"{path}?export={kind}" for path in lists[1:] for kind in ("csv", "xlsx")] + lists
    for name, model in (("republication", Republication), ("delivery", Delivery)):
        paths += [reverse(f"syndication:{name}", args=[pk]) for pk in model.objects.values_list("pk", flat=True)]
    for name in ("outlet_tested", "outlet_steps"):
        paths += [reverse(f"syndication:{name}", args=[pk]) for pk in Errand.objects.values_list("pk", flat=True)]
    paths += [reverse(f"syndication:{name}", args=[page.pk, outlet.pk]) for name in ("compare", "preview")]
    for path in paths:
        answer: Any = client.get(path)
        assert answer.status_code == 200, path
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        yield path, "\n".join(sheets(content)) if path.endswith("xlsx") else content.decode()


def sheets(workbook: bytes) -> Iterator[str]:
    """What stands in the cells of a workbook."""
    with ZipFile(io.BytesIO(workbook)) as parts:
        for name in parts.namelist():
            yield parts.read(name).decode(errors="replace")


def broken(*args: Any, **options: Any) -> Any:
    """A fault of ours, with every secret at hand."""
    at_hand = [outlet.secret for outlet in Outlet.objects.all()]
    raise RuntimeError(f"with {at_hand} at hand")


def faults(client: Client, outlet: Outlet) -> Iterator[tuple[str, str]]:
    """The page that people get when a screen of ours breaks, and when the form breaks while a secret is being entered."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("syndication.admin.notices.paths", broken)
        patch.setattr("syndication.admin.outlet_form.OutletForm.save", broken)
        for answer in (
            client.get(reverse("syndication:notices")),
            client.post(reverse("outlets:edit", args=[outlet.pk]), form(new_secret=f"whsec_{CANARY}")),
        ):
            assert answer.status_code == 500
            yield f"error page of {answer.request['PATH_INFO']}", answer.content.decode()


def outlet_with_secrets(partner: Partner) -> Outlet:
    """An outlet with a secret, the one before it, and a token in its address."""
    outlet = make.outlet("Echo", endpoint=partner.url(f"/hook?token={TOKEN}"), secret=f"whsec_{CANARY}")
    outlet.secret = f"whsec_{OLD_CANARY}"
    sealed, outlet.secret = outlet.sealed_secret, f"whsec_{CANARY}"
    outlet.sealed_old_secret, outlet.old_secret_until = sealed, timezone.now() + timedelta(days=1)
    outlet.save()
    return outlet


def everything_fails(partner: Partner, outlet: Outlet, page: Any) -> None:
    """Each kind of end, told to whoever wants to know; and a test of the outlet at each."""
    for status in STATUSES:
        partner.routes["/hook"] = echo(status)
        Outlet.objects.update(state="active", not_before=None)
        Republication.objects.push_again(uid=page.uid)
        call_command("syndicate")
        syndicating.request_test(outlet)
        run_errands()
    outcomes = set(Delivery.objects.filter(outlet=outlet).values_list("outcome", flat=True))
    assert outcomes == {"uncertain", "transient", "permanent", "refused", "gone"}
    assert Errand.objects.filter(ended_at__isnull=False).count() == len(STATUSES)


def test_the_canary_is_nowhere(
    partner: Partner, broker: Valkey, settings: Any, mailoutbox: list[Any], caplog: pytest.LogCaptureFixture, capfd: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    settings.ADMINS = [("Ada", "ada@home.example")]
    editor = make.editor()
    outlet = outlet_with_secrets(partner)
    hidden = make.outlet("Behind the form's back", endpoint=partner.url("/hook").replace("//", f"//editor:{PASSWORD}@"))
    page = make.original("Canary")
    everything_fails(partner, outlet, page)
    syndicating.request_test(hidden)
    run_errands()
    assert Delivery.objects.filter(outlet=hidden, outcome="permanent").exists()
    Notice.objects.update(opened_at=timezone.now() - timedelta(hours=1))
    tell_notices()
    for table in ("--json", None):
        call_command("syndication_status", *filter(None, [table]))
    ring(tasks.deliver_due)
    broker_messages = [str(value) for value in broker._client().lrange("homeward:celery", 0, -1)]
    assert broker_messages
    client = Client(raise_request_exception=False)
    client.force_login(editor)
    seen = dict(admin_pages(client, page, outlet)) | dict(faults(client, outlet))
    seen |= {"database": database(), "logs": caplog.text + "".join(capfd.readouterr()), "messages": "".join(broker_messages)}
    mails = [f"{mail.subject}\n{mail.body}\n{getattr(mail, 'alternatives', '')}" for mail in mailoutbox]
    assert len([mail for mail in mails if "RuntimeError" in mail]) == 2 and len(mails) > 2
    seen |= {f"mail {number}": mail for number, mail in enumerate(mails)}
    assert {(place, word) for place, text in seen.items() for word in WORDS if word in text} == set()


def test_results_of_tasks_are_not_kept() -> None:
    from celery import current_app

    assert current_app.conf.task_ignore_result and not current_app.conf.result_backend


def test_the_form_takes_no_password_in_an_address(client: Client) -> None:
    client.force_login(make.editor())
    answer = client.post(reverse("outlets:add"), form(endpoint=f"https://editor:{PASSWORD}@outlet.example/hook"))
    assert "must not hold a name or password" in errors(answer)["endpoint"][0]
    assert not Outlet.objects.exists()
