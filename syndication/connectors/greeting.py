"""Greeting: a harmless test event, and what an outlet's answer to it says of authentication, rights and canonical."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from syndication.contract import Contract
from syndication.errors import DeliveryError, address_to_show
from syndication.http import Response
from syndication.http.probe import AUTHENTICATION, CANONICAL, FAILED, NOT_APPLICABLE, OK, PUBLISHING, WARNING, Step

# Not a secret: what a stranger might sign with.
FORGED = f"whsec_{base64.b64encode(b'a signature that must not pass..').decode()}"
EXCERPT = 500


@dataclass(frozen=True)
class Greeting:
    """How one greeting ended: an answer, or an error where none came."""

    answer: Response | None = None
    error: DeliveryError | None = None

    @property
    def status(self) -> int:
        """The status of the answer; 0 where none came."""
        return self.answer.status if self.answer else 0

    @property
    def is_page(self) -> bool:
        """Whether a web page came where a receiver would answer in a word: most often one to log in."""
        return bool(self.answer and "html" in self.answer.headers.get("content-type", "") and self.status < 300)

    @property
    def taken(self) -> bool:
        """Whether it was taken for good."""
        return 200 <= self.status < 300 and not self.is_page

    @property
    def told_apart_matters(self) -> bool:
        """Whether only the answer to a false signature says what this one means: it was taken, or not understood."""
        return self.taken or self.status in (400, 409, 415, 422)

    @property
    def facts(self) -> dict[str, Any]:
        """What the outlet says of itself, if it says it in JSON."""
        try:
            facts = self.answer.json() if self.answer else {}
        except ValueError:
            return {}
        return facts if isinstance(facts, dict) else {}

    @property
    def detail(self) -> str:
        """Its status and the beginning of its text."""
        if self.error:
            return self.error.detail
        return f"HTTP {self.status}\n{self.answer.text[:EXCERPT] if self.answer else ''}".strip()


def judge(true: Greeting, false: Greeting | None, old: Greeting | None, contract: Contract) -> Iterator[Step]:
    """What follows from the answers to a greeting signed as agreed, by a stranger, and with the secret before this one."""
    step = _authenticated(true, false, old)
    yield step
    if step.outcome == FAILED:
        return
    facts = true.facts if true.taken else old.facts if old else {}
    publishing = _may_publish(facts)
    yield publishing
    if publishing.outcome != FAILED:
        yield _canonical(facts, contract)


def _authenticated(true: Greeting, false: Greeting | None, old: Greeting | None) -> Step:
    apart = false is not None and false.status in (401, 403, 400, 404) and false.status != true.status
    if old and old.taken:
        sentence = "The outlet still checks with our old secret. Enter the new one there before the old one ends."
        return Step(AUTHENTICATION, WARNING, sentence, true.detail)
    if true.taken and (false is None or not false.taken):
        return Step(AUTHENTICATION, OK, f"The outlet knows our signature ({true.status}), and refuses a false one.", true.detail)
    if true.taken:
        sentence = "The outlet took our message, but also one with a false signature: anybody could publish there in our name."
        remedy = " Ask its developers to check the signature."
        return Step(AUTHENTICATION, WARNING, sentence + remedy, true.detail)
    if apart and true.told_apart_matters:
        sentence = f"The outlet does not know our test event ({true.status}), but it tells our signature from a false one."
        return Step(AUTHENTICATION, OK, sentence, true.detail)
    if true.told_apart_matters:
        sentence = f"The outlet does not take our test event ({true.status}), and a false signature gets the same answer."
        return Step(AUTHENTICATION, WARNING, f"{sentence} Whether it knows our secret shows at the first push.", true.detail)
    outcome = WARNING if true.status == 429 else FAILED
    return Step(AUTHENTICATION, outcome, _refusal(true), true.detail)


def _refusal(greeting: Greeting) -> str:
    """Cause and remedy where the greeting was not taken."""
    status = greeting.status
    if greeting.error:
        text = "The address answers, but not to a signed message in the time we give it. Ask the outlet's developers to look."
        return text if not greeting.error.status else greeting.error.sentence
    if greeting.is_page:
        return "The outlet answered with a web page, perhaps one to log in. Ask for the address meant for machines."
    if 300 <= status < 400 and greeting.answer:
        target = address_to_show(greeting.answer.headers.get("location", "")) or "an address it does not name"
        return f"The outlet sends us elsewhere ({status}), to {target}. If you trust that address, enter it as endpoint."
    if status >= 500:
        return f"The outlet has a fault of its own ({status}). Try again later; if it lasts, write to its developers."
    sentences = {
        401: "The outlet refused our signature (401). The two secrets differ, or its clock is wrong: copy the secret anew.",
        403: "The outlet refused us (403). The two secrets differ, or a firewall there keeps us out: ask its developers.",
        404: "There is nothing at this address for what we send (404). Ask the outlet for the right endpoint.",
        405: "This address takes no pushes (405): it is a page to read. Ask the outlet for the endpoint.",
        410: "The outlet says this address is gone for good (410). Ask for the new one and enter it.",
        429: "The outlet asks us to slow down (429). Test again in some minutes.",
    }
    return sentences.get(status, f"The outlet will not take what we send ({status}). Ask its developers why.")


def _may_publish(facts: dict[str, Any]) -> Step:
    if facts.get("may_publish") is True:
        return Step(PUBLISHING, OK, "The outlet says that we may publish.")
    if facts.get("may_publish") is False:
        return Step(PUBLISHING, FAILED, "The outlet says that we may not publish. Ask its desk for the right to.")
    return Step(PUBLISHING, NOT_APPLICABLE, "The outlet names no rights of its own: who knows the secret may publish.")


def _canonical(facts: dict[str, Any], contract: Contract) -> Step:
    if facts.get("canonical") is True:
        return Step(CANONICAL, OK, "The outlet says that it can name our page as canonical.")
    if not contract.canonical:
        return Step(CANONICAL, NOT_APPLICABLE, "By contract it owes no canonical link.")
    if facts.get("canonical") is False:
        sentence = "The outlet says that it cannot name our page as canonical, which it owes. Agree on noindex, or write to it."
        return Step(CANONICAL, WARNING, sentence)
    return Step(CANONICAL, NOT_APPLICABLE, "It cannot be told before we have looked at the first piece there.")
