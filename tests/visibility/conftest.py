"""What the matrix shares: the partner that lives in this process, and nothing remembered from the test before."""

from collections.abc import Iterator

import pytest
from django.core.cache import caches

from tests.home.conftest import nothing_remembered
from tests.outlets import desk

__all__ = ["desk", "nothing_remembered"]


@pytest.fixture(autouse=True)
def nobody_counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test begins a new minute of limits, counted in this process's memory."""
    monkeypatch.setattr("syndication.partners.limits._silent_until", float("inf"))
    caches["default"].clear()
    yield
    caches["default"].clear()
