"""Test connection: what a webhook's answers to a greeting mean, how the errand shows it, and the command for terminals."""

import io
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError
from wagtail.models import ModelLogEntry

from syndication.contract import Contract
from syndication.errands import run_errands
from syndication.examining import examine
from syndication.http.probe import FAILED, NOT_APPLICABLE, OK, STEPS, WARNING, Step
from syndication.models import Errand, Outlet
from syndication.syndicating import request_test as ask_for_test
from tests import factories as make
from tests.fakes.partner import Partner, Visit

pytestmark = pytest.mark.django_db
OTHER_SECRET = f"whsec_{'QUJD' * 10}"


@pytest.fixture(scope="module")
def shared_partner() -> Iterator[Partner]:
    with Partner() as partner:
        yield partner


@pytest.fixture
def partner(shared_partner: Partner, settings: Any) -> Partner:
    shared_partner.forget()
    settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.SYNDICATION_ALLOWED_PORTS = [shared_partner.port]
    return shared_partner


def checking(*secrets: str, answer: Any = None, status: int = 200, wrong: int = 401) -> Callable[[Visit], None]:
    """A receiver that checks signatures with these secrets and answers so."""

    def behave(visit: Visit) -> None:
        if visit.command == "HEAD":
            return visit.reply(405)
        for secret in secrets:
            try:
                Verifier(secret).verify(visit.body, {name.lower(): value for name, value in visit.headers.items()})
            except WebhookVerificationError:
                continue
            return visit.reply_json(answer if answer is not None else {}, status)
        return visit.reply_json({}, wrong)

    return behave


@pytest.fixture
def outlet(partner: Partner) -> Outlet:
    """An outlet at the partner's /hook, which checks and takes our greeting until told otherwise."""
    partner.routes["/hook"] = checking(make.SECRET)
    return make.outlet("Lantern", endpoint=partner.url("/hook"))


def steps(outlet: Outlet) -> dict[str, Step]:
    return {step.step: step for step in examine(outlet)}


def test_an_outlet_that_knows_our_signature_passes_and_hears_no_story(outlet: Outlet, partner: Partner) -> None:
    found = steps(outlet)
    assert tuple(found) == STEPS
    assert found["authentication"].outcome == OK and "refuses a false one" in found["authentication"].sentence
    bodies = [request.json() for request in partner.requests if request.method == "POST"]
    assert {body["type"] for body in bodies} == {"outlet.test"} and not any("story" in body["data"] for body in bodies)


@pytest.mark.parametrize(
    ("says", "publishing", "canonical"),
    [
        ({"may_publish": True, "canonical": True}, OK, OK),
        ({"may_publish": True, "canonical": False}, OK, WARNING),
        ({}, NOT_APPLICABLE, NOT_APPLICABLE),
        (["test"], NOT_APPLICABLE, NOT_APPLICABLE),
        ({"may_publish": "perhaps", "canonical": 7}, NOT_APPLICABLE, NOT_APPLICABLE),
    ],
)
def test_what_it_says_of_itself_is_believed(says: Any, publishing: str, canonical: str, outlet: Outlet, partner: Partner) -> None:
    partner.routes["/hook"] = checking(make.SECRET, answer=says)
    found = steps(outlet)
    assert (found["publishing"].outcome, found["canonical"].outcome) == (publishing, canonical)


def test_without_the_right_to_publish_the_walk_ends_there(outlet: Outlet, partner: Partner) -> None:
    partner.routes["/hook"] = checking(make.SECRET, answer={"may_publish": False})
    found = steps(outlet)
    assert found["publishing"].outcome == FAILED and "canonical" not in found


def test_an_outlet_that_owes_no_canonical_is_not_asked_for_one(outlet: Outlet, partner: Partner) -> None:
    outlet.owes_canonical = False
    partner.routes["/hook"] = checking(make.SECRET, answer={"canonical": False})
    assert steps(outlet)["canonical"].sentence == "By contract it owes no canonical link."


@pytest.mark.parametrize(
    ("behaviour", "outcome", "sentence"),
    [
        ("status/401", FAILED, "refused our signature (401)"),
        ("status/403", FAILED, "a firewall there keeps us out"),
        ("status/404", FAILED, "nothing at this address"),
        ("status/405", FAILED, "a page to read"),
        ("status/410", FAILED, "gone for good (410)"),
        ("status/418", FAILED, "will not take what we send (418)"),
        ("status/500", FAILED, "a fault of its own (500)"),
        ("slow_down", WARNING, "slow down (429)"),
        (
            "redirect/302?to=https://elsewhere.example/log-in?token=x",
            FAILED,
            "elsewhere (302), to https://elsewhere.example/log-in.",
        ),
        ("login_page", FAILED, "a web page, perhaps one to log in"),
        ("reset", FAILED, "not to a signed message in the time"),
        ("status/422", WARNING, "a false signature gets the same answer"),
        ("ok", WARNING, "anybody could publish there"),
    ],
)
def test_each_answer_is_told_with_its_cause_and_remedy(
    behaviour: str, outcome: str, sentence: str, outlet: Outlet, partner: Partner
) -> None:
    del partner.routes["/hook"]
    partner.next("status/405", behaviour, behaviour)
    step = steps(outlet)["authentication"]
    assert (step.outcome, sentence in step.sentence) == (outcome, True), step


def test_an_outlet_that_hangs_is_left_at_the_deadline(outlet: Outlet, partner: Partner, settings: Any) -> None:
    settings.SYNDICATION_DEADLINE_SECONDS = 0.3
    partner.next("status/405", "hang")
    assert "in the time we give it" in steps(outlet)["authentication"].sentence


def test_one_that_does_not_know_the_event_still_proves_that_it_checks(outlet: Outlet, partner: Partner) -> None:
    partner.routes["/hook"] = checking(make.SECRET, status=422)
    step = steps(outlet)["authentication"]
    assert step.outcome == OK and "tells our signature from a false one" in step.sentence


def test_while_a_secret_is_changed_an_outlet_with_the_old_one_is_reminded(outlet: Outlet, partner: Partner) -> None:
    outlet.change_secret(OTHER_SECRET, timedelta(hours=24))
    step = steps(outlet)["authentication"]
    assert step.outcome == WARNING and "still checks with our old secret" in step.sentence
    partner.routes["/hook"] = checking(OTHER_SECRET)
    assert steps(outlet)["authentication"].outcome == OK


def test_a_secret_that_no_key_opens_is_a_failed_step(outlet: Outlet) -> None:
    outlet.sealed_secret = "nonsense"
    step = steps(outlet)["authentication"]
    assert step.outcome == FAILED and "CREDENTIAL_KEYS" in step.sentence


def test_no_step_shows_a_secret(outlet: Outlet, partner: Partner) -> None:
    partner.routes["/hook"] = lambda visit: visit.reply(401, f"we expected {make.SECRET}".encode())
    told = json.dumps([vars(step) for step in examine(outlet)])
    assert "we expected" in told
    assert make.SECRET not in told and make.SECRET.removeprefix("whsec_") not in told


# --- the errand -----------------------------------------------------------------------------------------------------------


def test_the_errand_holds_every_step_and_how_it_ended(outlet: Outlet) -> None:
    actor = make.editor()
    errand = ask_for_test(outlet, actor=actor)
    assert (errand.state, errand.asked_by) == (Errand.State.WAITING, actor)
    assert ModelLogEntry.objects.get(action="syndication.test_outlet").user == actor
    assert run_errands() == 1
    errand.refresh_from_db()
    assert [step["step"] for step in errand.steps] == list(STEPS)
    assert (errand.state, errand.found, errand.due_at) == (Errand.State.DONE, {"outcome": OK}, None)
    assert errand.sentence == "Everything works: pieces can go there."


def test_a_failed_step_ends_the_errand_as_failed(outlet: Outlet, partner: Partner) -> None:
    partner.routes["/hook"] = checking(OTHER_SECRET)
    errand = ask_for_test(outlet)
    run_errands()
    errand.refresh_from_db()
    assert errand.state == Errand.State.FAILED and errand.steps[-1]["outcome"] == FAILED
    assert errand.sentence.startswith("Nothing can go there yet")


def test_each_step_is_shown_as_it_is_found(outlet: Outlet, partner: Partner) -> None:
    errand = ask_for_test(outlet)
    seen: list[list[str]] = []

    def looking(visit: Visit) -> None:
        seen.append([visit.command, *errand_steps()])
        checking(make.SECRET)(visit)

    def errand_steps() -> list[str]:
        return [str(len(shown)) for shown in shows]

    shows: list[Any] = []
    real = Errand.show

    def show(self: Errand, told: list[dict[str, str]]) -> bool:
        shows.append(told)
        return real(self, told)

    partner.routes["/hook"] = looking
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Errand, "show", show)
        run_errands()
    assert seen[0] == ["HEAD", "1", "2", "3"], "the wire's steps were shown before anything was said"
    assert Errand.objects.get(pk=errand.pk).state == Errand.State.DONE


def test_who_lost_the_errand_to_another_worker_goes_no_further(outlet: Outlet, partner: Partner) -> None:
    errand = ask_for_test(outlet)
    partner.routes["/hook"] = checking(make.SECRET)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Errand, "show", lambda self, steps: False)
        run_errands(rounds=1)
    assert partner.requests == []
    assert Errand.objects.get(pk=errand.pk).ended_at is None


def test_an_outlet_that_is_not_pushed_to_has_nothing_to_test() -> None:
    errand = ask_for_test(make.outlet("Stubs", kind="", endpoint="", secret=""))
    run_errands()
    errand.refresh_from_db()
    assert errand.state == Errand.State.FAILED and "Choose how on its form" in errand.sentence


# --- the command ----------------------------------------------------------------------------------------------------------


def run(*words: str) -> tuple[str, int]:
    told, status = io.StringIO(), 0
    try:
        call_command("test_outlet", *words, stdout=told, no_color=True)
    except SystemExit as end:
        status = int(str(end.code))
    return told.getvalue(), status


def test_the_command_prints_each_step_and_ends_well(outlet: Outlet) -> None:
    told, status = run("lantern")
    assert status == 0 and "authentication  ok" in told and "Everything works" in told


def test_the_command_fails_where_a_step_fails_also_as_json(outlet: Outlet, partner: Partner) -> None:
    partner.routes["/hook"] = checking(OTHER_SECRET)
    assert run("Lantern")[1] == 1
    told, status = run("Lantern", "--json")
    facts = json.loads(told)
    assert status == 1 and facts["outcome"] == FAILED and facts["steps"][-1]["step"] == "authentication"


def test_the_command_names_the_outlets_there_are() -> None:
    make.outlet("Herald", kind="", endpoint="", secret="")
    with pytest.raises(CommandError, match="no outlet called 'Lantern'. Known: Herald"):
        run("Lantern")
    with pytest.raises(CommandError, match="Nothing is pushed to Herald"):
        run("Herald")


def test_the_contract_travels_with_the_greeting(outlet: Outlet, partner: Partner) -> None:
    steps(outlet)
    sent = next(request.json() for request in partner.requests if request.method == "POST")
    assert sent["data"]["contract"] == Contract().model_dump(mode="json")
    assert datetime.fromisoformat(sent["timestamp"]).tzinfo is not None
