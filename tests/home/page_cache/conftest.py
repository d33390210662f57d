"""Each test begins with nothing kept, and with no word remembered of a database that is empty again."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.test.utils import override_settings

from home.page_cache import generation
from home.page_cache.middleware import STORE
from tests.servers import Valkey

BOARDS = ("memory", "redis", "database")


def begin() -> None:
    """Nothing is kept."""
    STORE.clear()
    generation.forget()
    cache.clear()


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Before and after."""
    begin()
    yield
    begin()


@pytest.fixture(params=BOARDS)
def board(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Each place where the word may stand; memory only beside a database that is a file."""
    if request.param == "redis":
        valkey: Valkey = request.getfixturevalue("broker")
        assert valkey.running
    with override_settings(PAGE_CACHE=request.param):
        begin()
        yield generation.board()


@pytest.fixture
def ask() -> Callable[..., Any]:
    """What a reader is answered who was never here."""
    return lambda path, **headers: Client().get(path, headers={name.replace("_", "-"): text for name, text in headers.items()})
