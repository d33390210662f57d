"""What the connectors' tests share: fakes on loopback that we may visit."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.fakes.partner import Partner


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
