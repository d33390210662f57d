"""What the engine's tests share: the partner that lives in this process, and a commit where the test says so."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import connection

from tests.outlets import desk

__all__ = ["desk"]


@pytest.fixture
def commit(django_capture_on_commit_callbacks: Any) -> Callable[[], AbstractContextManager[Any]]:
    """`with commit():` what happens inside is committed at its end, and hints are sent; what came before is over."""

    def begin() -> AbstractContextManager[Any]:
        connection.run_on_commit.clear()
        return django_capture_on_commit_callbacks(execute=True)

    return begin
