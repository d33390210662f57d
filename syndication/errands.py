"""Errands: what an editor or an outlet asked a worker to do on the network, done where nobody waits."""

from collections.abc import Callable

import structlog

from syndication.checking import run_check
from syndication.discovering import find_copies
from syndication.examining import run_examination
from syndication.models import Errand
from syndication.reading import read_page
from syndication.tending import tend

log = structlog.get_logger(__name__)

# One at a time: each may wait for a page that hangs, and the others must not lose their lease meanwhile.
BATCH = 1
# Each kind of errand and the function that does it; it ends the errand itself.
RUNNERS: dict[str, Callable[[Errand], None]] = {
    Errand.Kind.READ_PAGE: read_page,
    Errand.Kind.TEST_OUTLET: run_examination,
    Errand.Kind.TEND: tend,
    Errand.Kind.CHECK_COPY: run_check,
    Errand.Kind.FIND_COPIES: find_copies,
}


def run_errands(rounds: int = 160) -> int:
    """Do every errand that is due. Returns how many ended."""
    done = 0
    for _ in range(rounds):
        errands = Errand.objects.all().lease(BATCH)
        if not errands:
            break
        for errand in errands:
            _run_safely(errand)
            done += 1
    return done


def _run_safely(errand: Errand) -> None:
    """An errand that we fail on says so, and stops no other."""
    try:
        RUNNERS[errand.kind](errand)
    except Exception:
        log.exception("errand failed", errand=errand.pk, kind=errand.kind)
        errand.end(Errand.State.FAILED, "Something failed on our side. The log has the details; try again.")
