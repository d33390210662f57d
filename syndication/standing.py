"""Standing: what the page that a stub points at is worth to our readers. Pure: no network, no rows."""

from syndication.http import Response
from syndication.judge import Judgement


def judge_target(answer: Response) -> Judgement:
    """Whether the page a stub points at is alive: it owes us nothing, but our readers must arrive."""
    status = answer.status
    if status in (404, 410):
        sentence = (
            f"The outlet's page is gone ({status}). Check the address on the stub, or ask the outlet where the piece stands now."
        )
        return Judgement(verdict="gone", sentence=sentence)
    if status >= 400:
        return Judgement(verdict="unreachable", sentence=f"The outlet's page does not answer as it should ({status}).")
    return Judgement(verdict="honoured", sentence="The outlet's page is there.")
