"""What these tests share: a piece that takes responses, a fresh minute of limits, a partner whose pages we visit."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches

from home.models import ArticlePage
from tests import factories as make
from tests.fakes.partner import Partner
from tests.home.conftest import nothing_remembered

__all__ = ["nothing_remembered"]


@pytest.fixture(autouse=True)
def a_new_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins a new minute of limits, counted in this process's memory."""
    monkeypatch.setattr("syndication.partners.limits._silent_until", float("inf"))
    caches["default"].clear()


@pytest.fixture
def piece(db: Any) -> ArticlePage:
    """A live piece; comments are open, the first of each author waits."""
    make.publication(comments=True)
    return make.original("The lamps")


@pytest.fixture(scope="module")
def shared_partner() -> Iterator[Partner]:
    with Partner() as partner:
        yield partner


@pytest.fixture
def blog(shared_partner: Partner, settings: Any) -> Partner:
    """Somebody's site."""
    shared_partner.forget()
    settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.SYNDICATION_ALLOWED_PORTS = [shared_partner.port, 8000]
    return shared_partner
