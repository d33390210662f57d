"""REST: one request with JSON to an outlet's API, and its answer or the error that fits it."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.conf import settings

from syndication import http
from syndication.credentials import Secret, Unreadable
from syndication.errors import DeliveryError, Permanent, Transient, Uncertain, raise_for_status, retry_after
from syndication.http.probe import FAILED, OK, Step

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
EXCERPT = 2000
Said = TypeVar("Said")


@dataclass(frozen=True)
class Answer:
    """What the outlet answered: its status, its headers by lower-case names, and the JSON in its body, or None."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    data: Any = field(repr=False)


def ask(
    method: str,
    url: str,
    told: Any = None,
    headers: Mapping[str, str] | None = None,
    *,
    body: bytes | None = None,
    passes: Collection[int] = (),
    empty: bool = False,
    plain: bool = False,
    deadline: float | None = None,
) -> Answer:
    """Send `told` as JSON, or `body` as it is, and read JSON.

    Raises as `http.send` does and by the status, unless it is in `passes`. Where a web page or something else that is no JSON
    comes with a 2xx, the outlet was not reached as agreed: Uncertain after a request that may have changed something, Transient
    after one that asks only. A fault of the outlet (5xx) after a POST is Uncertain as well: it may have struck when the piece
    was kept already. `empty` allows an answer without a body (as 204 is), `plain` any body that is no web page.
    """
    sent = {"accept": "application/json", **(headers or {})}
    if told is not None:
        body, sent["content-type"] = json.dumps(told, ensure_ascii=False).encode(), "application/json"
    seconds = settings.SYNDICATION_DEADLINE_SECONDS if deadline is None else deadline
    answer = http.send(method, url, body or b"", sent, deadline=seconds)
    excerpt = answer.text[:EXCERPT]
    if answer.status not in passes:
        if answer.status >= 500 and method == "POST":
            raise _faulty(answer, excerpt)
        raise_for_status(answer.status, answer.headers, excerpt)
    try:
        data = answer.json() if answer.body.strip() else None
    except ValueError:
        data = None
    fine = data is not None or ((empty or plain) and not answer.body.strip()) or (plain and not _is_page(answer))
    if 200 <= answer.status < 300 and not fine:
        kind = Transient if method in SAFE else Uncertain
        raise kind(_not_json(answer), detail=f"HTTP {answer.status}\n{excerpt}", status=answer.status)
    return Answer(answer.status, answer.headers, data)


def field_of(data: Any, name: str, kind: type = str) -> Any:
    """A field of a JSON object where it has the type it should; else an empty value of that type."""
    value = data.get(name) if isinstance(data, dict) else None
    return value if isinstance(value, kind) else kind()


def public(url: object) -> str:
    """An address that an outlet gave, if it is one we would visit; else nothing."""
    if not url:
        return ""
    try:
        http.check_url(str(url))
    except ValueError:
        return ""
    return str(url)[:2000]


def attempt(step: str, ask: Callable[[], Said], secret: Callable[[], Secret]) -> tuple[Step, Said | None]:
    """Ask something harmless as one step of an examination: FAILED with the sentence of its error, else OK and the answer."""
    try:
        return Step(step, OK, "The outlet knows us."), ask()
    except Unreadable as problem:
        return Step(step, FAILED, str(problem)), None
    except DeliveryError as error:
        # What errors say of trying again by ourselves is said of deliveries.
        sentence = error.sentence.partition(" We try again")[0].partition(" We look")[0]
        return Step(step, FAILED, sentence, http.redacted(error.detail, secret().all)), None


def must_have(value: Any, what: str) -> Any:
    """The value; raises Uncertain where the outlet's answer lacks it: it took the piece, perhaps, and does not say as what."""
    if not value:
        raise Uncertain(f"The outlet answered without {what}, so we cannot know what it did. We look before we send again.")
    return value


def unsupported(what: str) -> Permanent:
    """The error of a verb that this kind of outlet has no way to obey."""
    return Permanent(f"{what} cannot be done from here at this outlet. Do it there by hand, then mark it as delivered.")


def _faulty(answer: http.Response, excerpt: str) -> Uncertain:
    """A gateway gives up while the system behind it works on; a plug-in fails after the post was saved."""
    sentence = f"The outlet has a fault of its own ({answer.status}), perhaps after it took the piece. We look, then try again."
    wait = retry_after(answer.headers.get("retry-after"))
    return Uncertain(sentence, detail=f"HTTP {answer.status}\n{excerpt}", status=answer.status, retry_after=wait)


def _is_page(answer: http.Response) -> bool:
    return "html" in answer.headers.get("content-type", "") or answer.text.lstrip()[:1] == "<"


def _not_json(answer: http.Response) -> str:
    if _is_page(answer):
        return "The outlet answered with a web page instead of data, perhaps a login page. Check the endpoint."
    return "The outlet answered with something that is no JSON. Check the endpoint, or ask its developers."
