"""Examining: test an outlet step by step, where nobody waits for it, and show each step as it is found."""

from collections.abc import Iterator

from syndication.delivering import connector_for
from syndication.http.probe import FAILED, NOT_APPLICABLE, OK, WARNING, Step
from syndication.models import Errand, Outlet

SUMMARIES = {
    OK: "Everything works: pieces can go there.",
    WARNING: "Pieces can go there; what is marked should be looked at.",
    FAILED: "Nothing can go there yet: see the step that failed.",
}


def examine(outlet: Outlet) -> Iterator[Step]:
    """Walk the way to the outlet and say at each step what was found. Sends no story."""
    yield from connector_for(outlet).examine()


def summary(steps: list[Step]) -> tuple[str, str]:
    """The worst outcome of these steps and a sentence for it all."""
    outcomes = {step.outcome for step in steps} - {NOT_APPLICABLE}
    worst = FAILED if FAILED in outcomes or not steps else WARNING if WARNING in outcomes else OK
    return worst, SUMMARIES[worst]


def run_examination(errand: Errand) -> None:
    """Walk for who asked, showing each step; stops without a word where another worker has taken over."""
    steps: list[Step] = []
    if errand.outlet is None or not errand.outlet.kind:
        errand.end(Errand.State.FAILED, "Nothing is pushed to this outlet. Choose how on its form, then test it.")
        return
    for step in examine(errand.outlet):
        steps.append(step)
        if not errand.show([vars(one) for one in steps]):
            return
    worst, sentence = summary(steps)
    errand.end(Errand.State.FAILED if worst == FAILED else Errand.State.DONE, sentence, {"outcome": worst})
