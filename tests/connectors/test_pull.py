"""Outlets that pull: every verb only lays ready what they may fetch."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from syndication.connectors import CONNECTORS
from syndication.connectors.base import Access, Receipt
from syndication.connectors.pull import Pull
from syndication.contract import Contract
from syndication.credentials import Secret
from syndication.errors import Offered
from tests import factories as make

KEY = uuid4()


@pytest.fixture
def pull() -> Pull:
    return Pull(Access("The Weekly", "", Contract(), lambda: Secret("")))


def test_it_is_a_kind_that_needs_neither_endpoint_nor_secret() -> None:
    assert CONNECTORS["pull"] is Pull
    assert not Pull.needs_endpoint and not Pull.needs_secret and not Pull.announces


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda pull, story: pull.publish(story, KEY), "It lies ready for The Weekly to fetch."),
        (lambda pull, story: pull.update(story, Receipt(), KEY), "It lies ready for The Weekly to fetch."),
        (lambda pull, story: pull.correct(story, Receipt(), KEY), "It lies ready for The Weekly to fetch."),
        (lambda pull, story: pull.withdraw(story, Receipt(), KEY), "The word that it is withdrawn lies ready for The Weekly."),
    ],
)
def test_each_verb_lays_ready(act: Callable[..., Any], sentence: str, pull: Pull) -> None:
    with pytest.raises(Offered) as offered:
        act(pull, make.story())
    assert offered.value.sentence == sentence


def test_there_is_no_way_to_walk(pull: Pull) -> None:
    assert list(pull.examine()) == []
