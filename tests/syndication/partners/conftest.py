"""What the tests of readers abroad share: caches that remember nobody of another test."""

from collections.abc import Iterator

import pytest
from django.core.cache import caches

from syndication import remembering


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No reader is remembered from before. Nobody listens for the shared cache unless the test asks for `broker`."""
    monkeypatch.setattr(remembering, "_silent_until", 0.0)
    caches["readers_here"].clear()
    yield
    caches["readers_here"].clear()
