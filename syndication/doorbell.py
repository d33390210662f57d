"""The doorbell: tells the workers that something may be due. Nobody waits for it and nobody misses it for more than a sweep."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Any

import structlog
from celery import current_app
from django.db import transaction

log = structlog.get_logger(__name__)

# After one failure the bell is silent for this long: an editor pays for a dead broker once, not with every click.
SILENCE_SECONDS = 30.0
PATIENCE = 0.2

_silent_until = 0.0
_lock = Lock()


def ring(task: Any) -> None:
    """Send `task` when this transaction commits, once however often it is asked for, and never fail for want of a broker."""
    connection = transaction.get_connection()
    waiting: Callable[[], None] = _Ring(task)
    if any(entry[1] == waiting for entry in connection.run_on_commit):
        return
    transaction.on_commit(waiting, robust=True)


class _Ring:
    """One ring of one task; equal to any other ring of the same task."""

    def __init__(self, task: Any):
        self.task = task

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Ring) and other.task.name == self.task.name

    def __hash__(self) -> int:
        return hash(self.task.name)

    def __call__(self) -> None:
        global _silent_until
        if time.monotonic() < _silent_until:
            return
        try:
            with _line() as connection:
                self.task.apply_async(connection=connection, retry=False, ignore_result=True)
        except Exception as problem:
            with _lock:
                _silent_until = time.monotonic() + SILENCE_SECONDS
            log.warning("broker unreachable; the sweep delivers instead", problem=type(problem).__name__)


def _line() -> Any:
    """A connection of the bell's own: a worker may wait for the broker, an editor may not."""
    options = {**current_app.conf.broker_transport_options, "socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
    return current_app.connection_for_write(connect_timeout=PATIENCE, transport_options=options)


def listen_again() -> None:
    """Forget an earlier failure. For tests and for a broker that is known to be back."""
    global _silent_until
    _silent_until = 0.0
