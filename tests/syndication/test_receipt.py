"""Receipts and errors hold what a stranger said, and fit into every database all the same."""

from syndication.errors import Transient
from syndication.receipt import Receipt


def test_what_no_database_keeps_is_replaced_and_what_is_too_long_is_cut() -> None:
    receipt = Receipt("7\x00" + "x" * 300, "https://outlet.example/\ud800", {"a\x00": ["b\x00", 7, None]}, ("Mind\x00.",))
    assert receipt.id.startswith("7\ufffdx") and len(receipt.id) == 200
    assert receipt.url == "https://outlet.example/\ufffd"
    assert receipt.memory == {"a\ufffd": ["b\ufffd", 7, None]}
    assert receipt.warnings == ("Mind\ufffd.",)


def test_what_an_outlet_nests_without_end_is_dropped() -> None:
    nested: dict[str, object] = {}
    for _ in range(5000):
        nested = {"deeper": nested}
    assert len(str(Receipt("7", memory=nested).memory)) < 200


def test_the_answer_that_an_error_quotes_fits_as_well() -> None:
    error = Transient("The outlet has a fault\x00.", detail="HTTP 500\n\x00\x01")
    assert (error.sentence, error.detail) == ("The outlet has a fault\ufffd.", "HTTP 500\n\ufffd\x01")
