"""The wire's steps against real sockets: what is found on the way to an address, and what to do about it."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from ssrfguard import resolve

from syndication.http import probe, wire
from syndication.http.policy import current
from syndication.http.probe import FAILED, NOT_APPLICABLE, OK, WARNING, Step, walk
from tests.fakes.partner import Partner


@pytest.fixture
def partner(settings: Any) -> Iterator[Partner]:
    """A partner that we may visit."""
    with Partner() as partner:
        settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.1/32"]
        settings.SYNDICATION_ALLOWED_PORTS = [partner.port]
        yield partner


def found(url: str) -> dict[str, Step]:
    return {step.step: step for step in walk(url)}


def certificate(folder: Path, name: str, days: int) -> ssl.SSLContext:
    """A server's side of TLS with a certificate of its own for `name`, good for so many days; trusted by who reads the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    place = folder / "certificate.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    place.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place)
    return context


@pytest.fixture
def safely(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """`safely(name, days, trusted=…)`: the TLS step against a partner with such a certificate, as https://localhost."""

    def look(name: str, days: int, *, trusted: bool) -> Step:
        with Partner(tls=certificate(tmp_path, name, days)) as partner:
            settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.1/32", "::1/128"]
            settings.SYNDICATION_ALLOWED_PORTS = [partner.port]
            if trusted:
                monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
            wire._read_authorities.cache_clear()
            wire.connections.cache_clear()
            return found(partner.url(host="localhost"))["tls"]

    yield look
    monkeypatch.undo()
    wire._read_authorities.cache_clear()
    wire.connections.cache_clear()


def test_a_good_way_is_found_good_step_by_step_with_a_request_that_changes_nothing(partner: Partner) -> None:
    steps = found(partner.url("/ok"))
    assert list(steps) == ["address", "dns", "tls", "reach"]
    assert {step.outcome for step in steps.values()} == {OK, NOT_APPLICABLE}
    assert [request.method for request in partner.requests] == ["HEAD"]


@pytest.mark.parametrize("url", ["https://10.0.0.1/hook", "ftp://outlet.example/", "https://ada:swordfish@outlet.example/"])
def test_an_address_that_we_do_not_visit_ends_the_walk_before_anything_is_asked(url: str, settings: Any) -> None:
    settings.SYNDICATION_ALLOWED_NETWORKS = []
    steps = found(url)
    assert [(step.step, step.outcome) for step in steps.values()] == [("address", FAILED)]
    assert "swordfish" not in str(steps)


def test_a_name_that_nobody_knows_ends_the_walk(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*asked: Any) -> Any:
        raise OSError(-2, "Name or service not known")

    monkeypatch.setattr(wire, "_look_up", unknown)
    steps = found("https://nowhere.example/hook")
    assert list(steps) == ["address", "dns"] and steps["dns"].outcome == FAILED
    assert "Check its spelling" in steps["dns"].sentence


def test_a_name_that_leads_inwards_is_not_followed(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SYNDICATION_ALLOWED_NETWORKS = []
    monkeypatch.setattr(wire, "_look_up", lambda host, port, *hints: [(2, 1, 6, "", ("10.0.0.7", port))])
    step = found("https://inward.example/hook")["dns"]
    assert step.outcome == FAILED and "private network" in step.sentence and "10.0.0.7" not in step.sentence


def test_plain_http_on_the_public_web_is_warned_of(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.SYNDICATION_ALLOWED_NETWORKS = []
    target = current().check_url("http://8.8.8.8/")
    monkeypatch.setattr(probe, "_looked_up", lambda url: resolve(target, policy=current()))
    monkeypatch.setattr(probe, "_answers", lambda url: Step("reach", OK, ""))
    step = found("http://outlet.example/hook")["tls"]
    assert step.outcome == WARNING and "https://" in step.sentence


def test_nobody_at_the_door_is_told_as_such(partner: Partner) -> None:
    url = partner.url("/ok")
    partner.__exit__(None, None, None)
    step = found(url)["reach"]
    assert step.outcome == FAILED and "refuses our connection" in step.sentence and "try again" not in step.sentence


@pytest.mark.parametrize(("status", "outcome"), [(200, OK), (404, OK), (405, OK), (500, OK), (503, WARNING)])
def test_whatever_answers_is_there(status: int, outcome: str, partner: Partner) -> None:
    assert found(partner.url(f"/status/{status}"))["reach"].outcome == outcome


@pytest.mark.parametrize(
    ("name", "days", "trusted", "outcome", "sentence"),
    [
        ("localhost", 90, True, OK, "The certificate is good until"),
        ("localhost", 5, True, WARNING, "good only until"),
        ("localhost", -1, True, FAILED, "has expired"),
        ("other.example", 90, True, FAILED, "for another name"),
        ("localhost", 90, False, FAILED, "signed its certificate itself"),
    ],
)
def test_the_certificate_is_judged_in_words(
    name: str, days: int, trusted: bool, outcome: str, sentence: str, safely: Any
) -> None:
    step = safely(name, days, trusted=trusted)
    assert (step.outcome, sentence in step.sentence) == (outcome, True), step


def test_who_speaks_no_tls_is_told_so(partner: Partner) -> None:
    step = found(partner.url("/ok").replace("http://", "https://"))["tls"]
    assert step.outcome == FAILED and "cannot speak safely" in step.sentence
