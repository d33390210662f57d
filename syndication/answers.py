"""Answers: what outlets answered stands in a file of this machine at once, so that a killed worker repeats next to nothing.

Ends are settled many at a time. A killed process takes along what it had in memory, but not what it had written: the next round
on this machine finds the file without an owner and settles what stands in it. Of a process that stands still, which keeps its
file, it settles what the next would otherwise take over and say again. No promise rests on the file. Where there is none
(another machine, a full disk), the lease ends and the key makes the repeat harmless, as ever.
"""

import fcntl
import json
import time
from collections.abc import Iterable
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Any, BinaryIO, Self
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db.models.functions import Now

from syndication.connectors.base import Receipt
from syndication.models import Delivery, Republication
from syndication.settling import Ended, settle_all

log = structlog.get_logger(__name__)

CHUNK = 200
# After so much of a lease without an answer, a worker that lives is suspected of standing still.
SILENT_SHARE = 0.25


class Answers:
    """The file of one round, locked as long as its process lives; lanes write to it, each line in one piece.

    Use it with `with`: if the round ends well, all was settled and the file goes; if it breaks off, the next round finds it.
    """

    def __init__(self) -> None:
        self.path = _folder() / f"{uuid4().hex}.answers"
        self.file: FileIO | None = None
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Under another name until it is locked: nobody may take it for one whose owner is gone.
            new = self.path.with_suffix(".new")
            file = FileIO(new, "a")
            fcntl.flock(file, fcntl.LOCK_EX)
            new.rename(self.path)
            self.file = file
        except OSError as problem:
            log.warning("answers cannot be noted; a worker that is killed repeats them", problem=str(problem))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: Any, *_: Any) -> None:
        if self.file:
            with suppress(OSError):
                if kind is None:
                    self.path.unlink()
            self.file.close()

    def note(self, ended: Ended) -> None:
        """Write down that the outlet took this one. A failure need not be known: it is tried again either way."""
        if ended.error or not ended.receipt or not self.file:
            return
        line = [ended.row.delivery_id, str(ended.row.lease_token), ended.duration_ms, vars(ended.receipt)]
        with suppress(OSError, TypeError, ValueError):
            self.file.write(json.dumps(line).encode() + b"\n")


def recover() -> int:
    """Settle what workers of this machine had been answered that are no more, or stand still beyond a lease. Returns how much."""
    recovered = 0
    for path in _folder().glob("*.answers"):
        with suppress(OSError), path.open("rb") as file:
            gone = _ownerless(file)
            if not gone and time.time() - path.stat().st_mtime < settings.SYNDICATION_LEASE_SECONDS * SILENT_SHARE:
                continue
            ends = _read(file, expired=not gone)
            for start in range(0, len(ends), CHUNK):
                settle_all(ends[start : start + CHUNK])
            recovered += len(ends)
            if gone:
                path.unlink()
                log.info("answers of a worker that is no more were settled", count=len(ends))
    return recovered


def _ownerless(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(lines: Iterable[bytes], *, expired: bool) -> list[Ended]:
    """What is still open of these, as it was claimed: a newer wish may stand there by now. `expired`: of such leases only."""
    noted = {}
    for line in lines:
        # The last may have been cut off.
        with suppress(ValueError, TypeError):
            delivery, *facts = json.loads(line)
            noted[delivery] = facts
    found = Delivery.objects.filter(pk__in=noted, outcome=Delivery.Outcome.OPEN)
    if expired:
        found = found.filter(republication__lease_until__lt=Now())
    return [_ended(delivery, *noted[delivery.pk]) for delivery in found.select_related("republication", "outlet", "edition")]


def _ended(delivery: Delivery, token: str, duration_ms: int, receipt: dict[str, Any]) -> Ended:
    row: Republication = delivery.republication
    row.outlet, row.wanted, row.key = delivery.outlet, delivery.edition, delivery.key
    row.operation = Republication.PUBLISH if delivery.operation == Delivery.CORRECT else delivery.operation
    row.lease_token, row.delivery_id = UUID(token), delivery.pk
    taken = Receipt(receipt["id"], receipt["url"], receipt["memory"], tuple(receipt["warnings"]))
    return Ended(row, taken, duration_ms=duration_ms)


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "answers"
