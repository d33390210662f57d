"""The transcript of what went over the wire: enough to find a fault, nothing that is a credential."""

from collections.abc import Iterator
from typing import Any

import pytest

from syndication import http
from syndication.delivering import deliver_due
from syndication.models import Delivery
from syndication.signing import PREFIX
from tests import factories as make
from tests.fakes.partner import Partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner(settings: Any) -> Iterator[Partner]:
    """A partner that we may visit."""
    with Partner() as partner:
        settings.SYNDICATION_ALLOWED_PORTS = [partner.port]
        yield partner


def test_outside_a_recording_nothing_is_kept() -> None:
    with http.recorded() as told:
        pass
    assert told == []


@pytest.mark.parametrize(
    "echo",
    [
        "the secret: {secret}",
        "Authorization: Bearer {secret}",
        "without its prefix: {bare}",
    ],
)
def test_what_an_outlet_echoes_of_a_secret_is_not_shown(echo: str) -> None:
    bare = make.SECRET.removeprefix(PREFIX)
    told = http.redacted(echo.format(secret=make.SECRET, bare=bare), [make.SECRET, f"Bearer {make.SECRET}"])
    assert bare not in told and "[not shown]" in told


def test_short_words_are_no_secrets() -> None:
    assert http.redacted("a b c", ["a b"]) == "a b c"


def test_a_delivery_keeps_request_and_answer_but_no_signature(partner: Partner) -> None:
    make.outlet(endpoint=partner.url("/status/422"), website=partner.url("/"))
    make.original("The harbour")
    deliver_due()
    (text,) = Delivery.objects.get().wire
    assert text.startswith("POST ") and "HTTP 422" in text and "The harbour" in text
    assert "webhook-signature: [not shown]" in text and "v1," not in text


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("https://outlet.example/hook", []),
        ("https://outlet.example/hook?token=abc&site=4", ["abc", "4"]),
        ("https://outlet.example/hook?whole-query", ["whole-query"]),
        ("https://name:password@outlet.example/hook", ["name", "password"]),
        ("https://[outlet.example/hook?token=abc", []),
    ],
)
def test_what_an_address_may_hold_that_nobody_shall_read(url: str, secrets: list[str]) -> None:
    assert http.secrets_in(url) == secrets
