"""One policy: who may carry a piece, what machines may do, and the words of ninjs for it."""

import json
from typing import Any

import pytest

from home.licences import LICENCES
from syndication.rights import RSL, Policy, is_open, may_republish, notice, rights_info, terms_url
from syndication.story import Licence, OutletCopy
from tests import factories as make

OUTLET = OutletCopy(name="Evening Lantern", url=f"{make.ABROAD}/lamps")


def policy(**choices: Any) -> Policy:
    """A policy of The Harbour Review."""
    facts = {"root": "https://home.example", "publisher": "The Harbour Review", "licence": LICENCES["all-rights-reserved"]}
    return Policy(**{**facts, **choices})


def test_nobody_who_chose_nothing_gives_anything_to_ai() -> None:
    assert policy().permitted == ("search",)
    assert policy().prohibited == ("ai-input", "ai-index", "ai-train")
    assert policy().reserved


@pytest.mark.parametrize(
    ("choices", "reserved"),
    [({"ai_train": True}, True), ({"ai_input": True}, True), ({"ai_train": True, "ai_input": True}, False)],
)
def test_mining_is_reserved_until_machines_may_do_both(choices: dict[str, bool], reserved: bool) -> None:
    assert policy(**choices).reserved is reserved


def test_each_use_is_either_permitted_or_prohibited() -> None:
    for search in (True, False):
        for ai_input in (True, False):
            told = policy(search=search, ai_input=ai_input)
            assert sorted(told.permitted + told.prohibited) == ["ai-index", "ai-input", "ai-train", "search"]


@pytest.mark.parametrize("code", LICENCES)
def test_anybody_may_carry_what_is_under_creative_commons_and_nothing_else(code: str) -> None:
    licence = LICENCES[code]
    assert is_open(licence) is (code != "all-rights-reserved")
    assert may_republish(make.story(licence=licence)) is is_open(licence)


def test_a_licence_without_a_deed_of_its_own_gives_no_permission() -> None:
    assert not is_open(None)
    assert not is_open(Licence(name="CC BY 4.0"))
    assert not is_open(Licence(name="House terms", url="https://home.example/terms/"))


def test_nobody_may_carry_a_stub_by_our_licence_for_its_text_is_the_outlets() -> None:
    stub = make.story(kind="stub", outlet=OUTLET, licence=LICENCES["cc-by"])
    assert not may_republish(stub)
    assert not policy(ai_input=True).offers_text(stub)
    assert terms_url(stub) == ""


def test_plain_text_is_offered_where_machines_may_read_or_people_may_carry() -> None:
    closed, free = make.story(licence=LICENCES["all-rights-reserved"]), make.story(licence=LICENCES["cc-by-nd"])
    assert not policy().offers_text(closed)
    assert policy().offers_text(free)
    assert policy(ai_input=True).offers_text(closed)


def test_ninjs_links_the_deed_or_else_our_terms_for_machines() -> None:
    assert rights_info(make.story(licence=LICENCES["cc-by"])) == {"linkedRights": LICENCES["cc-by"].url}
    closed = rights_info(make.story(licence=LICENCES["all-rights-reserved"]))
    assert closed == {"langId": RSL, "linkedRights": "https://home.example/rsl.xml"}
    assert rights_info(make.story(kind="stub", outlet=OUTLET)) == {}
    assert json.dumps(closed)


def test_the_notice_names_the_year_the_house_and_the_licence() -> None:
    assert notice(make.story(licence=LICENCES["cc-by"])) == "© 2018 The Harbour Review. CC BY 4.0"
    assert notice(make.story(kind="stub", outlet=OUTLET, licence=LICENCES["cc-by"])) == "CC BY 4.0"
