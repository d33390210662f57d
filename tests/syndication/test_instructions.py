"""The contract as the outlet's people act on it: in words, and as the exact lines for their system."""

import pytest

from syndication.contract import Contract
from syndication.renderers.instructions import owed, said_to_outlet, systems
from tests import factories as make


def lines(name: str, contract: Contract, **facts: str) -> list[str]:
    """The lines to paste in one system."""
    told = make.story(url="https://home.example/a?b=1&c=2", **facts)
    return [act.line for system in systems(told, contract) if system.name == name for act in system.acts if act.line]


def test_by_hand_the_tags_are_whole_and_escaped_once() -> None:
    head, last = lines("hand", Contract(noindex=True, attribution='From "Home"'), headline="<Ships>")
    assert head.split("\n") == [
        '<link rel="canonical" href="https://home.example/a?b=1&amp;c=2">',
        '<meta name="robots" content="noindex">',
    ]
    assert last == ('<p><em>From &quot;Home&quot;: <a href="https://home.example/a?b=1&amp;c=2">&lt;Ships&gt;</a></em></p>')


@pytest.mark.parametrize("name", ["wordpress", "ghost"])
def test_a_field_of_a_system_gets_the_bare_address(name: str) -> None:
    assert lines(name, Contract())[0] == "https://home.example/a?b=1&c=2"


def test_who_owes_nothing_is_told_to_do_nothing() -> None:
    nothing = Contract(canonical=False, link=False)
    assert [system.acts for system in systems(make.story(), nothing)] == [(), (), ()]
    assert len(owed(nothing)) == 1 and "full text" in owed(nothing)[0]


def test_only_what_is_owed_is_asked() -> None:
    assert lines("hand", Contract(canonical=False, link=False, noindex=True)) == ['<meta name="robots" content="noindex">']
    assert lines("ghost", Contract(canonical=False, link=False, noindex=True)) == ['<meta name="robots" content="noindex">']
    assert lines("hand", Contract(canonical=False, link=False, attribution="By Home")) == ["<p><em>By Home</em></p>"]


def test_the_contract_is_told_in_words() -> None:
    told = owed(Contract(noindex=True, extent="excerpt", words=80, attribution="By Home"))
    assert len(told) == 5 and "By Home" in told[3] and "80 words" in told[4]


def test_the_judges_sentences_are_said_to_them() -> None:
    assert said_to_outlet("It is gone. Ask the desk to set it.") == "It is gone. Please set it."
    assert "desk" not in said_to_outlet("If it has moved, ask the desk where to; if it should stand, ask them to bring it back.")
