"""Checking: what an outlet asks of a page of its own before or after it tells us of it: the same verification, shown live.

It writes down no verdict: what the newsroom sees of the copy is what `verifying` saw.
"""

from dataclasses import asdict
from uuid import UUID

from syndication import http
from syndication.contract import Contract
from syndication.errors import DeliveryError
from syndication.findings import Findings, find
from syndication.http.probe import FAILED, NOT_APPLICABLE, OK, Step
from syndication.judge import Judgement
from syndication.models import Errand, Outlet, Republication
from syndication.pulling import shelf, tombstones
from syndication.verifying import before_correction, judged

# Every step there is, in order.
PAGE, PIECE, CANONICAL, NOINDEX, LINK = STEPS = ("page", "piece", "canonical", "noindex", "link")
# The terms one by one: what is judged when only this is owed.
NOTHING = {"canonical": False, "noindex": False, "link": False}
_NAMED_AT_MOST = 100


def run_check(errand: Errand) -> None:
    """Fetch the page at `asked["url"]`, find which piece it is (`asked["uid"]`, or what the page itself says), judge it term by
    term, showing each step; stops without a word where another worker has taken over.
    """
    outlet, url = errand.outlet, errand.asked["url"]
    if outlet is None or not outlet.runs(url):
        errand.end(Errand.State.FAILED, f"{url} is not on a host of this outlet.")
        return
    try:
        answer = http.fetch(url)
    except DeliveryError as problem:
        _show(errand, [Step(PAGE, FAILED, problem.sentence)])
        _end(errand, Judgement("unreachable", problem.sentence))
        return
    steps = [Step(PAGE, OK, f"Your page answers: HTTP {answer.status}.", answer.url)]
    if not _show(errand, steps):
        return
    row = _row(outlet, errand.asked.get("uid") or "", url, find(answer.body, answer.headers, answer.url))
    if row is None:
        told = "We cannot tell which piece of ours this is: nothing on the page names one. Choose the piece, and check again."
        _show(errand, [*steps, Step(PIECE, FAILED, told)])
        errand.end(Errand.State.FAILED, told)
        return
    withdrawn = row.operation == Republication.WITHDRAW
    name = "A piece that we withdrew: it should be down." if withdrawn else f"It is “{row.wanted.headline}”."
    steps.append(Step(PIECE, OK, name))
    before = before_correction(row)
    whole = judged(row, answer, outlet.contract, withdrawn=withdrawn, copy_url=url, before=before)
    if whole.verdict in ("unreachable", "gone") or withdrawn or not 200 <= answer.status < 300:
        # There is no page whose terms could be looked at one by one.
        steps[0] = Step(PAGE, OK if whole.verdict == "honoured" else FAILED, whole.sentence, answer.url)
    else:
        steps += [_term(row, answer, outlet.contract, name) for name in (CANONICAL, NOINDEX, LINK)]
    if _show(errand, steps):
        _end(errand, whole, row)


def _row(outlet: Outlet, uid: str, url: str, findings: Findings) -> Republication | None:
    """Which piece the page is: the one that was chosen, the one that was reported there, or the one that it names or links to."""
    ready, ended = shelf(outlet).select_related("held"), tombstones(outlet).select_related("wanted", "held")
    if uid:
        chosen = UUID(uid)
        found: Republication | None = ready.filter(uid=chosen).first() or ended.filter(uid=chosen).first()
        return found
    if reported := ready.filter(receipt_url=url).first() or ended.filter(receipt_url=url).first():
        return reported
    told = [found.url for found in (*findings.canonicals, *findings.og_urls, *findings.main_entities)]
    linked = [href for href, _rel in findings.anchors]
    named = list(dict.fromkeys(address.partition("#")[0] for address in (*told, *linked) if address))[:_NAMED_AT_MOST]
    either = {address.rstrip("/") for address in named} | {address.rstrip("/") + "/" for address in named}
    return ready.filter(wanted__url__in=either).first()


def _term(row: Republication, answer: http.Response, contract: Contract, name: str) -> Step:
    """One term, judged as if nothing else were owed."""
    if not getattr(contract, name):
        return Step(name, NOT_APPLICABLE, "Your contract does not ask for it.")
    judgement = judged(row, answer, contract.model_copy(update={**NOTHING, name: True}), withdrawn=False)
    seen = "\n".join(f"{one.what} ({one.place}): {one.excerpt}" for one in judgement.evidence if one.place != "answer")
    sentence = judgement.sentence.removeprefix("The copy keeps the contract. ")
    return Step(name, OK if judgement.verdict == "honoured" else FAILED, sentence, seen)


def _show(errand: Errand, steps: list[Step]) -> bool:
    return errand.show([vars(step) for step in steps])


def _end(errand: Errand, judgement: Judgement, row: Republication | None = None) -> None:
    found = {"verdict": judgement.verdict, "evidence": [asdict(one) for one in judgement.evidence]}
    kept = judgement.verdict == "honoured"
    uid = {"uid": str(row.uid)} if row else {}
    errand.end(Errand.State.DONE if kept else Errand.State.FAILED, judgement.sentence, {**found, **uid})
