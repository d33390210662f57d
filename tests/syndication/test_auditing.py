"""The log of who pulled what."""

from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone

from syndication.auditing import address_of, audit, prune_pulls
from syndication.models import Pull, Token
from syndication.partners.gate import Refusal, admit, shown
from syndication.pulling import shelf
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_a_pull_is_written_down_with_its_pieces_and_without_the_token() -> None:
    weekly = make.outlet("The Weekly", kind="pull", endpoint="", secret="")
    page = make.original()
    token, text = Token.make(weekly, "Website", ["feed"])
    request = RequestFactory().get(f"/partners/feeds/{text}/atom/", headers={"user-agent": "Reader/1.0\r\nX: y"})
    audit(request, "feed", 200, token=token, rows=shelf(weekly))
    pull = Pull.objects.get()
    assert (pull.outlet, pull.token, pull.status, pull.address) == (weekly, token, 200, "127.0.0.1")
    assert pull.path == f"/partners/feeds/hw_{token.prefix}_…/atom/"
    assert pull.agent == "Reader/1.0X: y"
    assert [piece.uid for piece in pull.pieces.all()] == [page.uid]
    token.refresh_from_db()
    assert token.last_used_at


def test_what_is_old_is_forgotten(settings) -> None:
    audit(RequestFactory().get("/partners/v1/ping"), "api", 401, refusal="We do not know this token.")
    assert prune_pulls() == 0
    Pull.objects.update(at=timezone.now() - timedelta(days=settings.SYNDICATION_AUDIT_DAYS, seconds=1))
    assert prune_pulls() == 1 and not Pull.objects.exists()


def test_an_address_is_what_our_proxy_saw_and_nothing_that_is_none(settings) -> None:
    request = RequestFactory().get("/", headers={"x-forwarded-for": "6.6.6.6, 192.0.2.7"})
    assert address_of(request) == "127.0.0.1"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert address_of(request) == "192.0.2.7"
    assert address_of(RequestFactory().get("/", headers={"x-forwarded-for": "nonsense"})) is None


def test_the_gate_admits_by_scope_and_says_why_not() -> None:
    token, text = Token.make(make.outlet(), "Website", ["read"])
    assert admit(text, "read") == token
    with pytest.raises(Refusal) as refused:
        admit(text, "report")
    assert refused.value.status == 403 and refused.value.token == token
    token.revoke()
    with pytest.raises(Refusal) as refused:
        admit(text, "read")
    assert refused.value.status == 401 and "revoked" in refused.value.sentence
    with pytest.raises(Refusal) as refused:
        admit("hw_nobody_x", "read")
    assert refused.value.status == 401 and refused.value.token is None


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("Bearer hw_a_b", "hw_a_b"),
        ("bearer  hw_a_b ", "hw_a_b"),
        ("Basic d2Vla2x5Omh3X2FfYg==", "hw_a_b"),
        ("Basic aHdfYV9iOg==", "hw_a_b"),
        ("Basic %%%", ""),
        ("Basic /w==", ""),
        ("Digest x", ""),
        ("", ""),
    ],
)
def test_a_token_is_shown_as_bearer_or_basic(header: str, text: str) -> None:
    assert shown(RequestFactory().get("/", headers={"authorization": header})) == text
