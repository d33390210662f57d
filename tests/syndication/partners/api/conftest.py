"""What tests of partners' surfaces share: an outlet that pulls, its token, a client that shows it; caches that forget."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client

from syndication import remembering
from syndication.models import Outlet, Token
from tests import factories as make
from tests.home.conftest import nothing_remembered

__all__ = ["nothing_remembered"]
HOME = "http://127.0.0.1:8000"


@pytest.fixture(autouse=True)
def nobody_counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test begins a new minute of limits, counted in this process's memory."""
    monkeypatch.setattr("syndication.partners.limits._silent_until", float("inf"))
    caches["default"].clear()
    yield
    caches["default"].clear()


@pytest.fixture
def weekly() -> Outlet:
    """An outlet that pulls and takes everything."""
    make.front_page()
    return make.outlet("The Weekly", kind="pull", endpoint="", secret="", website="https://weekly.example")


@pytest.fixture
def text(weekly: Outlet) -> str:
    """The text of a token of The Weekly with every scope."""
    return Token.make(weekly, "Website", ["read", "feed", "report"])[1]


@pytest.fixture
def ask(client: Client, text: str) -> Callable[..., Any]:
    """Ask the API as The Weekly, or with another token; `path` is what follows /partners/v1/, or what an answer told."""

    def asked(path: str, *, method: str = "get", body: Any = None, token: str = text, **headers: str) -> Any:
        address = path.removeprefix(HOME) if path.startswith(HOME) else f"/partners/v1/{path}"
        sent = {"authorization": f"Bearer {token}", **{name.replace("_", "-"): value for name, value in headers.items()}}
        more = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(client, method)(address, headers=sent, **more)

    return asked


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No reader is remembered from before. Nobody listens for the shared cache unless the test asks for `broker`."""
    monkeypatch.setattr(remembering, "_silent_until", 0.0)
    caches["readers_here"].clear()
    yield
    caches["readers_here"].clear()
