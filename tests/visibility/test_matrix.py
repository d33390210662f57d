"""Each state of a piece, asked for at each address: no canary in any answer, nor an old copy confirmed."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest
from django.test import Client

from syndication.planning import reconcile
from tests.visibility.addresses import ADDRESSES, Ask, Kind
from tests.visibility.canaries import Ground, found
from tests.visibility.states import STATES, age, live

pytestmark = pytest.mark.django_db

# How long, at most, a copy that we allowed somebody to keep may outlive the piece.
LONGEST = 300
SHOWING = {name: kind for name, kind in ADDRESSES.items() if kind.shows}


class Answer(NamedTuple):
    """One answer, with the kind of address it came from."""

    kind: str
    ask: Ask
    status: int
    headers: dict[str, str]
    text: str

    @property
    def canaries(self) -> set[str]:
        """What it gives away, that was not in the question."""
        return found(f"{self.headers}\n{self.text}", self.ask.told)


def ask(client: Client, kind: str, question: Ask, **more: str) -> Answer:
    """What the site answers."""
    data = "" if question.body is None else json.dumps(question.body)
    sent = {"content_type": "application/json", "headers": {**question.headers, **more}}
    answer: Any = client.generic(question.method, question.path, data, **sent)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = {name.lower(): value for name, value in answer.headers.items()}
    headers["set-cookie"] = answer.cookies.output()
    return Answer(kind, question, answer.status_code, headers, content.decode(errors="replace"))


def all_answers(ground: Ground, kinds: Mapping[str, Kind] = ADDRESSES) -> list[Answer]:
    """What every address answers, each to somebody new."""
    return [ask(Client(), kind, question) for kind, asked in kinds.items() for question in asked.of(ground)]


def asked_again(before: list[Answer], condition: str, validator: str) -> list[Answer]:
    """What gave the piece away, asked again by those who kept it with this validator."""
    kept_by = [(kept, kept.headers[validator]) for kept in before if kept.canaries and validator in kept.headers]
    answers = [(kept, ask(Client(), kept.kind, kept.ask, **{condition: value})) for kept, value in kept_by]
    confirmed = [again for kept, again in answers if again.status == 304 and kept.canaries]
    assert not confirmed, f"old copies confirmed: {[(again.kind, again.ask.path) for again in confirmed]}"
    return [again for _kept, again in answers]


def leaks(answers: list[Answer]) -> dict[str, set[str]]:
    """Where which canaries sing."""
    return {f"{answer.kind}: {answer.ask.path} ({answer.status})": answer.canaries for answer in answers if answer.canaries}


@pytest.mark.parametrize("name", STATES)
def test_no_canary_sings_where_readers_may_not_see_the_piece(name: str) -> None:
    state = STATES[name]
    ground = state.begin()
    age()
    before = all_answers(ground, SHOWING) if found(ground.page.title) and ground.page.live else []
    state.then(ground)
    assert leaks(all_answers(ground)) == {}
    assert leaks(asked_again(before, "If-None-Match", "etag")) == {}
    if state.silent:
        reconcile()
    assert leaks(asked_again(before, "If-Modified-Since", "last-modified")) == {}


def test_a_live_piece_sings_at_each_address_that_shows_pieces() -> None:
    sung = {answer.kind for answer in all_answers(live()) if answer.canaries}
    assert sung == {kind for kind, asked in ADDRESSES.items() if asked.shows}


def test_all_canaries_sing_in_a_live_piece() -> None:
    ground = live()
    sung = set().union(*(answer.canaries for answer in all_answers(ground)))
    assert sung >= set(found(" ".join(ground.page.story.model_dump_json()))) and "end of the body" in sung


def test_no_copy_of_what_can_go_may_be_kept_for_long() -> None:
    kept = {answer.ask.path: reuse(answer.headers.get("cache-control", "")) for answer in all_answers(live()) if answer.canaries}
    assert {path: seconds for path, seconds in kept.items() if seconds > LONGEST} == {}


def reuse(header: str) -> int:
    """For how many seconds a cache may answer by itself (RFC 9111 §5.2.2, RFC 5861)."""
    parts = dict(part.strip().partition("=")[::2] for part in header.split(","))
    return sum(int(parts.get(name) or 0) for name in ("max-age", "stale-while-revalidate"))
