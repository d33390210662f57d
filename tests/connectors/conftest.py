"""What the contract suite stands on: a partner on loopback, one fake outlet a kind, the engine without its database."""

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from syndication import http
from syndication.connectors import CONNECTORS
from syndication.connectors.base import Connector, Receipt
from syndication.delivering import connector_for, converse
from syndication.errors import DeliveryError, Uncertain
from syndication.models import Edition, Outlet, Republication
from syndication.story import Picture, Story
from tests import factories as make
from tests.connectors.fakes import FAKES
from tests.connectors.fakes.base import FakePlace
from tests.fakes.partner import Partner


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A case that no connector declares is no case."""
    empty = [
        item
        for item in items
        if any("empty parameter set" in mark.kwargs.get("reason", "") for mark in item.iter_markers("skip"))
    ]
    items[:] = [item for item in items if item not in empty]


@pytest.fixture(scope="module")
def shared_partner() -> Iterator[Partner]:
    with Partner() as partner:
        yield partner


@pytest.fixture
def partner(shared_partner: Partner, settings: Any) -> Partner:
    """A partner that we may visit, as new."""
    shared_partner.forget()
    settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.SYNDICATION_ALLOWED_PORTS = [shared_partner.port]
    settings.SYNDICATION_DEADLINE_SECONDS = 5
    # Wagtail's own tasks wait, as in the engine's tests.
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    return shared_partner


@pytest.fixture
def visitable(settings: Any) -> Iterator[Callable[[Partner], Any]]:
    """Start a partner that the door may visit; it ends with the test."""
    settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.SYNDICATION_ALLOWED_PORTS = []
    with ExitStack() as stack:

        def start(partner: Partner) -> Any:
            settings.SYNDICATION_ALLOWED_PORTS = [*settings.SYNDICATION_ALLOWED_PORTS, partner.port]
            return stack.enter_context(partner)

        yield start


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of outlet under test: the suite gives it as a parameter."""
    return request.param


@pytest.fixture
def fake(kind: str, partner: Partner) -> FakePlace:
    """The fake outlet of this kind."""
    return FAKES[kind](partner)


@pytest.fixture
def picture() -> Iterator[Picture]:
    """A picture of ours that may travel, with a file in our storage."""
    name = default_storage.save("images/lamp.jpg", ContentFile(make.drawing("jpg")))
    url = f"https://home.example{default_storage.url(name)}"
    yield make.picture(url=url, width=60, height=40, alt="A lamp at night", caption="The lamp", credit="Photo: Mary Somerville")
    default_storage.delete(name)


@dataclass
class Engine:
    """What the engine does with one piece at one outlet, kept in memory as settling keeps it in the row."""

    outlet: Outlet
    receipt: Receipt = field(default_factory=Receipt)
    held: Story | None = None
    uncertain: bool = False
    # The wish in hand and its key: the same until another is wished.
    wish: tuple[str, str] = ("", "")
    key: UUID = field(default_factory=uuid4)
    # What its log would keep: the wire of each conversation.
    wire: list[str] = field(default_factory=list)

    @property
    def connector(self) -> Connector:
        """A connector as the engine makes one for each conversation."""
        return connector_for(self.outlet)

    def publish(self, story: Story) -> Receipt:
        """Let the outlet hold this version; create, update or correct, as `converse` finds fit."""
        return self._say(story, Republication.PUBLISH)

    def withdraw(self, story: Story) -> Receipt:
        """Let the outlet hold nothing of it."""
        return self._say(story, Republication.WITHDRAW)

    def forget(self) -> None:
        """As if the worker had vanished before it could settle what was taken last: the row is uncertain, and without receipt."""
        self.receipt, self.held, self.uncertain = Receipt(), None, True

    def _say(self, story: Story, operation: str) -> Receipt:
        row = Republication(outlet=self.outlet, uid=story.uid, operation=operation, wanted=_edition(story))
        row.held = _edition(self.held) if self.held else None
        row.receipt_id, row.receipt_url, row.receipt_memory = self.receipt.id, self.receipt.url, dict(self.receipt.memory)
        wish = (operation, story.digest())
        if wish != self.wish:
            self.wish, self.key = wish, uuid4()
        row.key, row.uncertain = self.key, self.uncertain
        try:
            with http.recorded() as wire:
                receipt = converse(self.connector, row)
        except DeliveryError as error:
            self.uncertain = self.uncertain or isinstance(error, Uncertain)
            raise
        finally:
            self.wire += wire
        # As the columns bring it back.
        self.receipt = Receipt(receipt.id, receipt.url, json.loads(json.dumps(dict(receipt.memory))), receipt.warnings)
        self.held, self.uncertain = (None if operation == Republication.WITHDRAW else story), False
        return receipt


def _edition(story: Story) -> Edition:
    return Edition(pk=1, uid=story.uid, facts=story.facts(), body_html=story.body_html, headline=story.headline)


@pytest.fixture
def engine(fake: FakePlace) -> Engine:
    """The engine at an outlet of this kind that owes a canonical link and a link back."""
    return Engine(fake.outlet())


@pytest.fixture
def story() -> Story:
    """A piece without pictures."""
    return make.story(
        headline="The harbour of lamps",
        body_html="<p>The harbour was <em>empty</em> when we came.</p><p>Only the lamps knew why.</p>",
    )


def declared(kind: str) -> type[Connector]:
    """The connector of a kind, for what it says of itself."""
    return CONNECTORS[kind]


def self_signed(folder: Path) -> ssl.SSLContext:
    """What a server needs for a certificate that it signed itself, for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "partner.pem"
    path.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
