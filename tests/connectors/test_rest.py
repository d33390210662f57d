"""One request with JSON: what its answers mean."""

import pytest

from syndication.connectors import rest
from syndication.errors import Transient, Uncertain
from tests.fakes.partner import Partner


def test_a_fault_of_the_outlet_after_a_post_is_uncertain_for_it_may_have_kept_the_piece(partner: Partner) -> None:
    with pytest.raises(Uncertain, match="a fault of its own .504., perhaps after it took the piece") as caught:
        rest.ask("POST", partner.url("/status/504?retry-after=60"), {})
    assert (caught.value.status, caught.value.retry_after) == (504, 60.0)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_fault_after_what_may_be_repeated_works_later(method: str, partner: Partner) -> None:
    with pytest.raises(Transient):
        rest.ask(method, partner.url("/status/504"))


def test_a_status_that_passes_is_answered_even_if_it_is_a_fault(partner: Partner) -> None:
    assert rest.ask("POST", partner.url("/status/500"), {}, passes={500}).status == 500


def test_an_answer_without_a_body_is_taken_where_it_is_allowed(partner: Partner) -> None:
    assert rest.ask("DELETE", partner.url("/status/204"), empty=True).data is None
    partner.next(lambda visit: visit.reply(200, b"", "application/json"))
    with pytest.raises(Uncertain, match="no JSON"):
        rest.ask("DELETE", partner.url())


def test_a_field_of_the_wrong_type_is_an_empty_one() -> None:
    assert rest.field_of({"id": "7"}, "id") == "7"
    assert rest.field_of({"id": 7}, "id") == "" and rest.field_of([], "id") == ""
    assert rest.field_of({"posts": {}}, "posts", list) == []


def test_what_an_answer_must_have_and_lacks_is_uncertain() -> None:
    assert rest.must_have("7", "an id") == "7"
    with pytest.raises(Uncertain, match="without an id"):
        rest.must_have("", "an id")
