"""The judge over the corpus (see `corpus.py`): all right, each term too, and in time."""

import time

import pytest

from tests.judge.corpus import Case, hostile, written

WRITTEN = list(written())


@pytest.mark.parametrize("case", WRITTEN, ids=lambda case: case.name)
def test_a_page_gets_the_verdict_that_is_written_beside_it(case: Case) -> None:
    judged = case.judged()
    shown = "\n".join(f"{seen.what} [{seen.place}] {seen.excerpt}" for seen in judged.evidence)
    assert judged.verdict == case.verdict, (judged.sentence, shown)
    assert {name: judged.terms.get(name, "not looked at") for name in case.terms} == case.terms, (judged, shown)
    assert judged.sentence.endswith((".", "?")) and judged.evidence


@pytest.mark.parametrize("case", list(hostile()), ids=lambda case: case.name)
def test_a_page_made_to_hurt_is_judged_in_time(case: Case) -> None:
    began = time.process_time()
    judged = case.judged()
    assert time.process_time() - began < 5
    assert (judged.verdict, {name: judged.terms.get(name) for name in case.terms}) == (case.verdict, case.terms), judged.sentence


def test_the_corpus_is_large_and_says_each_verdict_and_term() -> None:
    assert len(WRITTEN) >= 150
    assert len({case.name for case in WRITTEN}) == len(WRITTEN)
    assert {case.verdict for case in WRITTEN} == {"honoured", "missing", "wrong", "duplicated", "unreachable", "gone"}
    terms = {name for case in WRITTEN for name in case.terms}
    assert terms == {"canonical", "noindex", "link", "text", "extent", "licence", "correction", "withdrawal"}
