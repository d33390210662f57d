"""The webhook connector against a real server on loopback, and against the public library that partners verify with."""

import base64
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from syndication import signing
from syndication.connectors import CONNECTORS
from syndication.connectors.base import Access, Receipt
from syndication.connectors.webhook import Webhook
from syndication.contract import Contract
from syndication.credentials import Secret
from syndication.errors import OutletGone, Permanent, Refused, Transient, Uncertain
from syndication.story import Story
from tests import factories as make
from tests.fakes.partner import Partner, Visit

KEY = UUID("0d1f8a5c-3f52-4f54-9a38-0d5c3c1f7f10")


@pytest.fixture(scope="module")
def shared_partner() -> Iterator[Partner]:
    with Partner() as partner:
        yield partner


@pytest.fixture
def partner(shared_partner: Partner, settings: Any) -> Partner:
    """A partner that we may visit, and that takes what comes."""
    shared_partner.forget()
    settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.SYNDICATION_ALLOWED_PORTS = [shared_partner.port]
    return shared_partner


@pytest.fixture
def webhook(partner: Partner) -> Webhook:
    contract = Contract(attribution="First published in The Harbour Review")
    return Webhook(Access("Lantern", partner.url("/created/7"), contract, lambda: Secret(make.SECRET)))


@pytest.fixture
def story() -> Story:
    return make.story(headline="مرفأ بلا سفن", direction="rtl", language="ar", body_html="<p>كان المرفأ خاليًا.</p>")


def test_the_table_of_contents_knows_it() -> None:
    assert CONNECTORS["webhook"] is Webhook


def test_the_public_library_verifies_a_push_of_arabic_text_over_its_raw_bytes(
    webhook: Webhook, partner: Partner, story: Story
) -> None:
    webhook.publish(story, KEY)
    (request,) = partner.requests
    assert request.method == "POST"
    message = Verifier(make.SECRET).verify(request.body, request.headers)
    assert message["type"] == "article.published"
    assert "كان المرفأ".encode() in request.body, "not escaped"
    assert Story.model_validate(message["data"]["story"]) == story
    assert message["data"]["contract"]["attribution"] == "First published in The Harbour Review"


def test_another_secret_or_a_changed_byte_does_not_verify(webhook: Webhook, partner: Partner, story: Story) -> None:
    webhook.publish(story, KEY)
    (request,) = partner.requests
    for secret, body in ((f"whsec_{'B' * 40}", request.body), (make.SECRET, request.body.replace(b"article", b"articlE", 1))):
        with pytest.raises(WebhookVerificationError):
            Verifier(secret).verify(body, request.headers)


def test_a_repeat_has_the_same_id_and_another_wish_another(webhook: Webhook, partner: Partner, story: Story) -> None:
    for key in (KEY, KEY, uuid4()):
        webhook.publish(story, key)
    ids = [request.headers["webhook-id"] for request in partner.requests]
    assert ids[0] == ids[1] == f"msg_{KEY.hex}"
    assert ids[2] != ids[0]


def test_the_time_of_a_push_is_the_time_it_was_sent(webhook: Webhook, partner: Partner, story: Story) -> None:
    webhook.publish(story, KEY)
    assert abs(int(partner.requests[0].headers["webhook-timestamp"]) - time.time()) < 5


def test_updates_and_withdrawals_carry_the_receipt(webhook: Webhook, partner: Partner, story: Story) -> None:
    receipt = Receipt("7", "https://outlet.example/7")
    webhook.update(story, receipt, KEY)
    webhook.withdraw(story, receipt, KEY)
    bodies = [request.json() for request in partner.requests]
    assert [body["type"] for body in bodies] == ["article.updated", "article.withdrawn"]
    assert [body["data"]["receipt"] for body in bodies] == [{"id": "7", "url": "https://outlet.example/7"}] * 2


def test_the_receipt_names_what_they_took(webhook: Webhook, partner: Partner, story: Story) -> None:
    assert webhook.publish(story, KEY) == Receipt("7", partner.url("/page/7"))


def test_an_editor_hears_that_somebody_there_looks_first_and_what_the_outlet_warns_of(
    webhook: Webhook, partner: Partner, story: Story
) -> None:
    told = {"id": "7", "state": "waiting", "warnings": ["No noindex beside a canonical.", 7, "x" * 400]}
    partner.next(lambda visit: visit.reply_json(told, status=202))
    receipt = webhook.publish(story, KEY)
    assert (receipt.id, receipt.url) == ("7", "")
    assert receipt.warnings[0] == "No noindex beside a canonical." and receipt.warnings[1] == "x" * 300
    assert "an editor there looks" in receipt.warnings[2] and len(receipt.warnings) == 3


@pytest.mark.parametrize("told", [{"id": "7"}, {"id": "7", "warnings": "no list"}, {"id": "7", "warnings": None, "state": 1}])
def test_a_202_that_says_nothing_of_editors_warns_of_nothing(
    told: dict[str, Any], webhook: Webhook, partner: Partner, story: Story
) -> None:
    partner.next(lambda visit: visit.reply_json(told, status=202))
    assert webhook.publish(story, KEY) == Receipt("7")


def answering(answer: Any) -> Callable[[Visit], None]:
    """A behaviour that answers so."""
    return lambda visit: visit.reply_json(answer)


@pytest.mark.parametrize(
    ("answer", "receipt"),
    [
        ({"id": 7}, Receipt("7", "")),
        ({}, Receipt()),
        ([], Receipt()),
        ("taken", Receipt()),
        ({"id": "7", "url": "javascript:alert(1)"}, Receipt("7", "")),
        ({"id": "7", "url": "http://10.0.0.1/admin"}, Receipt("7", "")),
        ({"id": "7", "url": "file:///etc/passwd"}, Receipt("7", "")),
        ({"id": "7", "url": {"href": "https://outlet.example/7"}}, Receipt("7", "")),
        ({"id": None, "url": None}, Receipt()),
        ({"id": "x" * 500, "url": "https://outlet.example/7"}, Receipt("x" * 200, "https://outlet.example/7")),
    ],
    ids=str,
)
def test_what_is_no_address_we_would_visit_is_dropped_from_a_receipt(
    answer: Any, receipt: Receipt, webhook: Webhook, partner: Partner, story: Story
) -> None:
    partner.routes["/created/7"] = answering(answer)
    assert webhook.publish(story, KEY) == receipt


def test_a_plain_answer_is_enough_and_keeps_the_receipt_there_was(webhook: Webhook, partner: Partner, story: Story) -> None:
    partner.routes["/created/7"] = lambda visit: visit.reply(202, b"ok", "text/plain")
    receipt = Receipt("7", "https://outlet.example/7")
    assert webhook.publish(story, KEY) == Receipt()
    assert webhook.update(story, receipt, KEY) == receipt


def test_a_web_page_instead_of_a_receipt_is_uncertain(webhook: Webhook, partner: Partner, story: Story) -> None:
    partner.next("login_page")
    with pytest.raises(Uncertain, match="a web page instead of a receipt") as caught:
        webhook.publish(story, KEY)
    assert "Log in" in caught.value.detail and caught.value.status == 200


@pytest.mark.parametrize(
    ("behaviour", "error", "retry_after"),
    [
        ("status/401", Refused, None),
        ("status/403", Refused, None),
        ("status/410", OutletGone, None),
        ("status/404", Permanent, None),
        ("status/422", Permanent, None),
        ("redirect/302?to=https://elsewhere.example/", Permanent, None),
        ("slow_down/120", Transient, 120.0),
        ("slow_down/garbage", Transient, None),
        ("status/503?retry-after=60", Transient, 60.0),
        ("reset", Uncertain, None),
        ("cut_headers", Uncertain, None),
        ("garbage", Uncertain, None),
    ],
)
def test_failures_are_sorted_where_the_answer_is_read(
    behaviour: str, error: type[Exception], retry_after: float | None, webhook: Webhook, partner: Partner, story: Story
) -> None:
    partner.next(behaviour)
    with pytest.raises(error) as caught:
        webhook.publish(story, KEY)
    assert type(caught.value) is error
    assert caught.value.retry_after == retry_after  # type: ignore[attr-defined]


def test_the_deadline_of_the_settings_ends_a_conversation_that_hangs(
    webhook: Webhook, partner: Partner, story: Story, settings: Any
) -> None:
    settings.SYNDICATION_DEADLINE_SECONDS = 0.3
    partner.next("hang")
    begun = time.monotonic()
    with pytest.raises(Uncertain):
        webhook.publish(story, KEY)
    assert time.monotonic() - begun < 3


def test_nothing_is_sent_to_a_private_address(webhook: Webhook, partner: Partner, story: Story, settings: Any) -> None:
    settings.SYNDICATION_ALLOWED_NETWORKS = []
    with pytest.raises(Permanent):
        webhook.publish(story, KEY)
    assert partner.connections == 0


# --- secrets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [24, 32, 64])
def test_secrets_of_the_agreed_size_are_taken(size: int) -> None:
    Webhook.check_secret(f"whsec_{base64.b64encode(bytes(size)).decode()}")


@pytest.mark.parametrize(
    ("secret", "sentence"),
    [
        ("swordfish", "begins with whsec_"),
        ("whsec_not base64!", "After whsec_ comes base64"),
        ("whsec_AAAA", "holds 24 to 64 bytes; this one holds 3"),
        (f"whsec_{'A' * 100}", "holds 24 to 64 bytes; this one holds 75"),
        ("", "begins with whsec_"),
        ("whsec_ключ", "After whsec_ comes base64"),
    ],
)
def test_a_secret_of_the_wrong_form_is_refused_with_a_sentence(secret: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        Webhook.check_secret(secret)
    assert not secret or secret not in str(caught.value)


def test_signing_needs_a_moment_with_a_zone() -> None:
    told = signing.headers([make.SECRET], "msg_1", datetime(2026, 3, 1, tzinfo=UTC), "الميناء".encode())
    assert told["webhook-timestamp"] == str(int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()))
    assert told["webhook-signature"].startswith("v1,")
