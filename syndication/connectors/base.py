"""What every connector promises the engine."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from syndication.connectors.features import Features
from syndication.contract import Contract
from syndication.credentials import Secret
from syndication.errors import DeliveryError
from syndication.http.probe import AUTHENTICATION, FAILED, Step, walk
from syndication.receipt import Receipt
from syndication.story import Correction, Story

__all__ = ["Access", "Connector", "Receipt"]


@dataclass(frozen=True)
class Access:
    """How to reach one outlet.

    `account` is the name that goes with the secret, where this protocol has one. `secret` is asked for at the moment of
    signing, so that it is never held or printed; its `all` has the one before it, too, while a secret is being changed.
    """

    name: str
    endpoint: str
    contract: Contract
    secret: Callable[[], Secret]
    account: str = ""


class Connector:
    """One conversation with one outlet at a time. It knows stories, never pages.

    It reaches the network through `syndication.http` only. Each verb returns the Receipt or raises an error of
    `syndication.errors`; the same `key` means the same wish. It is called from a worker's thread and must not touch the
    database.
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    features: ClassVar[Features] = Features()
    # Whether repeating a request with the same key is harmless at the outlet, so that no look-up is needed first.
    idempotent: ClassVar[bool] = False
    # What the outlet form asks for, and how it says so. It asks for an account where that has a label.
    endpoint_help: ClassVar[str] = "Where we push. The outlet's developers tell you."
    needs_endpoint: ClassVar[bool] = True
    account_label: ClassVar[str] = ""
    account_help: ClassVar[str] = ""
    secret_label: ClassVar[str] = "Secret"
    secret_help: ClassVar[str] = ""
    needs_secret: ClassVar[bool] = True
    # Whether the outlet gets to see the secret itself: then it is entered anew for another host.
    reveals_secret: ClassVar[bool] = True
    # Whether two secrets can be in use at once, so that a change of secret has time.
    overlaps: ClassVar[bool] = False
    # Whether it only tells others where the piece is: no copy stands there, so nothing is owed and nothing is looked at.
    announces: ClassVar[bool] = False

    def __init__(self, access: Access):
        self.access = access

    @classmethod
    def check_secret(cls, secret: str) -> None:
        """Raise ValueError, with a sentence for the field, when `secret` has not the form this protocol needs."""

    @classmethod
    def check_account(cls, account: str) -> None:
        """Raise ValueError, with a sentence for the field, when `account` has not the form this protocol needs."""

    def publish(self, story: Story, key: UUID) -> Receipt:
        """Create the piece there."""
        raise NotImplementedError

    def update(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Bring the piece there up to this version."""
        raise NotImplementedError

    def withdraw(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Take the piece down there. Not being there is success."""
        raise NotImplementedError

    def kill(self, story: Story, receipt: Receipt, key: UUID, reason: str) -> Receipt:
        """Have the piece taken down at once, for this reason, which the outlet is told where the protocol has words for it."""
        return self.withdraw(story, receipt, key)

    def correct(self, story: Story, receipt: Receipt, key: UUID, news: Sequence[Correction] = ()) -> Receipt:
        """Bring the piece there up to a version that carries corrections its copy lacks: `news`, oldest first, whatever their
        kind. Several edits that wait together are one call with all of them.
        """
        return self.update(story, receipt, key)

    def find(self, story: Story) -> Receipt | None:
        """What the outlet already has of this piece, or None. Asked after an uncertain create unless `idempotent`."""
        return None

    def examine(self) -> Iterator[Step]:
        """Walk the way to the outlet without any story and say at each step what was found; the first failure ends the walk."""
        for step in walk(self.access.endpoint) if self.needs_endpoint else ():
            yield step
            if step.outcome == FAILED:
                return
        try:
            yield from self.greet()
        except DeliveryError as problem:
            yield Step(AUTHENTICATION, FAILED, problem.sentence, problem.detail)

    def greet(self) -> Iterator[Step]:
        """The steps of this protocol, once the outlet answers at all: authentication, right to publish, canonical.

        An error it raises is shown as the step that failed.
        """
        yield from ()
