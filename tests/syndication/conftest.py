"""What the engine's tests share: the partner that lives in this process, and a commit where the test says so."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import connection

from home import tasks as house
from syndication import tasks
from syndication.doorbell import listen_again
from tests.home.conftest import nothing_remembered
from tests.outlets import desk

__all__ = ["desk", "nothing_remembered"]


@pytest.fixture(autouse=True)
def not_indexed(settings: Any) -> None:
    """Wagtail's own tasks wait: nobody searches here, and only receivers ask where an author or an image is used."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


@pytest.fixture
def commit(django_capture_on_commit_callbacks: Any) -> Callable[[], AbstractContextManager[Any]]:
    """`with commit():` what happens inside is committed at its end, and hints are sent; what came before is over."""

    def begin() -> AbstractContextManager[Any]:
        connection.run_on_commit.clear()
        return django_capture_on_commit_callbacks(execute=True)

    return begin


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hints sent to the engine at each commit, by the names of their tasks."""
    heard: list[str] = []
    listen_again()
    monkeypatch.setattr(house.make_formats, "apply_async", lambda **options: None)
    for name in ("deliver_due", "reconcile", "plan_everything"):
        monkeypatch.setattr(getattr(tasks, name), "apply_async", lambda name=name, **options: heard.append(name))
    return heard
