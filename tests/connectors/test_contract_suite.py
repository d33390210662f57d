"""The one contract that every connector keeps, against a fake outlet that misbehaves. What it need not do, it declares."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from syndication import http
from syndication.connectors import CONNECTORS
from syndication.connectors.base import Connector, Receipt
from syndication.connectors.features import BY_A_PERSON, NO, WHEN_FETCHED, YES
from syndication.delivering import deliver_due
from syndication.errors import ByHand, DeliveryError, OutletGone, Permanent, Refused, Transient, Uncertain
from syndication.http.probe import AUTHENTICATION, CANONICAL, FAILED, OK, PUBLISHING, STEPS
from syndication.models import Delivery, Republication
from syndication.story import Correction, Picture, Story
from tests import factories as make
from tests.connectors.conftest import Engine, declared, self_signed
from tests.connectors.fakes import FAKES
from tests.connectors.fakes.base import Ends, FakeOutlet, FakePlace, kinds
from tests.fakes.partner import Partner, Visit

ELSEWHERE = "http://10.11.12.13/inside"
# How each case ends where a protocol gives no reason to end otherwise (`FakePlace.ends`).
STATUSES: dict[str, Ends] = {
    "400": (Permanent,),
    "401": (Refused,),
    "403": (Refused,),
    "404": (Permanent,),
    "405": (Permanent,),
    "409": (Permanent, Transient),
    "410": (OutletGone,),
    "413": (Permanent,),
    "422": (Permanent,),
    "429": (Transient,),
    "500": (Transient, Uncertain),
    "503": (Transient, Uncertain),
}
# Behaviours of tests.fakes.partner after which no proof is left.
SPOILT = ["reset", "close", "status/502", "garbage", "login_page", "reset_mid_body", "huge_body"]


def every(test: Callable[[type[Connector]], Any] = lambda connector: True) -> Any:
    """Run for each kind of connector that declares so."""
    return pytest.mark.parametrize("kind", kinds(test), indirect=True)


def spoken(connector: type[Connector]) -> bool:
    return connector.needs_endpoint


def copying(connector: type[Connector]) -> bool:
    """Whether pieces of ours stand there at all."""
    return not connector.announces


def by_machine(connector: type[Connector]) -> bool:
    """Whether a create is done by a machine, so that a copy stands there when the verb is over."""
    return connector.features.create not in (NO, BY_A_PERSON) and not FAKES[connector.kind].apart


def changing(connector: type[Connector]) -> bool:
    return by_machine(connector) and connector.features.update != NO and copying(connector)


def withdrawing(connector: type[Connector]) -> bool:
    return by_machine(connector) and connector.features.withdraw != NO and copying(connector)


def sound(error: DeliveryError, fake: FakePlace) -> None:
    """The sentence is one that an editor understands, and nothing tells the secret."""
    sentence = error.sentence.replace("127.0.0.1", "The host")
    assert sentence and sentence[0].isupper() and sentence.endswith("."), sentence
    assert not re.search(r"Traceback|Error\b|Exception|urllib|None\b|\{|\}|<|NoneType|object at", sentence), sentence
    assert "@" not in sentence.replace(fake.account or "\0", ""), sentence
    assert len(sentence.split()) >= 5, sentence
    quiet(f"{sentence}\n{error.detail}", fake)


def quiet(text: str, fake: FakePlace) -> None:
    """No secret, whole or in its parts, is in `text`."""
    assert not fake.secret or http.redacted(text, [fake.secret, *re.split(r"[:._]", fake.secret)]) == text


def ending(engine: Engine, fake: FakePlace, case: str, usual: Ends, say: Callable[[], Receipt]) -> DeliveryError | None:
    """Say it, and hold the end to the table; returns the error, None where it was taken all the same."""
    allowed = fake.ends.get(case, usual)
    problem: DeliveryError | None = None
    try:
        say()
    except DeliveryError as error:
        problem = error
    quiet("\n".join(engine.wire), fake)
    assert (type(problem) if problem else None) in allowed, f"{case} ended so: {problem!r}"
    if problem:
        sound(problem, fake)
    return problem


# --- what connectors declare --------------------------------------------------------------------------------------------------


def test_every_connector_has_a_fake_and_every_fake_a_connector() -> None:
    assert set(FAKES) == set(CONNECTORS)


def test_the_table_of_contents_is_sorted_by_label_and_names_each_by_its_kind() -> None:
    labels = [connector.label for connector in CONNECTORS.values()]
    assert labels == sorted(labels, key=str.casefold)
    assert all(kind == connector.kind for kind, connector in CONNECTORS.items())


@every()
def test_a_connector_finds_if_and_only_if_it_says_so(kind: str) -> None:
    connector = declared(kind)
    assert (connector.features.find == NO) == (connector.find is Connector.find)


@every(lambda connector: copying(connector) and by_machine(connector))
def test_whoever_makes_copies_is_idempotent_or_can_look_first(kind: str) -> None:
    assert declared(kind).idempotent or declared(kind).features.find != NO


@every()
def test_features_are_yes_no_or_a_few_words(kind: str) -> None:
    for words in vars(declared(kind).features).values():
        assert words in (YES, NO) or (3 <= len(words) <= 60 and words[0].islower() and not words.endswith(".")), words


@every()
def test_the_form_asks_in_whole_sentences(kind: str) -> None:
    connector = declared(kind)
    for text in (connector.endpoint_help, connector.account_help, connector.secret_help):
        assert not text or text.endswith((".", ")")), text
    assert connector.label


@every(lambda connector: bool(connector.secret_help))
def test_the_secret_of_the_fake_is_one_the_form_takes_and_an_empty_one_never_is(kind: str) -> None:
    declared(kind).check_secret(FAKES[kind].secret)


@every(lambda connector: bool(connector.account_label))
def test_the_account_of_the_fake_is_one_the_form_takes(kind: str) -> None:
    declared(kind).check_account(FAKES[kind].account)


# --- what goes well -----------------------------------------------------------------------------------------------------------


@every(by_machine)
def test_a_piece_arrives_with_its_headline_and_a_receipt(engine: Engine, fake: FakePlace, story: Story) -> None:
    receipt = engine.publish(story)
    (copy,) = fake.live
    assert fake.shows(copy, story)
    assert declared(fake.kind).announces or receipt.id or receipt.url or receipt.memory
    if receipt.url:
        http.check_url(receipt.url)
    quiet("\n".join(engine.wire), fake)


@every(by_machine)
def test_the_same_key_twice_makes_one_piece(engine: Engine, fake: FakePlace, story: Story) -> None:
    first = engine.publish(story)
    engine.forget()
    again = engine.publish(story)
    assert len(fake.copies) == 1 and len(fake.live) == 1
    assert (again.id, again.url) == (first.id, first.url)


@every(changing)
def test_an_update_replaces_what_is_there(engine: Engine, fake: FakePlace, story: Story) -> None:
    first = engine.publish(story)
    second = engine.publish(story.model_copy(update={"headline": "The harbour of ships"}))
    (copy,) = fake.live
    assert "The harbour of ships" in copy.text and "The harbour of lamps" not in copy.text
    assert len(fake.copies) == 1
    assert second.id == first.id or not declared(fake.kind).announces


@every(lambda connector: changing(connector) and connector.features.correct != NO)
def test_a_correction_reaches_the_readers_of_the_copy_in_its_own_words(engine: Engine, fake: FakePlace, story: Story) -> None:
    engine.publish(story)
    correction = Correction(at=date(2026, 5, 1), text="The ship was blue, not green.")
    engine.publish(story.model_copy(update={"corrections": (correction,)}))
    (copy,) = fake.live
    assert "The ship was blue, not green." in copy.text


@every(withdrawing)
def test_a_withdrawal_takes_it_down_and_may_be_said_twice(engine: Engine, fake: FakePlace, story: Story) -> None:
    engine.publish(story)
    engine.withdraw(story)
    assert fake.live == []
    engine.withdraw(story)
    assert fake.live == []


@every(withdrawing)
def test_to_withdraw_what_is_not_there_is_success(engine: Engine, fake: FakePlace, story: Story) -> None:
    engine.withdraw(story)
    assert fake.live == []


@every(withdrawing)
def test_to_withdraw_what_the_outlet_deleted_by_itself_is_success(engine: Engine, fake: FakePlace, story: Story) -> None:
    engine.publish(story)
    fake.copies.clear()
    engine.withdraw(story)
    assert fake.live == []


@every(withdrawing)
def test_an_uncertain_create_that_is_withdrawn_leaves_nothing(engine: Engine, fake: FakePlace, story: Story) -> None:
    engine.publish(story)
    engine.forget()
    engine.withdraw(story)
    assert fake.live == []


@every(lambda connector: withdrawing(connector) and changing(connector))
def test_a_piece_that_comes_back_stands_there_once(engine: Engine, fake: FakePlace, story: Story) -> None:
    engine.publish(story)
    engine.withdraw(story)
    engine.publish(story)
    assert len(fake.live) == 1 and story.headline in fake.live[0].text


@every(lambda connector: by_machine(connector) and copying(connector))
def test_two_pieces_of_one_headline_are_two_pieces(engine: Engine, fake: FakePlace, story: Story) -> None:
    engine.publish(story)
    other = Engine(engine.outlet, uncertain=True)
    other.publish(make.story(headline=story.headline))
    assert len(fake.live) == 2, "a look-up by headline alone finds a piece that is not ours"


@every()
@pytest.mark.django_db
def test_the_whole_engine_delivers_and_its_log_keeps_no_secret(fake: FakePlace) -> None:
    told = fake.outlet(takes_since=None)
    told.save()
    page = make.original("The harbour of lamps")
    deliver_due()
    row, delivery = Republication.objects.get(uid=page.uid, outlet=told), Delivery.objects.get()
    State = Republication.State
    resting = {NO: State.TODO, BY_A_PERSON: State.TODO, WHEN_FETCHED: State.OFFERED}
    assert row.state == resting.get(declared(fake.kind).features.create, State.DELIVERED), row.error
    assert len(fake.live) == (1 if by_machine(declared(fake.kind)) else 0)
    quiet("\n".join([delivery.sentence, delivery.detail, *delivery.wire, str(row.receipt_memory), *row.warnings]), fake)


# --- lost answers -------------------------------------------------------------------------------------------------------------


@every(lambda connector: spoken(connector) and by_machine(connector))
@pytest.mark.parametrize("behaviour", SPOILT)
@pytest.mark.parametrize("place", [0, 1])
def test_an_answer_lost_after_the_outlet_did_it_leads_to_one_piece(
    behaviour: str, place: int, engine: Engine, fake: FakeOutlet, story: Story
) -> None:
    fake.misbehave(behaviour, changes_only=True, after=True, times=1, skip=place)
    lost = "garbage" if behaviour in ("garbage", "login_page") else behaviour
    ending(engine, fake, f"lost: {lost}", (Uncertain, Transient, None), lambda: engine.publish(story))
    fake.behave()
    engine.publish(story)
    assert len(fake.copies) == 1 and len(fake.live) == 1


@every(lambda connector: spoken(connector) and by_machine(connector))
def test_a_timeout_after_the_outlet_did_it_is_uncertain_and_leads_to_one_piece(
    engine: Engine, fake: FakeOutlet, story: Story, settings: Any
) -> None:
    settings.SYNDICATION_DEADLINE_SECONDS = 0.6
    fake.misbehave("hang", changes_only=True, after=True, times=1)
    ending(engine, fake, "timeout", (Uncertain,), lambda: engine.publish(story))
    settings.SYNDICATION_DEADLINE_SECONDS = 5
    engine.publish(story)
    assert len(fake.copies) == 1 and len(fake.live) == 1


@every(lambda connector: spoken(connector) and changing(connector))
def test_a_lost_answer_to_an_update_is_made_good(engine: Engine, fake: FakeOutlet, story: Story) -> None:
    engine.publish(story)
    changed = story.model_copy(update={"headline": "The harbour of ships"})
    fake.misbehave("reset", changes_only=True, after=True, times=1)
    ending(engine, fake, "lost update", (Uncertain, Transient), lambda: engine.publish(changed))
    engine.publish(changed)
    assert len(fake.live) == 1 and "The harbour of ships" in fake.live[0].text


@every(lambda connector: spoken(connector) and withdrawing(connector))
def test_a_lost_answer_to_a_withdrawal_is_made_good(engine: Engine, fake: FakeOutlet, story: Story) -> None:
    engine.publish(story)
    fake.misbehave("reset", changes_only=True, after=True, times=1)
    ending(engine, fake, "lost withdrawal", (Uncertain, Transient), lambda: engine.withdraw(story))
    engine.withdraw(story)
    assert fake.live == []


# --- refusals -----------------------------------------------------------------------------------------------------------------


@every(spoken)
@pytest.mark.parametrize("changes_only", [False, True], ids=["everything", "changes"])
@pytest.mark.parametrize("status", STATUSES)
def test_a_refused_create_ends_in_the_right_class(
    status: str, changes_only: bool, engine: Engine, fake: FakeOutlet, story: Story
) -> None:
    fake.misbehave(f"status/{status}", changes_only=changes_only)
    ending(engine, fake, status, STATUSES[status], lambda: engine.publish(story))
    assert fake.live == []


@every(lambda connector: spoken(connector) and changing(connector))
@pytest.mark.parametrize("status", [status for status in STATUSES if status not in ("404", "410")])
def test_a_refused_update_ends_in_the_right_class(status: str, engine: Engine, fake: FakeOutlet, story: Story) -> None:
    engine.publish(story)
    fake.misbehave(f"status/{status}", changes_only=True)
    changed = story.model_copy(update={"headline": "The harbour of ships"})
    ending(engine, fake, f"{status} on update", fake.ends.get(status, STATUSES[status]), lambda: engine.publish(changed))
    fake.behave()
    engine.publish(changed)
    assert len(fake.live) == 1 and "The harbour of ships" in fake.live[0].text, "a later attempt mends it"


@every(lambda connector: spoken(connector) and changing(connector))
@pytest.mark.parametrize("status", ["404", "410"])
def test_an_update_of_what_they_do_not_have_any_more_is_told_or_made_anew(
    status: str, engine: Engine, fake: FakeOutlet, story: Story
) -> None:
    engine.publish(story)
    fake.misbehave(f"status/{status}", changes_only=True)
    changed = story.model_copy(update={"headline": "The harbour of ships"})
    ending(engine, fake, f"{status} on update", (Permanent, OutletGone), lambda: engine.publish(changed))


@every(lambda connector: spoken(connector) and changing(connector))
def test_an_update_of_a_copy_that_the_outlet_deleted_makes_at_most_one(engine: Engine, fake: FakeOutlet, story: Story) -> None:
    engine.publish(story)
    fake.copies.clear()
    try:
        receipt = engine.publish(story.model_copy(update={"headline": "The harbour of ships"}))
    except Permanent as error:
        sound(error, fake)
        assert fake.copies == []
    else:
        assert len(fake.live) == 1
        assert receipt.warnings or declared(fake.kind).idempotent, "an editor is told that their copy had gone"


@every(lambda connector: spoken(connector) and withdrawing(connector))
@pytest.mark.parametrize("status", ["401", "403", "429", "500"])
def test_a_refused_withdrawal_is_no_success(status: str, engine: Engine, fake: FakeOutlet, story: Story) -> None:
    engine.publish(story)
    fake.misbehave(f"status/{status}")
    ending(engine, fake, f"{status} on withdrawal", fake.ends.get(status, STATUSES[status]), lambda: engine.withdraw(story))
    fake.behave()
    engine.withdraw(story)
    assert fake.live == []


@every(spoken)
@pytest.mark.parametrize("changes_only", [False, True], ids=["everything", "changes"])
@pytest.mark.parametrize(("asked", "least", "most"), [("90", 90, 90), ("date", 100, 120)])
def test_who_asks_us_to_slow_down_is_heeded(
    asked: str, least: int, most: int, changes_only: bool, engine: Engine, fake: FakeOutlet, story: Story
) -> None:
    fake.misbehave(f"slow_down/{asked}", changes_only=changes_only)
    error = ending(engine, fake, "429", (Transient,), lambda: engine.publish(story))
    assert error is not None and error.retry_after is not None and least <= error.retry_after <= most


# --- lines that break, and answers that are none ------------------------------------------------------------------------------


@every(lambda connector: spoken(connector) and by_machine(connector))
@pytest.mark.parametrize("changes_only", [False, True], ids=["everything", "changes"])
@pytest.mark.parametrize("behaviour", ["reset", "close", "cut_headers", "garbage", "bomb", "huge_body"])
def test_a_line_that_breaks_is_no_failure_for_good_and_no_success(
    behaviour: str, changes_only: bool, engine: Engine, fake: FakeOutlet, story: Story
) -> None:
    fake.misbehave(behaviour, changes_only=changes_only)
    ending(engine, fake, "broken line", (Uncertain, Transient), lambda: engine.publish(story))
    fake.behave()
    engine.publish(story)
    assert len(fake.live) == 1


@every(lambda connector: spoken(connector) and by_machine(connector))
@pytest.mark.parametrize("changes_only", [False, True], ids=["everything", "changes"])
def test_a_login_page_with_200_is_no_success(changes_only: bool, engine: Engine, fake: FakeOutlet, story: Story) -> None:
    fake.misbehave("login_page", changes_only=changes_only)
    ending(engine, fake, "login page", (Uncertain, Transient, Permanent), lambda: engine.publish(story))
    assert fake.live == []


@every(lambda connector: spoken(connector) and by_machine(connector))
@pytest.mark.parametrize(
    "body", [b"\x00\x01\x02 garbage", b"{", b"[]", b'"ok"', b"null", b"{}", b'{"id": null, "url": {"a": 1}}']
)
@pytest.mark.parametrize("changes_only", [False, True], ids=["everything", "changes"])
def test_garbage_with_200_is_no_success(body: bytes, changes_only: bool, engine: Engine, fake: FakeOutlet, story: Story) -> None:
    def answer(visit: Visit) -> None:
        visit.reply(200, body, "application/json")

    fake.misbehave(answer, changes_only=changes_only)
    ending(engine, fake, "garbage", (Uncertain, Transient, Permanent), lambda: engine.publish(story))


@every(spoken)
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_to_a_private_address_is_not_followed(
    status: int, engine: Engine, fake: FakeOutlet, story: Story, partner: Partner
) -> None:
    fake.misbehave(f"redirect/{status}?to={ELSEWHERE}")
    ending(engine, fake, "redirect", (Permanent,), lambda: engine.publish(story))
    assert all("10.11.12.13" not in text.splitlines()[0] for text in engine.wire), "nobody went there"


@every(spoken)
def test_https_to_a_port_that_does_not_speak_it_sends_nothing(engine: Engine, fake: FakeOutlet, story: Story) -> None:
    engine.outlet.endpoint = engine.outlet.endpoint.replace("http://", "https://")
    error = ending(engine, fake, "TLS", (Transient,), lambda: engine.publish(story))
    assert error is not None and "Nothing was sent" in error.sentence
    assert not engine.uncertain


@every(spoken)
def test_a_certificate_that_nobody_vouches_for_is_not_spoken_with(kind: str, tmp_path: Path, story: Story, settings: Any) -> None:
    settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    with Partner(tls=self_signed(tmp_path)) as safe:
        settings.SYNDICATION_ALLOWED_PORTS = [safe.port]
        fake = FAKES[kind](safe)
        engine = Engine(fake.outlet())
        error = ending(engine, fake, "certificate", (Transient,), lambda: engine.publish(story))
        assert error is not None and "certificate" in error.sentence
        assert safe.requests == [] and fake.copies == []


@every(spoken)
def test_an_address_inside_is_not_visited(
    engine: Engine, fake: FakeOutlet, story: Story, settings: Any, partner: Partner
) -> None:
    settings.SYNDICATION_ALLOWED_NETWORKS = []
    partner.connections = 0
    ending(engine, fake, "inside", (Permanent,), lambda: engine.publish(story))
    assert partner.connections == 0


# --- what the contract owes ---------------------------------------------------------------------------------------------------


@every(lambda connector: copying(connector) and by_machine(connector))
def test_the_canonical_link_is_set_or_the_editor_is_told(engine: Engine, fake: FakePlace, story: Story) -> None:
    receipt = engine.publish(story)
    (copy,) = fake.live
    said = any("canonical" in warning.lower() for warning in receipt.warnings)
    match declared(fake.kind).features.canonical:
        case "yes":
            assert copy.canonical == story.canonical.url and not said
        case "no":
            assert said
        case _:
            assert said or copy.canonical == story.canonical.url
    for warning in receipt.warnings:
        assert warning[0].isupper() and warning.endswith("."), warning


@every(lambda connector: copying(connector) and by_machine(connector))
def test_noindex_is_set_or_the_editor_is_told_where_the_contract_asks_for_it(fake: FakePlace, story: Story) -> None:
    receipt = Engine(fake.outlet(owes_noindex=True)).publish(story)
    (copy,) = fake.live
    said = any(re.search("noindex|search engines", warning) for warning in receipt.warnings)
    if declared(fake.kind).features.noindex == YES:
        assert copy.noindex and not said
    else:
        assert copy.noindex or said


@every(lambda connector: copying(connector) and by_machine(connector))
def test_nobody_sets_noindex_unasked(engine: Engine, fake: FakePlace, story: Story) -> None:
    receipt = engine.publish(story)
    assert not fake.live[0].noindex
    assert not any("noindex" in warning for warning in receipt.warnings)


@every(lambda connector: copying(connector) and by_machine(connector) and connector.features.image != NO)
def test_a_picture_travels_and_an_update_does_not_send_it_again(
    engine: Engine, fake: FakePlace, story: Story, picture: Picture
) -> None:
    story = story.model_copy(update={"lead_image": picture, "share_image": picture})
    engine.publish(story)
    (copy,) = fake.live
    assert copy.image
    if declared(fake.kind).features.update != NO:
        engine.publish(story.model_copy(update={"headline": "The harbour of ships"}))
        assert fake.live[0].image == copy.image


@every(lambda connector: copying(connector) and by_machine(connector))
def test_a_picture_that_cannot_be_had_never_keeps_a_piece_from_going_out(engine: Engine, fake: FakePlace, story: Story) -> None:
    lost = make.picture(url="https://home.example/media/images/lost.jpg")
    engine.publish(story.model_copy(update={"lead_image": lost, "share_image": lost}))
    assert len(fake.live) == 1


@every(lambda connector: connector.features.edits != NO)
def test_what_somebody_there_changed_is_told_and_replaced(engine: Engine, fake: FakePlace, story: Story) -> None:
    engine.publish(story)
    fake.edit(fake.live[0])
    receipt = engine.publish(story.model_copy(update={"headline": "The harbour of ships"}))
    assert any("changed" in warning for warning in receipt.warnings), receipt.warnings
    assert "The harbour of ships" in fake.live[0].text
    receipt = engine.publish(story.model_copy(update={"headline": "The harbour of boats"}))
    assert not any("changed" in warning for warning in receipt.warnings), "our own push is no edit of theirs"


@every(lambda connector: connector.features.edits != NO and spoken(connector))
def test_an_update_of_ours_whose_answer_was_lost_is_no_edit_of_theirs(engine: Engine, fake: FakeOutlet, story: Story) -> None:
    engine.publish(story)
    changed = story.model_copy(update={"headline": "The harbour of ships"})
    fake.misbehave("reset", changes_only=True, after=True, times=1)
    with pytest.raises((Uncertain, Transient)):
        engine.publish(changed)
    assert not any("changed" in warning for warning in engine.publish(changed).warnings)


@every(lambda connector: changing(connector) and spoken(connector) and connector.features.find != NO)
def test_a_copy_that_an_editor_told_the_address_of_is_brought_up_to_date(engine: Engine, fake: FakeOutlet, story: Story) -> None:
    first = engine.publish(story)
    engine.receipt = Receipt(url=first.url)
    engine.publish(story.model_copy(update={"headline": "The harbour of ships"}))
    (copy,) = fake.copies
    assert "The harbour of ships" in copy.text
    engine.receipt = Receipt(url=first.url)
    engine.withdraw(story)
    assert fake.live == []


# --- what it cannot do, it says -----------------------------------------------------------------------------------------------


@every(lambda connector: connector.features.create in (NO, BY_A_PERSON))
def test_who_cannot_create_hands_the_piece_to_a_person(engine: Engine, fake: FakePlace, story: Story) -> None:
    with pytest.raises((ByHand, Permanent)) as caught:
        engine.publish(story)
    sound(caught.value, fake)


@every(lambda connector: by_machine(connector) and connector.features.update == NO)
def test_who_cannot_update_says_so_or_leaves_it(engine: Engine, fake: FakePlace, story: Story) -> None:
    engine.publish(story)
    changed = story.model_copy(update={"headline": "The harbour of ships"})
    ending(engine, fake, "update", (Permanent, ByHand, None), lambda: engine.publish(changed))
    assert len(fake.live) == 1


@every(lambda connector: by_machine(connector) and connector.features.withdraw == NO)
def test_who_cannot_withdraw_says_so_or_has_nothing_to_take_down(engine: Engine, fake: FakePlace, story: Story) -> None:
    engine.publish(story)
    usual: Ends = (Permanent, ByHand, None) if declared(fake.kind).announces else (Permanent, ByHand)
    ending(engine, fake, "withdrawal", usual, lambda: engine.withdraw(story))


# --- the test of the connection -----------------------------------------------------------------------------------------------


@every(spoken)
def test_a_test_of_the_connection_walks_the_whole_way_and_changes_nothing(engine: Engine, fake: FakeOutlet) -> None:
    steps = list(engine.connector.examine())
    told = {step.step: step for step in steps}
    assert [step.step for step in steps] == [step for step in STEPS if step in told], "in the order of the screen"
    assert told[AUTHENTICATION].outcome == OK and {PUBLISHING, CANONICAL} <= set(told)
    assert not any(step.outcome == FAILED for step in steps), steps
    for step in steps:
        assert step.sentence.endswith("."), step
        quiet(f"{step.sentence}\n{step.detail}", fake)
    assert fake.copies == []


@every(spoken)
@pytest.mark.parametrize("behaviour", ["status/401", "status/403", "status/404", "status/500", "login_page", "garbage", "reset"])
def test_a_test_that_fails_ends_at_its_first_failure_with_a_sentence(behaviour: str, engine: Engine, fake: FakeOutlet) -> None:
    fake.misbehave(behaviour)
    steps = list(engine.connector.examine())
    failed = [step for step in steps if step.outcome == FAILED]
    assert failed or any(step.outcome == "warning" for step in steps), steps
    assert not failed or steps[-1] is failed[0]
    for step in steps:
        assert step.sentence.endswith("."), step
        quiet(f"{step.sentence}\n{step.detail}", fake)
